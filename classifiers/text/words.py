"""Word boundaries by jieba: a term found across the edge of a longer word is no hit."""

from collections.abc import Iterator
from functools import lru_cache

from classifiers.text.dictionary import dictionary
from classifiers.text.jieba_import import jieba

_REACH = 12  # characters of the sentence that jieba sees on either side of a hit
_SHORT = 3  # longer terms do not lie across a word's edge by accident


@lru_cache(maxsize=1)
def _tokenizer() -> jieba.Tokenizer:
    tokenizer = jieba.Tokenizer()
    tokenizer.FREQ = dictionary()
    tokenizer.total = dictionary().total
    tokenizer.initialized = True
    return tokenizer


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
    """Whether `text[start:end]` is no word by itself: a word of jieba's dictionary holds it whole and is longer,
    or crosses its edge and takes a single character of it (钱包|好看 has no 包好).

    Only short terms are asked about. New words are not guessed, so that a made-up word cannot hide a term.
    """
    if end - start > _SHORT:
        return False
    for low, high in _words_around(text, start, end):
        shared = min(high, end) - max(low, start)
        if shared <= 0 or high - low == shared:
            continue
        if shared == 1 or shared == end - start:
            return True
    return False


def _words_around(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Where the words lie in the stretch of text around `text[start:end]`."""
    position = max(0, start - _REACH)
    for word in _words_of(text[position : end + _REACH]):
        yield position, position + len(word)
        position += len(word)


@lru_cache(maxsize=4096)
def _words_of(stretch: str) -> tuple[str, ...]:
    return tuple(cut(stretch))
