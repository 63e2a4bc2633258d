"""When a page is built by script, so that it needs the browser, and whether the browser showed more of it."""

import re
from collections.abc import Callable

from classifiers.values import PageText
from crawler.downloading.arranged import is_arranged
from crawler.pages.post import Post
from crawler.pages.visibility import without_marks

# Fewer visible characters than this, on a page with scripts, is a shell that a script fills.
_SHELL = 60

_HANDLER = re.compile(r"on(?<=\son)[a-z]{3,20}\s{0,3}=")
# Signs that a page writes itself or fetches its text; the plain page may still have some text. Each begins
# with letters that are quick to look for: every page with a script is looked through.
_BUILT = tuple(
    re.compile(sign)
    for sign in (
        r"id=[\"']?(?:app|root|__next|__nuxt)\b",
        "data-reactroot",
        "ng-app",
        "v-(?:for|html|text)=",
        "__NUXT__",
        "__INITIAL_STATE__",
        r"fetch(?<!\wfetch)\(",
        r"axios[.(]",
        r"\$\.(?:ajax|get|post|getJSON)\(",
        "XMLHttpRequest",
        r"innerHTML\s*=",
        r"document\.write(?:ln)?\(",
        r"insertAdjacent(?:HTML|Text)\(",
        r"\.content\.cloneNode\(",
        r"String\.fromCharCode\(",
        r"atob(?<!\watob)\(",
        r"innerText\s*=(?!=)",
        r"textContent\s*=(?!=)",
    )
)
_GAIN = 1.2
_SEEN = frozenset({"main", "frame"})
_MOST_LOST = 0.5  # of the plain page's characters


def needs_browser(html: str, text: PageText, helps: bool | None = None) -> bool:
    """Whether the browser has to show the page, by evidence: `helps` is whether it helped with pages of the
    same pattern, None where unknown.

    Where unknown, it has to for a shell (hardly any visible text, but scripts that could write some) and for
    a page with signs of being built by script. Where known, that decides. A page that its style sheets arrange needs it
    in any case.
    """
    small = html.lower()
    if is_arranged(html, small):
        return True
    if helps is False or not _has_script(small):
        return False
    return _length(text) < _SHELL or any(sign.search(html) for sign in _BUILT)


def _has_script(small: str) -> bool:
    return "<script" in small or "javascript:" in small or _HANDLER.search(small) is not None


def shows_more(rendered: PageText, plain: PageText) -> bool:
    """Whether the browser showed clearly more main text than the plain page has."""
    return _length(rendered) > _GAIN * _length(plain) + 10


def taken_away(
    rendered: PageText, plain: PageText, final_url: str, html: str, read: Callable[[str, str], Post]
) -> str | None:
    """How a page that the server sent disappeared in the browser, in Chinese: its script left for an address
    that is not http(s), or removed most of its words; None where it did not. `html` is the browser's page, which is
    read as the server's is: words that style sheets hide are not removed."""
    if not final_url.startswith(("http://", "https://")):
        return f"离开了网页（{final_url[:60]}）"
    before, after = _length_in(plain, _SEEN), _length_in(rendered, _SEEN)
    if after < _MOST_LOST * before:
        after = _length_in(read(without_marks(html), final_url).text, _SEEN)
    if before >= _SHELL and after < _MOST_LOST * before:
        return f"可见文字由 {before} 字变为 {after} 字"
    return None


def _length(text: PageText) -> int:
    return _length_in(text, frozenset({"main"}))


def _length_in(text: PageText, regions: frozenset[str]) -> int:
    return sum(block.end - block.start for block in text.blocks if block.region in regions)
