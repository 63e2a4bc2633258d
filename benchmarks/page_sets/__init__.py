"""Whole pages, each with the reading of its main text that somebody made by hand."""
