"""Words and pictures that a post's page keeps in its scripts until the platform's own script shows them."""

import html
import re
from collections.abc import Iterator, Sequence

from crawler.pages.tree import spaced, without_markup

_LONGEST, _MOST = 20_000, 60  # characters of one text; values of one name
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|u\{([0-9a-fA-F]{1,6})\}|([\s\S]))")
_LETTERS = {"n": "\n", "r": "\n", "t": " ", "b": "", "f": "", "v": ""}
_LINES = re.compile(r"\n|<br\s*/?>|</p>", re.I)


def texts_in_scripts(source: str, names: Sequence[str]) -> Iterator[str]:
    """The lines of the texts that scripts in `source` give to these names, as a reader sees them once they are shown:
    `window.desc = "…"`, `content_noencode: JsDecode('…')`."""
    for value in _values(source, names):
        for line in _LINES.split(html.unescape(value)):
            if words := spaced(html.unescape(without_markup(line))):
                yield words


def addresses_in_scripts(source: str, names: Sequence[str]) -> list[str]:
    """The http(s) addresses that scripts in `source` give to these names, each once."""
    found = (html.unescape(html.unescape(value)).strip() for value in _values(source, names))
    return list(
        dict.fromkeys(address for address in found if address.startswith(("http://", "https://", "//")))
    )


def _values(source: str, names: Sequence[str]) -> Iterator[str]:
    named = "|".join(map(re.escape, names))
    pattern = re.compile(
        rf"(?<![\w.$-])(?:window\.|var\s+|let\s+|const\s+|[\"'])?(?:{named})[\"']?\s*[:=]\s*(?:\w{{1,30}}\(\s*)?"
        rf"(?:\"((?:[^\"\\\n]|\\[\s\S]){{0,{_LONGEST}}}+)\"|'((?:[^'\\\n]|\\[\s\S]){{0,{_LONGEST}}}+)'"
        rf"|`((?:[^`\\]|\\[\s\S]){{0,{_LONGEST}}}+)`)"
    )
    for count, found in enumerate(pattern.finditer(source)):
        if count >= _MOST:
            return
        yield _ESCAPE.sub(_unescaped, next((value for value in found.groups() if value is not None), ""))


def _unescaped(escape: re.Match[str]) -> str:
    """The character that an escape in a script's text stands for (ECMAScript, § 12.9.4)."""
    code = escape[1] or escape[2] or escape[3]
    if code is None:
        return _LETTERS.get(escape[4], escape[4])
    number = int(code, 16)
    return chr(number) if number < 0x110000 else ""
