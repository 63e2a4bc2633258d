"""Processes in parallel with the one that fetches: they store pages and read pictures."""
