"""Which parts of a page are invisible, from its source, or in the browser from computed styles.

Hidden text is kept apart from visible text: search engines read it, visitors do not, and its presence is
itself a sign. Content that a click, a touch or a slide shows is visible (`crawler.pages.revealed`).
"""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache

from selectolax.lexbor import LexborHTMLParser

from crawler.pages.tree import style_rules

# Our script in the browser sets this on elements that are not shown: "folded" where the element takes no
# room, so that a click may show it, else "". A page cannot know its name.
MARK = f"data-unseen-{secrets.token_hex(6)}"
# Likewise: the words of an element as they are laid out, line by line, and the words before and after its own.
LINES, BEFORE, AFTER = (f"data-{name}-{secrets.token_hex(6)}" for name in ("lines", "before", "after"))

# The attributes that say how an element looks.
LOOKING = frozenset({"hidden", "style", "class", "id", MARK, LINES, BEFORE, AFTER})


def without_marks(html: str) -> str:
    """The browser's page without what our scripts have noted in it."""
    for name in (MARK, LINES, BEFORE, AFTER):
        html = html.replace(name, "data-noted")
    return html


class Look(Enum):
    """How an element looks by its own declarations."""

    SEEN = "seen"
    SIZED = "sized"  # sets a size for its letters
    TINY = "tiny"  # its letters have no size, unless an element in it sets one
    FOLDED = "folded"  # takes no room, as content does that waits for a click
    HIDDEN = "hidden"  # the eye never sees it


_FOLDS = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*0(?:\.0*)?\s*(?:;|$|!)", re.I
)
_HIDES = re.compile(
    r"text-indent\s*:\s*-\s*\d{3,}|clip\s*:\s*rect\(\s*0|transform\s*:\s*scale\(\s*0\s*\)", re.I
)
_OFF = re.compile(r"(?:^|[;\s{])(?:left|right|top|bottom|margin-left|margin-top)\s*:\s*-\s*(\d{4,9})", re.I)
_RELATIVE = re.compile(r"position\s*:\s*relative", re.I)
_WIDTH = re.compile(r"(?:^|[;\s{])width\s*:\s*(\d{3,9})(?:px)?", re.I)
_FARTHEST_SLIDE = 5_000  # pixels: a strip of pictures is moved by the width of some screens
_TINY = re.compile(r"(?:^|[;\s{])font-size\s*:\s*0(?:\.0*)?(?:px|pt|em|rem|%)?\s*(?:;|$|!)", re.I)
# Sizes that hold whatever the size around them.
_SIZED = re.compile(
    r"(?:^|[;\s{])font(?:-size)?\s*:[^;]*?(?:[1-9]\d*(?:\.\d+)?|0?\.[1-9]\d*)(?:px|pt|rem|vw|vh|cm|mm)|(?:^|[;\s{])font-size"
    r"\s*:\s*(?:(?:xx?-)?small|medium|(?:xx?-)?large|initial)",
    re.I,
)
_NO_ROOM = re.compile(r"(?:^|[;\s{])(?:max-)?(?:height|width)\s*:\s*0(?:px)?\s*(?:;|$|!)", re.I)
_CLIPPED = re.compile(r"overflow\s*:\s*hidden", re.I)
_SHOWS = re.compile(
    r"display\s*:\s*(?!none)[a-z]|visibility\s*:\s*visible|opacity\s*:\s*(?:1|0?\.[1-9])"
    r"|(?:max-)?height\s*:\s*(?:auto|[1-9])",
    re.I,
)
_COLOUR = re.compile(r"(?:^|[;\s{])color\s*:\s*([^;!]+)", re.I)
_GROUND = re.compile(r"background(?:-color)?\s*:\s*([^;!]+)", re.I)
_LAST_PART = re.compile(r"[^\s>+~]*$")
_SIMPLE = re.compile(r"[.#][A-Za-z_][\w-]{0,80}")
_NAME = re.compile(r"[.#]?[A-Za-z_][\w-]{0,80}")
_PSEUDO = re.compile(r"::?(before|after)\s*$")
_CONTENT = re.compile(
    r"content\s*:\s*(?:\"([^\"]{1,500})\"|'([^']{1,500})'|attr\(\s*([\w-]{1,40})\s*\))", re.I
)
_ESCAPE = re.compile(r"\\([0-9a-fA-F]{1,6})\s?")
_LONGEST_STYLE, _LONGEST_SELECTOR = 2_000, 300
_NAMED = {"white": "#fff", "black": "#000", "red": "#f00", "transparent": "transparent"}


@dataclass(frozen=True)
class Styles:
    """The declarations of a page's own style sheets for single classes, ids and tags (".name", "#name",
    "name")."""

    looks: Mapping[str, Look] = field(default_factory=dict)
    shown: frozenset[str] = frozenset()  # hidden by one rule, and shown by another in some state
    contents: Mapping[str, tuple[str, str]] = field(default_factory=dict)  # the words before and after
    sized_tags: frozenset[str] = frozenset()
    has_more: bool = False  # sheets of other addresses, which are not read

    def look(self, attributes: Mapping[str, str | None]) -> Look:
        """How an element with these attributes looks by its own declarations."""
        if "hidden" in attributes:
            return Look.FOLDED
        if MARK in attributes:
            return Look.FOLDED if attributes[MARK] == "folded" else Look.HIDDEN
        style = attributes.get("style")
        if style and (own := look_of(style[:_LONGEST_STYLE])) is not Look.SEEN:
            return own
        if not self.looks:
            return Look.SEEN
        found = Look.SEEN
        for name in names_of(attributes):
            look = self.looks.get(name)
            if look is not None and _ORDER[look] > _ORDER[found]:
                found = look
        return found

    def may_size(self, tag: str) -> bool:
        """Whether a rule for its tag sets a size for an element's letters, or a sheet that is not read may do so."""
        return self.has_more or tag in self.sized_tags


