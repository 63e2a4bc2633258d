"""Whether a click, a touch or a slide shows the content that a page folds away: tabs, menus, sliders,
collapsed lists.

Recognised from the page itself: a visible sibling of the same shape, a rule that shows it in some
state, a button or script that names it, or the name that such parts have everywhere.
"""

import re
from collections.abc import Mapping
from functools import cached_property
from itertools import islice

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawler.pages.visibility import Look, Styles, names_of

_KINDS = re.compile(
    r"(?:^|[\s_-])(?:tabs?|pane|panels?|accordion|collaps\w*|fold\w*|expand\w*|more|slide[rs]?|swiper|carousel|slick|focus"
    r"|drop-?down|sub-?(?:menu|nav)|menu|nav|answer|faq)(?:$|[\s_-])|(?:tab|con(?:tent)?|pane|panel)_?-?\d+(?:$|\s)",
    re.I,
)
# Names of states, which the elements of one kind do not share.
_STATES = re.compile(
    r"^(?:on|off|cur(?:rent)?|active|selected|sel|hover|show\w*|hid(?:e|den)|in|out|fade|first|last|none|dn|dis|disnone)$|\d+",
    re.I,
)
_HANDLES = "[data-target],[data-bs-target],[aria-controls],[data-tab],[data-id],[rel],label[for],a[href^='#']"
_NAMING = ("data-target", "data-bs-target", "aria-controls", "data-tab", "data-id", "rel", "for", "href")
_HANDLED = "[onclick],[onmouseover],[onmouseenter],[onfocus],[ontouchstart]"
_EVENTS = ("onclick", "onmouseover", "onmouseenter", "onfocus", "ontouchstart")
_QUOTED = re.compile(r"[\"']([#.]?[A-Za-z_][\w-]{0,60})[\"']")
_SHOWING = re.compile(
    r"\.(?:show|toggle|fadeIn|fadeToggle|slideDown|slideToggle|addClass|toggleClass|removeClass|eq|siblings|tabs?)\s*\("
    r"|classList\.|display\s*=\s*[\"'](?:block|inline|flex|\")|\.(?:click|hover|on|mouseover)\s*\(|addEventListener",
)
_MOST_SCRIPT, _MOST_SIBLINGS, _MOST_ASKED, _MOST_STEMS = 100_000, 60, 400, 200


class Reveals:
    """The elements that a page's own controls can show. Computed on first use: most pages fold nothing."""

    def __init__(self, tree: LexborHTMLParser, styles: Styles) -> None:
        self._tree, self._styles = tree, styles
        self._asked = 0

    def shows(self, node: LexborNode, attributes: Mapping[str, str | None]) -> bool:
        """Whether a visitor can have a folded element shown."""
        names = names_of(attributes)
        if not self._styles.shown.isdisjoint(names):
            return True
        if _KINDS.search(
            " ".join(
                (attributes.get("class") or "", attributes.get("id") or "", attributes.get("role") or "")
            )
        ):
            return True
        self._asked += 1
        if self._asked > _MOST_ASKED:  # no page folds so much for its visitors
            return False
        return self._is_handled(names) or self._has_seen_twin(node, attributes)

    def _is_handled(self, names: list[str]) -> bool:
        if not names:
            return False
        if not self._handles.isdisjoint(names):
            return True
        # setTab('con', 2) shows con_2
        return any(
            name.startswith("#") and any(name[1:].startswith(stem) for stem in self._stems) for name in names
        )

    def _has_seen_twin(self, node: LexborNode, attributes: Mapping[str, str | None]) -> bool:
        """Whether a sibling of the same shape is visible: one tab of many, one picture of a slider."""
        shape = _shape(attributes)
        if not shape and node.tag != "li":
            return False
        parent = node.parent
        beside = parent.child if parent is not None else None
        for _ in range(_MOST_SIBLINGS):
            if beside is None:
                return False
            if beside.tag == node.tag and beside != node:
                others = beside.attributes
                look = self._styles.look(others) if others else Look.SEEN
                if look not in {Look.FOLDED, Look.HIDDEN} and _shape(others) == shape:
                    return True
            beside = beside.next
        return False

    @cached_property
    def _handles(self) -> frozenset[str]:
        """Names that buttons, links and labels point to, and that scripts which show something name."""
        found: set[str] = set()
        for node in self._tree.css(_HANDLES):
            attributes = node.attributes
            for key in _NAMING:
                value = (attributes.get(key) or "").strip()
                if len(value) > 1 and (key != "href" or value.startswith("#")):
                    found.add(value if value[0] in "#." else f"#{value}")
        for script in self._scripts:
            for name in _QUOTED.findall(script):
                found.add(name if name[0] in "#." else f"#{name}")
        return frozenset(found)

    @cached_property
    def _stems(self) -> frozenset[str]:
        """The beginnings of ids that handlers of clicks and touches name and show."""
        stems = (
            name.lstrip("#.")
            for node in self._tree.css(_HANDLED)
            for key in _EVENTS
            for name in _QUOTED.findall(node.attributes.get(key) or "")
        )
        return frozenset(islice(stems, _MOST_STEMS))

    @cached_property
    def _scripts(self) -> list[str]:
        scripts, length = [], 0
        for node in self._tree.css("script:not([src])"):
            text = node.text()
            length += len(text)
            if length > _MOST_SCRIPT:
                break
            if _SHOWING.search(text):
                scripts.append(text)
        return scripts


def _shape(attributes: Mapping[str, str | None]) -> frozenset[str]:
    """The names of an element, without those of a state and without numbers."""
    names = (attributes.get("class") or "").split()
    if identity := attributes.get("id"):
        names.append(f"#{identity}")
    return frozenset(plain for name in names if (plain := _STATES.sub("", name)) and plain != "#")
