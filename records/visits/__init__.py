"""Visits 巡查: when they are due, what they have planned, how they end, what they covered."""
