"""The article of a page, by the page's shape: the heading that its title names, the element that holds this heading and
nearly all sentences, and in it the element of the text."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from crawler.pages.regions.drafts import Draft

# A block's place in the page: the number of the first block of an element, and that after its last.
Box = tuple[int, int]
_SEPARATORS = re.compile(r"\s*[_|｜–—»>·]+\s*|\s+-+\s*|-+\s+|(?<=[\u3400-\u9fff])-+(?=[\u3400-\u9fff])")
_SHORTEST_BEGINNING, _SHORTEST_HEADING = 6, 3  # characters of a title's beginning, and of a part of it
_NEARLY_ALL, _MOST = 0.75, 0.8  # of a page's sentences: in its article; of the article's: in its text
_SHORT_LINE, _SHORT_REST = 40, 60  # characters
_REACHED_BY = re.compile(
    r"(?<![\d-])(?:1[3-9]\d{9}|0\d{2,3}[ -]?\d{7,8}|[48]00[ -]?\d{3,4}[ -]?\d{3,4}|\d{7,8})(?!\d)|微信|[Qq]{2}"
)


@dataclass(frozen=True)
class Article:
    """Where the article's heading, all of it, and its text stand."""

    heading: int
    all: Box
    text: Box | None


def own_heading(drafts: Sequence[Draft], framed: Sequence[bool], title: str) -> int | None:
    """The block that says the title of the article, as the page's title does next to the site's name; a heading rather than
    other blocks, the page's first name rather than later ones."""
    names = [name for name in _SEPARATORS.split(title) if len(name) >= _SHORTEST_HEADING]
    best: tuple[bool, int, bool, int] | None = None
    for place, draft in enumerate(drafts):
        text = draft.text
        if draft.links or len(text) < _SHORTEST_HEADING or len(text) > len(title):
            continue
        if len(text) >= _SHORTEST_BEGINNING and title.startswith(text):
            rank = 0
        elif text in names:
            rank = names.index(text)
        else:
            continue
        found = (framed[place], rank, not draft.heading, place)
        best = min(best, found) if best else found
    return best[-1] if best else None


def find_article(heading: int | None, boxes: Sequence[Box], said: Sequence[int]) -> Article | None:
    """The article under its heading; None where no element holds it with nearly all sentences of the page. `boxes` are
    the page's elements, inner ones before those around them; `said` the characters of sentences of each block that may
    be the article's."""
    if heading is None:
        return None
    before = [0, *accumulate(said)]
    whole = before[-1] - before[heading + 1]
    if not whole:
        return None
    around = next(
        (
            box
            for box in boxes
            if box[0] <= heading < box[1]
            and before[box[1]] - before[heading + 1] > 0
            and before[box[1]] - before[box[0]] >= _NEARLY_ALL * before[-1]
        ),
        None,
    )
    if around is None:
        return None
    sentences = before[around[1]] - before[heading + 1]
    texts = [
        box
        for box in boxes
        if heading < box[0] and box[1] <= around[1] and before[box[1]] - before[box[0]] >= _MOST * sentences
    ]
    return Article(heading, around, max(texts, key=lambda box: box[1] - box[0], default=None))


def outside_of(
    article: Article, drafts: Sequence[Draft], said: Sequence[int], framed: Sequence[bool]
) -> set[int]:
    """The blocks that frame an article: all around it; in it, short lines between heading and text, and links and short
    lines after the text, unless they say how the author can be reached."""
    first, end = article.all
    out = set(range(first)) | set(range(end, len(drafts)))
    if article.text is None:
        return out
    begin, stop = article.text
    ahead = sum(len(drafts[place].text) for place in range(article.heading + 1, begin) if not framed[place])
    if ahead > sum(said[begin:stop]):  # more than a byline: a list under its heading
        return out
    for place in (*range(first, article.heading), *range(article.heading + 1, begin)):
        if not said[place] and _is_aside(drafts[place]):
            out.add(place)
    rest = sum(
        len(drafts[place].text) - drafts[place].linked for place in range(stop, end) if not framed[place]
    )
    for place in range(stop, end):
        draft = drafts[place]
        if not said[place] and _is_aside(draft) and (draft.links or rest <= _SHORT_REST):
            out.add(place)
    return out


def _is_aside(draft: Draft) -> bool:
    return len(draft.text) <= _SHORT_LINE and not _REACHED_BY.search(draft.text)
