"""Qingyi's stored data: registry, snapshots, cases, transfers, audit. The only package that knows the
database."""
