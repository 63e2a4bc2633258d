"""Menus, and lists of other pages."""

import re
from collections.abc import Iterator, Sequence

from crawler.pages.regions.drafts import LABEL, Draft
from crawler.pages.regions.lines import HOME

_FEWEST_LABELS, _FEWEST_IN_ROW = 4, 3  # a menu's entries below, and next to each other
_FEWEST_TITLES = 3  # links of a list of other pages
_NO_LABEL = re.compile(r"[。！？；，、%％\d]")
_LONGEST_MARK = 12  # characters
_CUT_SHORT = re.compile(r"(?:…|\.{3}|\[?(?:详细|查看全文|阅读全文|更多)[\]>»】]*)\s*$")


def is_cut_short(draft: Draft) -> bool:
    """Whether a block is the beginning of another page's text."""
    return bool(_CUT_SHORT.search(draft.text[-_LONGEST_MARK:]))


def menus(drafts: Sequence[Draft], prose: Sequence[int], leading: Sequence[bool]) -> Iterator[range]:
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
            leads or begin < above or any(HOME.search(draft.text) for draft in drafts[begin:end])
        ):
            yield range(begin, end)
        begin = max(end, begin + 1)


def _is_label(draft: Draft) -> bool:
    return len(draft.text) <= LABEL and not draft.heading and not _NO_LABEL.search(draft.text)


def lists_of_others(
    drafts: Sequence[Draft], framed: Sequence[bool], leading: Sequence[bool]
) -> Iterator[range]:
    """Lists of links to other pages: 相关阅读, 最新文章; with the short line above them. Next to an article they are its
    frame."""
    begin = 0
    while begin < len(drafts):
        end, links = begin, 0
        while end < len(drafts) and not framed[end] and (leading[end] or _is_between(drafts, end, begin)):
            links += drafts[end].links if leading[end] else 0
            end += 1
        if links >= _FEWEST_TITLES:
            is_row = end == begin + 1 and drafts[begin].is_row  # controls, under no title
            is_titled = (
                begin
                and not is_row
                and len(drafts[begin - 1].text) <= 2 * LABEL
                and not drafts[begin - 1].prose
            )
            yield range(begin - 1 if is_titled else begin, end)
        begin = max(end, begin + 1)


def _is_between(drafts: Sequence[Draft], place: int, begin: int) -> bool:
    """Whether a block stands between the links of a list: a day, a number, a mark; the beginning of another page."""
    text = drafts[place].text
    if place == begin:
        return False
    return is_cut_short(drafts[place]) if re.search("[\u3400-\u9fff]{3}", text) else len(text) <= 2 * LABEL
