"""An office's webhooks."""
