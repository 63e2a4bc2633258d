"""Words held apart by a mark that repeats itself: 无、效、退、款, or one character a line.

Any mark counts: a short run of non-Chinese characters (a comma, a quotation mark, letters, a line
break) that stands again and again between single characters. Since a list looks the same (内、外、妇、儿), a run is
put together only where its characters join into a term.
"""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from classifiers.text.normalise import Edit

_WIDEST = 3  # characters of a mark
_FEWEST = 3  # characters that it holds apart


def stuffed(text: str, has_term: Callable[[str], bool]) -> list[Edit]:
    """The edits that take the marks out of normalised `text` where `has_term` says that the characters they hold
    apart have a term in them. In order, apart from each other; in time linear in the text's length."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    chinese = (codes >= 0x4E00) & (codes <= 0x9FFF)
    edits: list[Edit] = []
    done = 0
    for start, width in sorted(_begins(codes, chinese)):
        if start < done:
            continue
        marks = list(_marks(text, chinese, start, width))
        if text[start : start + width] == "\n" and chinese[marks[-1] + 2 : marks[-1] + 3].any():
            marks.pop()  # the text after the last break is a separate line
        done = marks[-1] + width
        held = "".join(text[mark - 1] for mark in marks) + text[done]
        if len(held) >= _FEWEST and has_term(held):
            edits += (Edit(mark, mark + width, "") for mark in marks)
    return edits


def _begins(codes: NDArray[np.uint32], chinese: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """Where a mark stands twice with one Chinese character before, between and behind: its place and width."""
    for width in range(1, _WIDEST + 1):
        size = len(codes) - 2 * width - 2
        if size <= 0:
            return
        fits = chinese[:size] & chinese[width + 1 : size + width + 1] & chinese[2 * width + 2 :][:size]
        for place in range(1, width + 1):
            again = place + width + 1
            fits &= ~chinese[place : size + place] & (codes[place : size + place] == codes[again:][:size])
        yield from ((place + 1, width) for place in np.flatnonzero(fits).tolist())


def _marks(text: str, chinese: NDArray[np.bool_], start: int, width: int) -> Iterator[int]:
    """The places of the mark at `start` and of those that follow it in step."""
    mark, place = text[start : start + width], start
    while place + width < len(text) and text[place : place + width] == mark and chinese[place + width]:
        yield place
        place += width + 1
