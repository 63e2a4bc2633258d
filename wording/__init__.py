"""The words of docstrings, comments and documents."""
