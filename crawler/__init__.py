"""Fetches pages, keeps them as snapshots, hands them on to be judged. Knows Scrapy and the browser, not the law."""
