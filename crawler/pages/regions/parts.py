"""Elements that may be a page's frame, by tag, role, class and id: names are hints, how much of the page's prose stands
there decides."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

Kind = Literal["sure", "likely"]

_BY_TAG: Mapping[str, Kind] = {
    "nav": "sure",
    "footer": "sure",
    "header": "likely",
    "aside": "likely",
    "form": "sure",
    "marquee": "sure",
}
NAMING_PARTS = frozenset({"class", "id", "role", "data-role"})  # the attributes by which parts are named
_ROLES = frozenset({"navigation", "contentinfo", "banner", "menu", "menubar", "footer", "navbar", "header"})
_SURE = re.compile(
    r"(?:^|[\s_-])(?:nav|navbar|menu|topbar|foot|footer|breadcrumbs?|crumbs|copyright)(?:$|[\s_-])", re.I
)
_LIKELY = re.compile(
    r"(?:^|[\s_-])(?:header|sidebar|aside|relate|related|recommend|recommended|hot|links?|share|toolbar|widgets?|meta"
    r"|comments?|respond|reply|pager|pagination|prev|skip|rank|digg)(?:$|[\s_-])",
    re.I,
)
_FLOATING = re.compile(r"position\s*:\s*fixed", re.I)
_LONGEST_STYLE = 1_000
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")  # webFooter is web-Footer
# A part that holds more of the page's prose than this is not a frame, whatever its name.
_MOST_PROSE: Mapping[Kind, float] = {"sure": 0.6, "likely": 0.4}
_ARTICLE = 120  # characters of prose
_DEEPEST_PART = 8


@dataclass(eq=False)
class Part:
    """An element that may be a frame, and the one around it."""

    kind: Kind
    around: "Part | None" = None
    depth: int = 1
    length: int = 0
    prose: int = 0
    is_frame: bool | None = None


def kind_of_part(attributes: Mapping[str, str | None], tag: str) -> Kind | None:
    """Whether an element looks like a frame by its tag, role, class and id, or floats above the page; None where nothing
    says so."""
    style = attributes.get("style")
    if style and "fixed" in style and _FLOATING.search(style[:_LONGEST_STYLE]):
        return "likely"
    named, identity = attributes.get("class"), attributes.get("id")
    role = attributes.get("role") or attributes.get("data-role")
    if not (named or identity or role) or tag in {"body", "html"}:
        return _BY_TAG.get(tag)
    return _kind_of(tag, role, f"{named or ''} {identity or ''}")


def part_in(around: Part | None, kind: Kind) -> Part | None:
    """A part in another; None where they nest deeper than a person would write."""
    depth = around.depth + 1 if around else 1
    return Part(kind, around, depth) if depth <= _DEEPEST_PART else None


@lru_cache(maxsize=8_192)
def _kind_of(tag: str, role: str | None, names: str) -> Kind | None:
    by_tag, names = _BY_TAG.get(tag), _HUMP.sub("-", names)
    if by_tag == "sure" or role in _ROLES or _SURE.search(names):
        return "sure"
    return "likely" if by_tag or _LIKELY.search(names) else None


def is_framed(part: Part | None, length: int, prose: int) -> bool:
    """Whether a part is a frame of a page that has this many characters, and in sentences."""
    if part is None:
        return False
    if part.is_frame is None:
        is_large = part.length > 0.5 * length if prose == 0 else part.prose > _MOST_PROSE[part.kind] * prose
        if part.kind == "sure" and prose:  # a footer's address may be the only prose
            is_large = is_large and (part.length > 0.5 * length or part.prose > _ARTICLE)
        part.is_frame = is_framed(part.around, length, prose) or not is_large
    return part.is_frame
