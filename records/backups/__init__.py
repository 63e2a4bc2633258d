"""Backups 备份: the database and the evidence that it names, taken while the system runs, and restored."""
