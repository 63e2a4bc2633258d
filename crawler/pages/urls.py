"""Addresses: one form for one page, the pattern that a page's address follows, and addresses that lead nowhere."""

import re
from functools import lru_cache
from urllib.parse import parse_qsl, quote, unquote, urlencode, urljoin, urlsplit, urlunsplit

from w3lib.url import canonicalize_url

_NOT_PAGES = re.compile(
    r"\.(?:pdf|docx?|xlsx?|pptx?|zip|rar|7z|gz|exe|apk|dmg|jpe?g|png|gif|bmp|webp|svg|ico|mp[34]|avi|mov|wmv"
    r"|flv|css|js|json|xml|woff2?|ttf|eot)$",
    re.I,
)
_LONGEST_URL = 2000
_SAFE = "%/:=&?~+!$,;'@()*[]|#-._"
_BLANK = "".join(map(chr, range(0x21)))
_TABS = re.compile("[\t\r\n]+")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_SLASHES = re.compile(r"^(https?:)?/{2,}", re.I)
# Parameters that say who came, and how, but not which page it is.
_OF_THE_VISITOR = re.compile(
    r"(?:utm_\w+|spm|from|isappinstalled|share\w*|scene|clicktime|enterid|_t|_|timestamp|rand(?:om)?|nonce"
    r"|phpsessid|jsessionid|aspsessionid\w*|sessionid|sid|sess|token|gclid|bd_vid|fbclid|hmsr|hmpl)",
    re.I,
)
# The parameters that alone identify a post, on platforms whose addresses also carry who came, and how.
_POST_NAMES = {("mp.weixin.qq.com", "/s"): ("__biz", "mid", "idx", "sn")}
_SESSION_IN_PATH = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/?#]*", re.I)
_MOST_SEGMENTS, _MOST_REPEATS, _MOST_PARAMETERS = 14, 2, 8
_NUMBER = re.compile(r"\d+")
_OPAQUE = re.compile(r"^(?=.*\d)[0-9a-z_-]{16,}$", re.I)


@lru_cache(maxsize=50_000)
def resolved(base: str, link: str, encoding: str = "utf-8") -> str | None:
    """`link` as a browser resolves it on a page with this base address, whose text is in `encoding` (a codec): `\\` is
    `/`, line breaks and tabs are nothing, paths are in UTF-8 and queries in the page's encoding. None where
    it is not an http(s) address. Source: WHATWG URL, § 4.4."""
    link = _TABS.sub("", link.strip(_BLANK))
    scheme = _SCHEME.match(link)
    if scheme and scheme[1].lower() not in {"http", "https"}:
        return None
    place, mark, after = _parted(link)
    place = _SLASHES.sub(lambda found: f"{found[1] or ''}//", place.replace("\\", "/"), count=1)
    try:
        parts = urlsplit(urljoin(base, place + mark + after))
        host = parts.netloc if parts.netloc.isascii() else _ascii_host(parts.netloc)
        if parts.scheme not in {"http", "https"} or not host:
            return None
        query = quote(parts.query.encode(encoding, "xmlcharrefreplace"), safe=_SAFE)
        path = quote(parts.path, safe=_SAFE, errors="replace")
    except (ValueError, LookupError):
        return None
    return urlunsplit((parts.scheme, host, path or "/", query, parts.fragment))


def _parted(link: str) -> tuple[str, str, str]:
    """A link's path, the first `?` or `#`, and the rest."""
    at = next((at for at, character in enumerate(link) if character in "?#"), len(link))
    return link[:at], link[at : at + 1], link[at + 1 :]


def _ascii_host(netloc: str) -> str:
    """A host with characters beyond ASCII as DNS has it; raises ValueError."""
    host, colon, port = netloc.partition(":")
    return host.encode("idna").decode("ascii") + colon + port


@lru_cache(maxsize=50_000)
def canonical(url: str) -> str | None:
    """One form for one page: sorted query, no session or campaign, lower-case host, no fragment but the route of a
    script-built site (`#/news/1`); None where it is not a page's address, or one that no real page has (a
    path that goes round in circles, endless parameters)."""
    try:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname or _NOT_PAGES.search(parts.path):
            return None
        path = _SESSION_IN_PATH.sub("", parts.path)
        # Bytes of any encoding: Latin-1 takes them there and back.
        query = parse_qsl(parts.query, keep_blank_values=True, encoding="latin-1")
        scheme, wanted = parts.scheme, _POST_NAMES.get((parts.hostname.lower(), path))
        if wanted and any(name == wanted[0] for name, _ in query):
            scheme, query = "https", [(name, value) for name, value in query if name in wanted]
        else:
            query = [(name, value) for name, value in query if not _OF_THE_VISITOR.fullmatch(name)]
        if _goes_nowhere(path, len(query)):
            return None
        written = urlencode(query, encoding="latin-1")
        plain = canonicalize_url(urlunsplit((scheme, parts.netloc, path, written, "")))
    except ValueError:
        return None
    if parts.fragment.startswith(("/", "!/")) and len(parts.fragment) > 2:
        plain += f"#{quote(parts.fragment, safe=_SAFE, errors='replace')}"
    return plain if len(plain) <= _LONGEST_URL else None


def _goes_nowhere(path: str, parameters: int) -> bool:
    segments = [segment for segment in path.split("/") if segment]
    return (
        len(segments) > _MOST_SEGMENTS
        or parameters > _MOST_PARAMETERS
        or any(segments.count(segment) > _MOST_REPEATS for segment in set(segments))
    )


def slot_of(url: str) -> str:
    """The host and port to which one politeness applies."""
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
    if parts.fragment:
        segments += ["#" + _NUMBER.sub("N", parts.fragment.partition("?")[0])]
    names = sorted({name for name, _ in parse_qsl(parts.query, keep_blank_values=True)})
    return ("/".join(segments) + (f"?{'&'.join(names)}" if names else ""))[:500]
