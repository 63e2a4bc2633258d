"""A text as the numbers of its n-grams, which the learned wording adds up.

One to three characters in a row: letters and digits, any digit as 0, and one stop for any end of a sentence;
other marks and spaces are left out. Each n-gram has a slot, a hash of its characters, so that a page is weighed by
a few vector operations, whatever has been learned.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

SLOTS = 1 << 18
ORDERS = (1, 2, 3)
SENTENCE_MARKS = "。！？!?；;\n"
_SHIFT = np.uint32(14)  # 32 bits down to the 18 of a slot
_CODES = 0x110000
_LETTERS_END = 0x40000  # behind it stand no letters or digits, only marks of language and private characters
_NOTHING, _STOP = 0, ord("。")


class Grams(NamedTuple):
    """The n-grams of a text. `slots[n - 1][i]` is the slot (below `SLOTS`) of the n-gram that begins at the
    `i`-th kept character, `places[i]` where that character stands in the text; `stops` are the kept characters
    (by their index) that end a sentence."""

    slots: tuple[NDArray[np.uint32], ...]
    places: NDArray[np.int64]
    stops: NDArray[np.int64]

    def weights(self, table: NDArray[np.float32]) -> NDArray[np.float32]:
        """For each kept character, the sum of the weights of the n-grams that begin at it."""
        total = table[self.slots[0]]
        for slots in self.slots[1:]:
            total[: len(slots)] += table[slots]
        return total


def grams(text: str) -> Grams:
    """The n-grams of a normalised text. Total: takes any string, in time linear in its length."""
    plain = _plain()[np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)]
    places = np.flatnonzero(plain)
    letters = plain[places]
    slots = []
    mixed = letters
    for order in ORDERS:
        if order > 1:
            mixed = mixed[: max(0, len(letters) - order + 1)]
            mixed = (mixed ^ (mixed >> np.uint32(15))) * np.uint32(0x2C1B3C6D) + letters[order - 1 :]
        slots.append((mixed * np.uint32(0x9E3779B1) + np.uint32(order)) >> _SHIFT)
    return Grams(tuple(slots), places, np.flatnonzero(letters == _STOP))


@lru_cache(maxsize=1)
def _plain() -> NDArray[np.uint32]:
    """Code point to the character that is weighed in its place, `_NOTHING` for characters that are left
    out."""
    table = np.arange(_CODES, dtype=np.uint32)
    table[_LETTERS_END:] = _NOTHING
    for code in range(_LETTERS_END):
        character = chr(code)
        if character.isdecimal():
            table[code] = ord("0")
        elif not character.isalnum():
            table[code] = _NOTHING
    for mark in SENTENCE_MARKS:
        table[ord(mark)] = _STOP
    return table
