"""Word boundaries by jieba: a term found across the edge of a longer word is not a hit."""

import re
from collections.abc import Iterator
from functools import lru_cache
from math import log

from classifiers.text.dictionary import dictionary
from classifiers.text.jieba_import import jieba

_REACH = 12  # characters of the sentence that jieba sees on either side of a hit
_APART = re.compile(r"[^\u4e00-\u9fd5a-zA-Z0-9+#&._%\-]")  # what jieba has no words across
_SAME_DISEASE = frozenset({"病", "症", "病症"})  # 癫痫病 is 癫痫
_SHORT = 3  # longer terms do not lie across a word's edge by accident


class _Tokenizer(jieba.Tokenizer):  # type: ignore[misc] # jieba has no types
    """jieba's, that asks the dictionary once for all words that begin at a place, and for each frequency once."""

    def __init__(self) -> None:
        super().__init__()
        self.FREQ = dictionary()
        self.total = dictionary().total
        self.initialized = True

    def get_DAG(self, sentence: str) -> dict[int, list[tuple[int, int]]]:  # noqa: N802 - jieba's name
        """For each place, the words that begin there: their last places, and how frequent they are."""
        known = dictionary()
        return {
            place: [(place + length - 1, often) for length, often in known.words_at(sentence, place)]
            or [(place, 1)]
            for place in range(len(sentence))
        }

    def calc(
        self, sentence: str, words: dict[int, list[tuple[int, int]]], route: dict[int, tuple[float, int]]
    ) -> None:
        """The likeliest way through the words, from the end: for each place its measure, and its word's last place."""
        route[len(sentence)] = (0, 0)
        whole = log(self.total)
        for place in range(len(sentence) - 1, -1, -1):
            best = (float("-inf"), place)
            for last, often in words[place]:
                measure = log(often) - whole + route[last + 1][0]
                if measure >= best[0]:
                    best = (measure, last)
            route[place] = best


@lru_cache(maxsize=1)
def _tokenizer() -> jieba.Tokenizer:
    return _Tokenizer()


def is_word(word: str) -> bool:
    """Whether the dictionary has the word."""
    return dictionary().get(word) > 0


def how_common(word: str) -> float:
    """How often `word` stands in ordinary writing, in the units of jieba's dictionary; a guess for new words."""
    return float(dictionary().get(word) or 10 ** (3 - len(word)))


def cut(text: str) -> list[str]:
    """`text` in words of the dictionary; new words are not guessed (no HMM)."""
    return list(_tokenizer().cut(text, HMM=False))


def is_part_of_word(text: str, start: int, end: int) -> bool:
    """Whether `text[start:end]` makes a word of the dictionary together with its neighbours on the page."""
    for low, high in _words_around(text, start, end):
        if low < end and start < high:
            return high - low > end - start and any("\u4e00" <= other <= "\u9fff" for other in text[low:high])
    return False


def cuts_through_word(text: str, start: int, end: int) -> bool:
    """Whether `text[start:end]` is not a word by itself: a word of jieba's dictionary holds it whole and is
    longer, or crosses its edge and takes a single character of it (钱包|好看 has no 包好). A disease is itself with
    病 or 症 behind it.

    Only short terms are checked. New words are not guessed, so that a made-up word cannot hide a term.
    """
    if end - start > _SHORT:
        return False
    for low, high in _words_around(text, start, end):
        shared = min(high, end) - max(low, start)
        if shared <= 0 or high - low == shared:
            continue
        if low == start and text[end:high] in _SAME_DISEASE:
            continue
        if shared == 1 or shared == end - start:
            return True
    return False


def _words_around(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Where the words lie in the stretch of text around `text[start:end]`, as far as no mark parts it."""
    before, after = text[max(0, start - _REACH) : start], text[end : end + _REACH]
    position = start - len(_APART.split(before)[-1])
    for word in _words_of(text[position : end + len(_APART.split(after, 1)[0])]):
        yield position, position + len(word)
        position += len(word)


@lru_cache(maxsize=4096)
def _words_of(stretch: str) -> tuple[str, ...]:
    return tuple(cut(stretch))
