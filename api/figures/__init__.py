"""The figures' pages, charts and files."""
