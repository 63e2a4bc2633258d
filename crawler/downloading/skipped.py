"""Why a request is not made: raised in the downloader, kept with the planned page."""

from scrapy.exceptions import IgnoreRequest


class SkipPage(IgnoreRequest):
    """Do not fetch this page; the reason is kept with the planned page and shown to people."""


class OutOfTime(SkipPage):
    """Do not fetch this page nor any other of its visit: the visit has used up its time."""
