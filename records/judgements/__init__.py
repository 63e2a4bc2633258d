"""Judgements 研判结果: made with what the registry knows, written down, clustered, searched."""
