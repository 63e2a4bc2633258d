"""Processes beside the one that fetches: they keep pages and read pictures."""
