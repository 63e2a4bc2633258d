"""The log's pages: who did what, and whether its chain is whole."""
