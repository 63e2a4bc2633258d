"""Exceptions that end a command of the crawler. Light to import: the entrance knows them all."""


class BrowserMissing(Exception):
    """The crawl cannot start: the browser's program is not where the settings say."""


class FetchFailed(Exception):
    """One address, asked for by hand, gave no page; the message says why, in Chinese."""
