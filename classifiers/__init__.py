"""Judgement of medical advertising: text and known facts in, judgement out. No database, no network."""
