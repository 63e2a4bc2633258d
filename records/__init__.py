"""What Qingyi knows and keeps: registry, snapshots, cases, transfers, audit. The one place that knows the database."""
