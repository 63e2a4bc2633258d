"""Letters to offices: made, printed, and answered by a table."""
