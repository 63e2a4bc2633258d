"""The log's pages: what was done by whom, and whether its chain is whole."""
