"""Faults around the system: each loses nothing, duplicates nothing, is reported, and is recovered from."""
