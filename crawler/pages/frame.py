"""Separates a page's own content from its frame: navigation, header, footer, sidebars, lists of other pages.

Tags and class names only say where a frame may be; how much of the page's prose stands there decides. Menus
are recognised by their form, short links in a row, wherever they stand. A page that has words has a main
text.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple

from classifiers.values import Origin, Region

Kind = Literal["sure", "likely"]

_BY_TAG: Mapping[str, Kind] = {"nav": "sure", "footer": "sure", "header": "likely", "aside": "likely"}
NAMING_PARTS = frozenset({"class", "id", "role", "data-role"})  # the attributes by which parts are named
_ROLES = frozenset({"navigation", "contentinfo", "banner", "menu", "menubar", "footer", "navbar", "header"})
_SURE = re.compile(
    r"(?:^|[\s_-])(?:nav|navbar|menu|topbar|foot|footer|breadcrumbs?|crumbs|copyright)(?:$|[\s_-])", re.I
)
_LIKELY = re.compile(
    r"(?:^|[\s_-])(?:header|sidebar|aside|related|recommend|hot|links?|share|toolbar|widget)(?:$|[\s_-])",
    re.I,
)
# A part that holds more of the page's prose than this is not a frame, whatever its name.
_MOST_PROSE: Mapping[Kind, float] = {"sure": 0.6, "likely": 0.4}
_DEEPEST_PART = 8
_SENTENCE = re.compile("[。！？；，]")
_SHORTEST_PROSE = 16  # characters
_LABEL, _FEWEST_LABELS, _FEWEST_IN_ROW = (
    8,
    4,
    3,
)  # characters of a menu's entry; entries below, and next to each other
_NO_LABEL = re.compile(r"[。！？；，、%％\d]")
_HOME = re.compile("首页|主页|联系我们|关于我们|(?:医院|本院)(?:概况|简介)")
_MOSTLY = 0.7  # of a block's characters: it is a link
_ARTICLE, _FEWEST_TITLES = (
    80,
    3,
)  # characters of prose next to which a list of links is a frame; links of such a list
_SHORTEST_REST = 40  # characters: a page that is nothing but menus has them as its main text
# Lines about the page itself: its owner, its place on the site; and, in a short line, when and by whom it was
# published.
_SAID_OF_IT = re.compile(
    r"(?P<legal>ICP备|公网?安备|版权所有|copyright|©|all rights reserved|powered by|技术支持[:：]|备案号|主办(?:单位)?[:：]"
    r"|^(?:您?(?:现在|当前)的?(?:所在)?|您的)?(?:当前)?位置(?:是)?\s*[:：>]|^首页\s*[>»›/])"
    r"|(?:时间|日期|来源|作者|编辑|责编|审核|发布人|撰稿|字体|次数|[击览读]量?)[:：]|发[表布]于|字号\s*[:：大]"
    r"|[【\[]\s*(?:打印|关闭|收藏)|^(?:打印|收藏)本页|^关闭窗口|^分享(?:到|至)?[:：]?|^(?:上|下)一[篇页条]",
    re.I,
)
_LEGAL_WORDS = re.compile("备|版权|opyright|OPYRIGHT|eserved|技术支持|位置|首页")
# Every match of the expression above contains one of these: looked for first, since most lines have none.
_SAYING_SO = re.compile("[备版©位首:：于字打收关分上下cCaApP]")
_DAY = re.compile(r"\d{4}\s*[-年/.]\s*\d{1,2}")
_LONGEST_ABOUT, _LONGEST_LEGAL = 80, 300


@dataclass(eq=False)
class Part:
    """An element that may be a frame, and the one around it."""

    kind: Kind
    around: "Part | None" = None
    depth: int = 1
    length: int = 0
    prose: int = 0
    is_frame: bool | None = None


class Draft(NamedTuple):
    """A block whose region is not decided: the text, how many of its characters are in links, and in how many; the list
    that it is an entry of (0: none)."""

    text: str
    part: Part | None
    heading: bool = False
    origin: Origin = ""
    linked: int = 0
    links: int = 0
    entry_of: int = 0

    @property
    def is_link(self) -> bool:
        """Whether it is mostly a link; dates and numbers next to a link do not count."""
        if self.linked >= _MOSTLY * len(self.text):
            return True
        return self.linked > 0 and self.linked >= _MOSTLY * sum(map(str.isalpha, self.text))

    @property
    def is_row(self) -> bool:
        """Whether it consists of short links with marks between them."""
        words = sum(map(str.isalnum, self.text))
        return (
            self.linked <= _LABEL * self.links
            and self.linked >= _MOSTLY * words
            and not _SENTENCE.search(self.text)
        )

    @property
    def prose(self) -> int:
        """The characters of its sentences; 0 where it has none."""
        own = len(self.text) - self.linked
        return own if own >= _SHORTEST_PROSE and _SENTENCE.search(self.text) else 0


def kind_of_part(attributes: Mapping[str, str | None], tag: str) -> Kind | None:
    """Whether an element looks like a frame by its tag, role, class and id; None where nothing says so."""
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
    by_tag = _BY_TAG.get(tag)
    if by_tag == "sure" or role in _ROLES or _SURE.search(names):
        return "sure"
    return "likely" if by_tag or _LIKELY.search(names) else None


def regions(drafts: Sequence[Draft]) -> list[tuple[Region, Origin]]:
    """The region of each block, in order, and its origin, where it turns out to be a menu's."""
    prose = [draft.prose for draft in drafts]
    leading = [draft.is_link for draft in drafts]
    for draft, own in zip(drafts, prose, strict=True):
        part = draft.part
        while part is not None:
            part.length += len(draft.text)
            part.prose += own
            part = part.around
    length, whole = sum(len(draft.text) for draft in drafts), sum(prose)
    framed = [_is_framed(draft.part, length, whole) for draft in drafts]
    menus = {place for run in _menus(drafts, prose, leading) for place in run}
    main_prose = sum(own for own, out in zip(prose, framed, strict=True) if not out)
    small = {
        *_said_of_the_page(drafts),
        *(_lists_of_others(drafts, framed, leading) if main_prose >= _ARTICLE else ()),
    }
    rest = sum(
        len(draft.text)
        for place, draft in enumerate(drafts)
        if not framed[place] and place not in menus and place not in small
    )
    if rest < _SHORTEST_REST and not main_prose:
        menus_in_frame: set[int] = set()
    else:
        menus_in_frame = menus | small
    out = [is_out or place in menus_in_frame for place, is_out in enumerate(framed)]
    if all(out):
        out = framed if not all(framed) else [False] * len(drafts)
    return [
        ("frame" if is_out else "main", draft.origin or ("menu" if place in menus else ""))
        for place, (draft, is_out) in enumerate(zip(drafts, out, strict=True))
    ]


