"""The browser, its requests and its responses."""
