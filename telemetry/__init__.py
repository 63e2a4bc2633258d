"""What the processes say of their work to machines: log records and traces. It knows nothing of ours."""
