"""Menus, and lists of other pages."""

import re
from collections.abc import Collection, Iterator, Sequence

from crawler.pages.regions.drafts import LABEL, Draft
from crawler.pages.regions.lines import HOME

_FEWEST_LABELS, _FEWEST_IN_ROW = 4, 3  # a menu's entries below, and next to each other
_FEWEST_TITLES = 3  # links of a list of other pages
_LONGEST_TITLE = 12  # characters
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


def within_text(drafts: Sequence[Draft], framed: Sequence[bool]) -> Iterator[int]:
    """Blocks of sentences without links in elements that may be frame by their name alone, next to main text above and
    below: a part of the text, such as a list of steps."""
    begin, count = 1, len(drafts)
    while begin < count:
        end = begin
        while end < count and framed[end] and _is_said_plainly(drafts[end]):
            end += 1
        if begin < end < count and not framed[begin - 1] and not framed[end] and drafts[begin - 1].heading:
            yield from range(begin, end)
        begin = max(end, begin + 1)


def _is_said_plainly(draft: Draft) -> bool:
    return draft.part is not None and draft.part.kind == "likely" and draft.said > 0 and not draft.links


def titles_alone(drafts: Sequence[Draft], framed: Sequence[bool], taken: Collection[int]) -> set[int]:
    """Short lines between blocks that are all frame: titles of lists that were taken away."""
    out = [is_out or place in taken for place, is_out in enumerate(framed)]
    return {
        place
        for place, draft in enumerate(drafts[1:-1], 1)
        if not out[place]
        and out[place - 1]
        and out[place + 1]
        and len(draft.text) <= _LONGEST_TITLE
        and not draft.said
        and not re.search(r"\d", draft.text)
    }
