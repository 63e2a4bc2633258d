"""What the eye does not see of a page: told by its own source, and in the browser by what it computes.

Hidden text is kept apart from visible text: search engines read it, visitors do not, and that it is there is a
sign of its own.
"""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode

# Set by our script in the browser on what is not shown there. Its name cannot be known to a page.
MARK = f"data-unseen-{secrets.token_hex(6)}"

_HIDES = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*0(?:\.0*)?\s*(?:;|$|!)"
    r"|font-size\s*:\s*0(?:\.0*)?(?:px|pt|em|rem|%)?\s*(?:;|$|!)"
    r"|text-indent\s*:\s*-\s*\d{3,}|(?:left|right|top|bottom|margin-left|margin-top)\s*:\s*-\s*\d{4,}"
    r"|clip\s*:\s*rect\(\s*0|transform\s*:\s*scale\(\s*0\s*\)",
    re.I,
)
_NO_ROOM = re.compile(r"(?:^|[;\s])(?:max-)?(?:height|width)\s*:\s*0(?:px)?\s*(?:;|$|!)", re.I)
_CLIPPED = re.compile(r"overflow\s*:\s*hidden", re.I)
_COLOUR = re.compile(r"(?:^|[;\s])color\s*:\s*([^;!]+)", re.I)
_GROUND = re.compile(r"background(?:-color)?\s*:\s*([^;!]+)", re.I)
_RULE = re.compile(r"(?:^|[}\s,])([.#][A-Za-z_][\w-]{0,80})\s*\{([^{}]{1,2000})\}")
_MOST_STYLE, _MOST_RULES = 200_000, 2_000
_NAMED = {"white": "#fff", "black": "#000", "red": "#f00", "transparent": "transparent"}


@dataclass(frozen=True)
class Styles:
    """What a page's own style sheets hide, by class and id: ".name" and "#name"."""

    hidden: frozenset[str] = frozenset()

    def hides(self, attributes: Mapping[str, str | None]) -> bool:
        """Whether an element with these attributes is not seen."""
        if "hidden" in attributes or MARK in attributes:
            return True
        style = attributes.get("style")
        if style and hides(style):
            return True
        if not self.hidden:
            return False
        if f"#{attributes.get('id')}" in self.hidden:
            return True
        return any(f".{name}" in self.hidden for name in (attributes.get("class") or "").split())


def hides(style: str) -> bool:
    """Whether declarations hide what they apply to: not displayed, no size, off the screen, its ground's colour."""
    if _HIDES.search(style) or (_NO_ROOM.search(style) and _CLIPPED.search(style)):
        return True
    colour, ground = _COLOUR.search(style), _GROUND.search(style)
    if colour and _plain(colour[1]) == "transparent":
        return True
    return bool(colour and ground and _plain(colour[1]) == _plain(ground[1]))


def styles_of(tree: LexborHTMLParser) -> Styles:
    """What the style elements of a page hide, as far as single classes and ids tell it."""
    hidden = set()
    for node in tree.css("style"):
        for count, (name, declarations) in enumerate(_RULE.findall(node.text()[:_MOST_STYLE])):
            if count >= _MOST_RULES:
                break
            if hides(declarations):
                hidden.add(name)
    return Styles(frozenset(hidden))


def words_of(node: LexborNode) -> str:
    """The text of a node and of all below it."""
    return " ".join(node.text(separator=" ").split())


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


# Marks elements with text of their own that are not seen: no box, no size, transparent, off the page, or in the
# colour of the ground they stand on.
MARK_UNSEEN = f"""() => {{
    const clear = (colour) => /^rgba\\(.*, 0\\)$|^transparent$/.test(colour);
    const ground = (element) => {{
        for (let at = element; at; at = at.parentElement) {{
            const style = getComputedStyle(at);
            if (style.backgroundImage !== "none") return "";
            if (!clear(style.backgroundColor)) return style.backgroundColor;
        }}
        return "rgb(255, 255, 255)";
    }};
    let count = 0;
    for (const element of document.body ? document.body.querySelectorAll("*") : []) {{
        if (++count > 20000) break;
        const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
        if (!own) continue;
        const style = getComputedStyle(element), box = element.getBoundingClientRect();
        const faded = (at) => at && (+getComputedStyle(at).opacity < 0.02 || faded(at.parentElement));
        const off = box.right + scrollX <= 0 || box.bottom + scrollY <= 0 || box.left > innerWidth + 2000;
        if (!element.checkVisibility?.({{ visibilityProperty: true }}) || parseFloat(style.fontSize) < 2
            || box.width < 1 || box.height < 1 || off || faded(element)
            || clear(style.color) || style.color === ground(element))
            element.setAttribute("{MARK}", "");
    }}
}}"""
