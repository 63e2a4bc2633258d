"""Addresses: one form for one page, the pattern that a page's address follows, and addresses that lead nowhere."""

import re
from functools import lru_cache
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

from w3lib.url import canonicalize_url

_NOT_PAGES = re.compile(
    r"\.(?:pdf|docx?|xlsx?|pptx?|zip|rar|7z|gz|exe|apk|dmg|jpe?g|png|gif|bmp|webp|svg|ico|mp[34]|avi|mov|wmv"
    r"|flv|css|js|json|xml|woff2?|ttf|eot)$",
    re.I,
)
_LONGEST_URL = 2000
# What says who came, and how, but not which page it is.
_OF_THE_VISITOR = re.compile(
    r"(?:utm_\w+|spm|from|isappinstalled|share\w*|scene|clicktime|enterid|_t|_|timestamp|rand(?:om)?|nonce"
    r"|phpsessid|jsessionid|aspsessionid\w*|sessionid|sid|sess|token|gclid|bd_vid|fbclid|hmsr|hmpl)",
    re.I,
)
_SESSION_IN_PATH = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/?#]*", re.I)
_MOST_SEGMENTS, _MOST_REPEATS, _MOST_PARAMETERS = 14, 2, 8
_NUMBER = re.compile(r"\d+")
_OPAQUE = re.compile(r"^(?=.*\d)[0-9a-z_-]{16,}$", re.I)


@lru_cache(maxsize=50_000)
def canonical(url: str) -> str | None:
    """One form for one page: no fragment, sorted query, no session or campaign, lower-case host; None for what is no
    page, or an address that no page has (a path that goes round in circles, endless parameters)."""
    try:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname or _NOT_PAGES.search(parts.path):
            return None
        path = _SESSION_IN_PATH.sub("", parts.path)
        query = [
            (name, value)
            for name, value in parse_qsl(parts.query, keep_blank_values=True)
            if not _OF_THE_VISITOR.fullmatch(name)
        ]
        if _goes_nowhere(path, len(query)):
            return None
        plain = canonicalize_url(urlunsplit((parts.scheme, parts.netloc, path, urlencode(query), "")))
    except ValueError:
        return None
    return plain if len(plain) <= _LONGEST_URL else None


def _goes_nowhere(path: str, parameters: int) -> bool:
    segments = [segment for segment in path.split("/") if segment]
    return (
        len(segments) > _MOST_SEGMENTS
        or parameters > _MOST_PARAMETERS
        or any(segments.count(segment) > _MOST_REPEATS for segment in set(segments))
    )


def slot_of(url: str) -> str:
    """The host and port that share one politeness."""
    return urlsplit(url).netloc.lower()


@lru_cache(maxsize=50_000)
def pattern_of(url: str) -> str:
    """The pattern that an address follows: numbers and opaque names left out, parameters by name only.

    /news/2026/11/3041.html?page=2 and /news/2025/01/7.html?page=9 are both /news/N/N/N.html?page
    """
    parts = urlsplit(url)
    segments = [
        "*" if _OPAQUE.match(segment) else _NUMBER.sub("N", segment)
        for segment in unquote(parts.path).split("/")
    ]
    names = sorted({name for name, _ in parse_qsl(parts.query, keep_blank_values=True)})
    return ("/".join(segments) + (f"?{'&'.join(names)}" if names else ""))[:500]
