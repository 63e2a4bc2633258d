"""Exceptions that end a command of the crawler. Light to import: the entrance knows them all."""


class BrowserMissing(Exception):
    """The crawl cannot start: the browser's program is not where the settings say."""


class ViewerMissing(Exception):
    """Nothing can be replayed: the viewer's files are not where the settings say."""


class PlatformsRefused(Exception):
    """The rows that describe platforms cannot be used; the message names each fault by file, row and field, in Chinese."""


class FetchFailed(Exception):
    """One address, asked for by hand, gave no page; the message says why, in Chinese."""


class ProcessLost(Exception):
    """A process of the crawl's own was ended from outside, again and again; the message says which, in Chinese."""


class TemplateRefused(Exception):
    """The template of search pages cannot be used; the message says what is wrong and where, in Chinese."""
