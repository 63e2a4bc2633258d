"""Snapshots 快照: fetched pages, their texts and pictures."""
