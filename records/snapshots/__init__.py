"""Snapshots 快照: what was fetched, its text and its pictures."""
