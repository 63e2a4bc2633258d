"""Word boundaries by jieba: a term found across the edge of a longer word is no hit."""

import logging
from functools import lru_cache

import jieba

_REACH = 12  # characters of the sentence that jieba sees on either side of a hit
_SHORT = 3  # longer terms do not lie across a word's edge by accident


@lru_cache(maxsize=1)
def _tokenizer() -> jieba.Tokenizer:
    jieba.setLogLevel(logging.WARNING)
    tokenizer = jieba.Tokenizer()
    tokenizer.initialize()
    return tokenizer


def is_word(word: str) -> bool:
    """Whether jieba's dictionary has the word."""
    return bool(_tokenizer().FREQ.get(word))


def how_common(word: str) -> float:
    """How often `word` stands in ordinary writing, in the units of jieba's dictionary; a guess for new words."""
    return float(_tokenizer().FREQ.get(word) or 10 ** (3 - len(word)))


def cut(text: str) -> list[str]:
    """`text` in words of the dictionary; new words are not guessed (no HMM)."""
    return list(_tokenizer().cut(text, HMM=False))


def is_part_of_word(text: str, start: int, end: int) -> bool:
    """Whether `text[start:end]` makes a word of the dictionary together with its neighbours on the page."""
    low, high = max(0, start - _REACH), min(len(text), end + _REACH)
    position = low
    for word in cut(text[low:high]):
        after = position + len(word)
        if position < end and start < after:
            return len(word) > end - start and any("\u4e00" <= other <= "\u9fff" for other in word)
        position = after
    return False


def cuts_through_word(text: str, start: int, end: int) -> bool:
    """Whether a word of jieba's dictionary crosses an edge of `text[start:end]` and reaches outside.

    Only short terms are asked about. New words are not guessed, so that a made-up word cannot hide a term.
    """
    if end - start > _SHORT:
        return False
    low, high = max(0, start - _REACH), min(len(text), end + _REACH)
    position = low
    for word in cut(text[low:high]):
        after = position + len(word)
        crosses_start = position < start < after
        crosses_end = position < end < after
        if (crosses_start or crosses_end) and len(word) > 1:
            return True
        position = after
    return False
