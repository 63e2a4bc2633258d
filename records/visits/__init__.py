"""Visits 巡查: when they are due, their planned pages, how they end, and their coverage."""
