"""Institutions: what is known of each, its record, and what the commission decides about it."""
