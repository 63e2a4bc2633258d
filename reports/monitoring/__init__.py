"""The monitoring report 监测报告, with its map of districts."""