def _is_framed(part: Part | None, length: int, prose: int) -> bool:
    if part is None:
        return False
    if part.is_frame is None:
        is_large = part.length > 0.5 * length if prose == 0 else part.prose > _MOST_PROSE[part.kind] * prose
        if part.kind == "sure" and prose:  # a footer's law and address may be the only prose
            is_large = is_large and part.length > 0.5 * length
        part.is_frame = _is_framed(part.around, length, prose) or not is_large
    return part.is_frame


def _menus(drafts: Sequence[Draft], prose: Sequence[int], leading: Sequence[bool]) -> Iterator[range]:
    """Blocks that are the entries of menus: short links in a row, in one block or many, or short entries of a
    list that has a link home or stands above everything else."""
    begin, count = 0, len(drafts)
    above = next((place for place, draft in enumerate(drafts) if draft.heading or prose[place]), count)
    labels = [_is_label(draft) for draft in drafts]
    while begin < count:
        first = drafts[begin]
        if first.links >= _FEWEST_IN_ROW and first.is_row:
            yield range(begin, begin + 1)
            begin += 1
            continue
        end, leads, entry_of = begin, leading[begin], first.entry_of
        while (
            end < count
            and labels[end]
            and ((leads and leading[end]) or drafts[end].entry_of == entry_of != 0)
        ):
            end += 1
        if end - begin >= _FEWEST_LABELS and (
            leads or begin < above or any(_HOME.search(draft.text) for draft in drafts[begin:end])
        ):
            yield range(begin, end)
        begin = max(end, begin + 1)


def _is_label(draft: Draft) -> bool:
    return len(draft.text) <= _LABEL and not draft.heading and not _NO_LABEL.search(draft.text)


def _said_of_the_page(drafts: Sequence[Draft]) -> Iterator[int]:
    """Lines about the page itself: its place on the site, when and by whom it was published, its owner."""
    for place, draft in enumerate(drafts):
        text = draft.text
        length = len(text)
        if length > _LONGEST_LEGAL or not _SAYING_SO.search(text):
            continue
        if draft.heading and not _DAY.search(text):
            continue
        is_line = length <= _LONGEST_ABOUT and "。" not in text
        if not is_line and not _LEGAL_WORDS.search(text):
            continue
        found = _SAID_OF_IT.search(text)
        if found and (is_line or found["legal"]):
            yield place


def _lists_of_others(
    drafts: Sequence[Draft], framed: Sequence[bool], leading: Sequence[bool]
) -> Iterator[int]:
    """Lists of links to other pages, next to an article: 相关阅读, 最新文章; with the short line above
    them."""
    begin = 0
    while begin < len(drafts):
        end, links = begin, 0
        while end < len(drafts) and not framed[end] and (leading[end] or _is_between(drafts, end, begin)):
            links += drafts[end].links if leading[end] else 0
            end += 1
        if links >= _FEWEST_TITLES:
            if begin and len(drafts[begin - 1].text) <= 2 * _LABEL and not drafts[begin - 1].prose:
                yield begin - 1
            yield from range(begin, end)
        begin = max(end, begin + 1)


def _is_between(drafts: Sequence[Draft], place: int, begin: int) -> bool:
    """Whether a block stands between the links of a list: a day, a number, a mark."""
    return (
        place > begin
        and len(drafts[place].text) <= 2 * _LABEL
        and not re.search("[\u3400-\u9fff]{3}", drafts[place].text)
    )
