"""Automatic work that needs both crawl and law: judging, evidence, re-checks, tips, webhooks, and the
schedule."""
