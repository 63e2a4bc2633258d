"""Institutions: each with its record, and the decisions of the commission about it."""
