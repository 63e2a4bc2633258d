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


def cuts_through_word(text: str, start: int, end: int) -> bool:
    """Whether a word of jieba's dictionary crosses an edge of `text[start:end]` and reaches outside.

    Only short terms are asked about. New words are not guessed (no HMM), so that a made-up word cannot
    hide a term.
    """
    if end - start > _SHORT:
        return False
    low, high = max(0, start - _REACH), min(len(text), end + _REACH)
    position = low
    for word in _tokenizer().cut(text[low:high], HMM=False):
        after = position + len(word)
        crosses_start = position < start < after
        crosses_end = position < end < after
        if (crosses_start or crosses_end) and len(word) > 1:
            return True
        position = after
    return False
