"""The floors of a thread: which of them are other people's answers, and what of a floor is its text."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from crawler.pages.regions.article import Box
from crawler.pages.regions.drafts import Draft

# A floor of a thread: the first author's, then those below.
_FLOOR = re.compile(r"楼主|沙发|板凳|地板|地下室|第?\s*\d{1,5}\s*[#楼]")


def answers(drafts: Sequence[Draft], boxes: Sequence[Box]) -> Iterator[range]:
    """The floors of a thread below its first, of other authors; and in the first author's, all around the text: a floor is
    the largest element with one number in it, and its first words are its author's name."""
    numbers = [place for place, draft in enumerate(drafts) if _FLOOR.fullmatch(draft.text)]
    if len(numbers) <= 1:
        return
    widest: dict[int, Box] = {}
    inner: dict[int, list[Box]] = {}
    for box in boxes:
        first = bisect_left(numbers, box[0])
        held = bisect_left(numbers, box[1]) - first
        if held == 1:
            widest[first] = max(widest.get(first, box), box, key=lambda one: one[1] - one[0])
        elif not held and first:
            inner.setdefault(first - 1, []).append(box)
    floors = [(widest[number], number) for number in sorted(widest)]
    name = drafts[floors[0][0][0]].text
    for floor, number in floors:
        if drafts[floor[0]].text != name:
            yield range(*floor)
            continue
        text = _text_of(floor, drafts, inner.get(number, ()))
        if text:
            yield from (range(floor[0], text[0]), range(text[1], floor[1]))


def _text_of(floor: Box, drafts: Sequence[Draft], inner: Sequence[Box]) -> Box | None:
    """The largest element below the number of a floor that holds its longest sentences; the signature stands next to it."""
    within = [box for box in inner if box[1] <= floor[1]]
    if not within:
        return None
    first, end = min(box[0] for box in within), max(box[1] for box in within)
    longest = max(range(first, end), key=lambda place: drafts[place].said)
    if not drafts[longest].said:
        return None
    return max((box for box in within if box[0] <= longest < box[1]), key=lambda box: box[1] - box[0])
