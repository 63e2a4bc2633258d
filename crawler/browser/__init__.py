"""The browser: how it starts, the proxy that it connects through, and how it views a page for evidence."""
