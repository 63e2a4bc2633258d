"""Tips and the self-check."""
