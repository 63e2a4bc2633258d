"""Exceptions of the crawler, each named for the decision that it causes."""

from scrapy.exceptions import IgnoreRequest


class SkipPage(IgnoreRequest):
    """Do not fetch this page; the reason is kept with the planned page and shown to people."""


class OutOfTime(SkipPage):
    """Do not fetch this page nor any other of its visit: the visit has used up its time."""


class BrowserMissing(Exception):
    """The crawl cannot start: the browser's program is not where the settings say."""


class FetchFailed(Exception):
    """One address, asked for by hand, gave no page; the message says why, in Chinese."""
