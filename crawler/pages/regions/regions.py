"""Separates a page's own content from its frame: navigation, header, footer, sidebars, lists of other pages.

Tags and class names only say where a frame may be; how much of the page's prose stands there decides. Menus
are recognised by their form, short links in a row, wherever they stand; what stands around an article by the page's
shape. A page that has words has a main text.
"""

from collections.abc import Sequence
from itertools import chain

from classifiers.values import Origin, Region
from crawler.pages.regions.announced import abstracts, comments, others, sayings
from crawler.pages.regions.article import (
    Box,
    byline,
    find_article,
    heading_by_byline,
    outside_of,
    own_heading,
)
from crawler.pages.regions.drafts import SHORTEST_PROSE, Draft
from crawler.pages.regions.lines import foot_of, is_dated, said_of_the_page
from crawler.pages.regions.menus import is_cut_short, lists_of_others, menus, titles_alone, within_text
from crawler.pages.regions.parts import is_framed
from crawler.pages.regions.threads import answers

_ARTICLE = 80  # characters of prose next to which a list of links is a frame
_SHORTEST_REST = 40  # characters: a page that is nothing but menus has them as its main text


def regions(
    drafts: Sequence[Draft], title: str = "", boxes: Sequence[Box] = ()
) -> list[tuple[Region, Origin]]:
    """The region of each block, in order, and its origin, where it turns out to be a menu's. `title` is the page's: the
    block that says it is the article's own heading, wherever it stands. `boxes` are the page's elements, as blocks that
    they begin and end before, inner ones first."""
    runs = chain(comments(drafts, boxes), sayings(drafts, boxes), answers(drafts, boxes))
    repeated = {place for run in runs for place in run} | set(abstracts(drafts))
    elsewhere = {place for run in others(drafts, boxes) for place in run} - repeated
    spoken = [draft.said for draft in drafts]
    if any(
        size >= SHORTEST_PROSE
        for place, size in enumerate(spoken)
        if place not in repeated and place not in elsewhere
    ):
        repeated |= elsewhere
    small = set(said_of_the_page(drafts))
    leading = [draft.is_link for draft in drafts]
    excerpts = {
        place
        for place, draft in enumerate(drafts)
        if (draft.links or (place and leading[place - 1])) and is_cut_short(draft)
    }
    prose = [
        0 if size < SHORTEST_PROSE or place in repeated or place in small or place in excerpts else size
        for place, size in enumerate(spoken)
    ]
    lengths = [
        0 if place in repeated else len(draft.text) - draft.linked for place, draft in enumerate(drafts)
    ]
    for draft, size, unlinked in zip(drafts, lengths, prose, strict=True):
        part = draft.part
        while part is not None:
            part.length += size
            part.prose += unlinked
            part = part.around
    length, whole = sum(lengths), sum(prose)
    if not whole:  # next to a list of links alone, a footer's address is not the larger part
        length += sum(draft.linked for place, draft in enumerate(drafts) if place not in repeated)
    framed = [place in repeated or is_framed(draft.part, length, whole) for place, draft in enumerate(drafts)]
    for place in set(within_text(drafts, framed)) - repeated:
        framed[place] = False
    in_menus = {place for run in menus(drafts, prose, leading) for place in run}
    main_prose = sum(unlinked for unlinked, out in zip(prose, framed, strict=True) if not out)
    heading = own_heading(drafts, framed, title)
    bylines = [place for place in sorted(small) if not framed[place] and is_dated(drafts[place])]
    if heading is None:
        out = {place for place, is_out in enumerate(framed) if is_out} | small | in_menus
        heading = heading_by_byline(drafts, out, bylines)
    small.update(foot_of(drafts, small, heading, boxes))
    if heading is not None:
        small.update(byline(heading, drafts, bylines))
    said = [
        0
        if framed[place] or leading[place] or place in small or place in in_menus or place in excerpts
        else size
        for place, size in enumerate(spoken)
    ]
    article = find_article(heading, boxes, said, small - repeated)
    for run in lists_of_others(drafts, framed, leading):
        if main_prose >= _ARTICLE or (article and run[-1] >= article.text[1]):
            is_signed = article and run[0] == article.text[1] - 1  # its text ends there
            small.update(run[1:] if is_signed else run)
    if article:
        gone = [is_out or place in small for place, is_out in enumerate(framed)]
        small |= outside_of(article, drafts, said, gone)
    rest = sum(
        len(draft.text)
        for place, draft in enumerate(drafts)
        if not framed[place] and place not in in_menus and place not in small
    )
    taken = set[int]() if rest < _SHORTEST_REST and not main_prose and heading is None else in_menus | small
    if article or main_prose >= _ARTICLE:
        taken |= titles_alone(drafts, framed, taken)
    outside = [place != heading and (is_out or place in taken) for place, is_out in enumerate(framed)]
    if all(outside):
        outside = framed if not all(framed) else [False] * len(drafts)
    return [
        ("frame" if is_out else "main", draft.origin or ("menu" if place in in_menus else ""))
        for place, (draft, is_out) in enumerate(zip(drafts, outside, strict=True))
    ]
