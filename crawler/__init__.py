"""Fetches pages, keeps them as snapshots, passes them on for judgement. Knows Scrapy and the browser, not the
law."""