def names_of(attributes: Mapping[str, str | None]) -> list[str]:
    """The names that style sheets and scripts call an element by: "#id", ".class"."""
    names = [f".{name}" for name in (attributes.get("class") or "").split()]
    if identity := attributes.get("id"):
        names.append(f"#{identity}")
    return names


_ORDER = {Look.SEEN: 0, Look.SIZED: 1, Look.TINY: 2, Look.FOLDED: 3, Look.HIDDEN: 4}


@lru_cache(maxsize=4_096)
def look_of(style: str) -> Look:
    """How declarations make an element look: not displayed, without size, off the screen, in its ground's colour."""
    if _FOLDS.search(style) or (_NO_ROOM.search(style) and _CLIPPED.search(style)):
        return Look.FOLDED
    if _HIDES.search(style) or _is_off(style):
        return Look.HIDDEN
    if "color" in style.lower():
        colour, ground = _COLOUR.search(style), _GROUND.search(style)
        if colour and _plain(colour[1]) == "transparent":
            return Look.HIDDEN
        if colour and ground and _plain(colour[1]) == _plain(ground[1]):
            return Look.HIDDEN
    if "font" not in style.lower():
        return Look.SEEN
    if _TINY.search(style):
        return Look.TINY
    return Look.SIZED if _SIZED.search(style) else Look.SEEN


def _is_off(style: str) -> bool:
    """Whether an element stands where no screen reaches. The strip of a slider is moved to the side as well, but it is as
    wide as it is moved, or moved from where it would stand."""
    off = _OFF.search(style)
    if off is None:
        return False
    far, width = int(off[1]), _WIDTH.search(style)
    if far < _FARTHEST_SLIDE and _RELATIVE.search(style):
        return False
    return width is None or int(width[1]) < far


def styles_of(tree: LexborHTMLParser) -> Styles:
    """The declarations in a page's style elements that apply to single classes, ids and tags."""
    looks: dict[str, Look] = {}
    shown: set[str] = set()
    contents: dict[str, tuple[str, str]] = {}
    sized: set[str] = set()
    for selectors, declarations in style_rules(tree):
        look, shows = look_of(declarations), _SHOWS.search(declarations)
        content = _CONTENT.search(declarations) if "content" in declarations else None
        if look is Look.SEEN and not shows and not content:
            continue
        for selector in selectors.split(","):
            if len(selector) <= _LONGEST_SELECTOR:
                _add_rule(selector.strip(), look, bool(shows), content, (looks, shown, contents, sized))
    linked = tree.css_first("link[rel~=stylesheet]") is not None
    return Styles(looks, frozenset(shown & looks.keys()), contents, frozenset(sized), linked)


_Collected = tuple[dict[str, Look], set[str], dict[str, tuple[str, str]], set[str]]


def _add_rule(
    selector: str, look: Look, shows: bool, content: re.Match[str] | None, collected: _Collected
) -> None:
    looks, shown, contents, sized = collected
    if pseudo := _PSEUDO.search(selector):
        compound = _last_part(selector[: pseudo.start()])
        last = (_SIMPLE.findall(compound) or [compound])[-1]
        if content and _NAME.fullmatch(last):
            before, after = contents.get(last, ("", ""))
            words = _content_words(content)
            contents[last] = (words, after) if pseudo[1] == "before" else (before, words)
        return
    last = _last_part(selector)
    is_simple = _SIMPLE.fullmatch(last) is not None
    if is_simple and look is not Look.SEEN:
        looks[last] = max(looks.get(last, look), look, key=_ORDER.__getitem__)
    elif look is Look.SIZED and last.isalnum():
        sized.add(last.lower())
    elif shows and not (is_simple and last == selector):
        shown.update(_SIMPLE.findall(last))


def _last_part(selector: str) -> str:
    """The part of a selector that names the element itself, not its ancestors."""
    found = _LAST_PART.search(selector)
    return found[0] if found else ""


def _content_words(content: re.Match[str]) -> str:
    if content[3]:
        return f"attr({content[3]})"
    written = content[1] or content[2] or ""
    return _ESCAPE.sub(lambda code: _character(code[1]), written)


def _character(code: str) -> str:
    number = int(code, 16)
    return chr(number) if 0 < number < 0x110000 else ""


def _plain(colour: str) -> str:
    colour = re.sub(r"\s+", "", colour.lower())
    colour = _NAMED.get(colour, colour)
    if parts := re.fullmatch(r"rgba?\((\d+),(\d+),(\d+)(?:,[\d.]+)?\)", colour):
        if colour.startswith("rgba") and colour.rstrip(")").rsplit(",", 1)[1] in {"0", "0.0"}:
            return "transparent"
        colour = "#" + "".join(f"{_channel(part):02x}" for part in parts.groups())
    if re.fullmatch(r"#[0-9a-f]{3}", colour):
        colour = "#" + "".join(letter * 2 for letter in colour[1:])
    return colour


def _channel(digits: str) -> int:
    """A colour's share of red, green or blue, however many digits it is written with."""
    digits = digits.lstrip("0")
    return min(int(digits or "0"), 255) if len(digits) <= 3 else 255
