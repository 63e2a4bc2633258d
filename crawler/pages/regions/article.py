"""The article of a page, by the page's shape: the heading that its title names, the element that holds this heading and
nearly all sentences, and in it the element of the text."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from crawler.pages.regions.drafts import Draft

# A block's place in the page: the number of the first block of an element, and that after its last.
Box = tuple[int, int]
_SEPARATORS = re.compile(r"\s*[_|｜–—»>·]+\s*|\s+-+\s*|-+\s+|(?<=[\u3400-\u9fff])-+(?=[\u3400-\u9fff])")
_SHORTEST_BEGINNING, _SHORTEST_HEADING = 6, 3  # characters of a title's beginning, and of a part of it
_NEARLY_ALL, _MOST = 0.75, 0.8  # of a page's sentences: in its article; of the article's: in its text
_SHORT_LINE, _SHORT_REST = 40, 60  # characters
_CATEGORY = re.compile(r"(?:\[[^\]]{1,8}\]|【[^】]{1,8}】)\s*")  # ahead of a thread's title
_LONGEST_HEADING, _MOST_BYLINES = 60, 2  # characters; lines followed by bylines: more of them are a list's
_BLOCKS_OF_BYLINE, _LONGEST_BYLINE = 8, 150  # blocks; characters
_FACT, _FEWEST_FACTS = (
    re.compile(r"[\u3400-\u9fff]{2,8}[:：]"),
    3,
)  # 材质：棉; lines of a table of such facts
# Characters of sentences below the controls that end a text; where it is no element of its own.
_LONGEST_TAIL, _LONGEST_CARD = 100, 40
_REACHED_BY = re.compile(
    r"(?<![\d-])(?:1[3-9]\d{9}|0\d{2,3}[ -]?\d{7,8}|[48]00[ -]?\d{3,4}[ -]?\d{3,4}|\d{7,8})(?!\d)|微信|[Qq]{2}"
)


@dataclass(frozen=True)
class Article:
    """Where the article's heading, all of it, and its text stand."""

    heading: int
    all: Box
    text: Box
    is_whole: bool = True  # the text is an element of its own


def own_heading(drafts: Sequence[Draft], framed: Sequence[bool], title: str) -> int | None:
    """The block that says the title of the article, as the page's title does next to the site's name; a heading rather than
    other blocks, the page's first name rather than later ones."""
    names = [name for name in _SEPARATORS.split(title) if len(name) >= _SHORTEST_HEADING]
    best: tuple[bool, int, bool, int] | None = None
    for place, draft in enumerate(drafts):
        if draft.links and not (draft.heading and draft.links == 1):
            continue
        text = draft.text
        if draft.heading and not title.startswith(text):
            text = _CATEGORY.sub("", text, count=1)
        if len(text) < _SHORTEST_HEADING or len(text) > len(title):
            continue
        if len(text) >= _SHORTEST_BEGINNING and title.startswith(text):
            rank = 0
        elif text in names:
            rank = names.index(text)
        else:
            continue
        if draft.links and rank:  # the site's name leads home
            continue
        found = (framed[place], rank, not draft.heading, place)
        best = min(best, found) if best else found
    return best[-1] if best else None


def heading_by_byline(drafts: Sequence[Draft], out: Collection[int], bylines: Sequence[int]) -> int | None:
    """The line right above the byline: the heading of a page whose title is the site's. Several such lines are the
    entries of a list."""
    found = [
        place - 1 for place in bylines if place and place - 1 not in out and _may_head(drafts[place - 1])
    ]
    return found[0] if 0 < len(found) <= _MOST_BYLINES else None


def _may_head(draft: Draft) -> bool:
    return not draft.links and _SHORTEST_HEADING <= len(draft.text) <= _LONGEST_HEADING


def byline(heading: int, drafts: Sequence[Draft], bylines: Sequence[int]) -> range:
    """The blocks between a heading and the day below it: by whom the page was published."""
    end = next((place + 1 for place in bylines if heading < place <= heading + _BLOCKS_OF_BYLINE), heading)
    between = drafts[heading + 1 : end]
    is_long = sum(len(draft.text) for draft in between) > _LONGEST_BYLINE
    if is_long or any(draft.said and draft.part is None for draft in between):
        return range(0)
    return range(heading + 1, end)


def find_article(
    heading: int | None, boxes: Sequence[Box], said: Sequence[int], small: Collection[int]
) -> Article | None:
    """The article under its heading; None where no element holds it with nearly all sentences of the page. `boxes` are
    the page's elements, inner ones before those around them; `said` the characters of sentences of each block that may
    be the article's; `small` the lines about the page."""
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
    if not texts:  # its paragraphs stand next to its heading: they are the text
        places = [place for place in range(heading + 1, around[1]) if said[place]]
        controls = next((place for place in range(places[0], places[-1]) if place in small), around[1])
        tail = before[around[1]] - before[controls]
        if 0 < tail <= min(_LONGEST_CARD, sentences - tail):
            return Article(heading, around, (places[0], controls))
        return Article(heading, around, (places[0], places[-1] + 1), is_whole=False)
    return Article(heading, around, max(texts, key=lambda box: box[1] - box[0]))


def outside_of(
    article: Article, drafts: Sequence[Draft], said: Sequence[int], framed: Sequence[bool]
) -> set[int]:
    """The blocks that frame an article: all around it; in it, short lines between heading and text, unless they are a table
    of facts; and links, short lines and what the author says of himself after the text, unless they say how the author can
    be reached."""
    first, end = article.all
    begin, stop = article.text
    out = set(range(first)) | set(range(end, len(drafts)))
    out.update(
        place for place in range(first, article.heading) if not said[place] and _is_short(drafts[place])
    )
    ahead = sum(len(drafts[place].text) for place in range(article.heading + 1, begin) if not framed[place])
    if ahead > sum(said[begin:stop]):  # more than a byline: a list under its heading
        return out
    out.update(place for place in _above_text(article, drafts, framed) if not said[place])
    out.update(_below_text(article, drafts, said, framed))
    return out


def _above_text(article: Article, drafts: Sequence[Draft], framed: Sequence[bool]) -> Iterator[int]:
    between = range(article.heading + 1, article.text[0])
    facts = [place for place in between if not framed[place] and _FACT.match(drafts[place].text)]
    table = range(0)
    if len(facts) >= _FEWEST_FACTS:
        table = range(facts[0], facts[-1] + (2 if drafts[facts[-1]].text.endswith(("：", ":")) else 1))
    for place in between:
        is_line = article.is_whole and place not in table
        draft = drafts[place]
        if _is_aside(draft) and not draft.heading and (is_line or draft.links):
            yield place


def _below_text(
    article: Article, drafts: Sequence[Draft], said: Sequence[int], framed: Sequence[bool]
) -> Iterator[int]:
    end = article.all[1]
    after = range(article.text[1], end)
    rest = sum(len(drafts[place].text) - drafts[place].linked for place in after if not framed[place])
    closed = next((place for place in after if framed[place]), end)
    ends = article.is_whole and sum(said[closed:end]) <= _LONGEST_TAIL
    ends_short = article.is_whole and rest <= _SHORT_REST
    for place in after:
        draft = drafts[place]
        is_closed = ends and place > closed and not _REACHED_BY.search(draft.text)
        if is_closed or (not said[place] and _is_aside(draft) and (draft.links or ends_short)):
            yield place


def _is_short(draft: Draft) -> bool:
    return len(draft.text) <= _SHORT_LINE


def _is_aside(draft: Draft) -> bool:
    return _is_short(draft) and not _REACHED_BY.search(draft.text)
