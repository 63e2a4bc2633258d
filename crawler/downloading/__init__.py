"""Requests and what comes of them: handlers, budgets, politeness, guarded addresses, responses as plain values."""
