"""The browser, and what goes in and out of it."""
