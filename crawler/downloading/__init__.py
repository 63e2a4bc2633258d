"""Requests and responses: handlers, budgets, politeness, guarded addresses, responses as plain values."""
