"""Tips: typed in, imported, answered."""
