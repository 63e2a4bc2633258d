"""The keyword lists: files read, checked, and compiled into rules."""
