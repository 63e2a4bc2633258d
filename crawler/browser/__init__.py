"""The browser: how it is started, the proxy that it goes out through, and looking at a page for evidence."""
