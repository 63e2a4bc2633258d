"""Figures 统计 of a period: of cases, of offices, of one institution."""
