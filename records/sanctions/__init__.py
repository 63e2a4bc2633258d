"""Sanctions of the commission's on institutions: demerits and credit lists."""
