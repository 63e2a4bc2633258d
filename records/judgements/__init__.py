"""Judgements 研判结果: made with the registry's facts, recorded, clustered, searched."""
