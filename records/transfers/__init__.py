"""Transfers 转送: handed over to offices, listed, leased, answered; matters, letters and webhooks."""
