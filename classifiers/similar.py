"""Pages that say the same: templates, mirrors, reposts. MinHash (Broder 1997).

A page's signature is kept; pages whose signatures share a band are candidates, and those that are alike
enough belong to one cluster. Signatures are kept for years: the algorithm is a handful of lines here, so that
no new version of a library can change them unseen (datasketch 2.0 did; these are its values).
"""

import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from classifiers.page.departure import pieces, sentences
from classifiers.text.normalise import normalise
from classifiers.values import Aligned, PageText

_PERMUTATIONS = 128
_BANDS = 32  # of four values: pages that are six tenths alike nearly always share one
_SHINGLE = 5  # characters
_AT_ONCE = 8_192
ALIKE = 0.8  # share of shingles in common from which on pages belong to one cluster
_MOST_SENTENCES = 2_000


@dataclass(frozen=True)
class Signature:
    """A page's MinHash: 128 values of 32 bits in `values` (512 bytes), and the hashes of its bands (63
    bits)."""

    values: bytes
    bands: tuple[int, ...]

    @staticmethod
    def of(page: PageText) -> "Signature":
        """The signature of a page's main text, disguises undone, ignoring spaces."""
        main = (page.text[block.start : block.end] for block in page.blocks if block.region == "main")
        text = "".join(normalise("\n".join(main)).text.split())
        shingles = {text[at : at + _SHINGLE].encode("utf-8", "surrogatepass") for at in _places(text)}
        return Signature.from_values(_least_hashes(shingles).astype("<u4").tobytes())

    @staticmethod
    def from_values(values: bytes) -> "Signature":
        """A signature from its kept values."""
        width = len(values) // _BANDS
        bands = (values[band * width : (band + 1) * width] for band in range(_BANDS))
        return Signature(values, tuple(_hash(number, band) for number, band in enumerate(bands)))

    def likeness(self, other: bytes) -> float:
        """The estimated share of shingles that this page and another, by its signature's values, have in common, 0 to
        1."""
        mine, others = np.frombuffer(self.values, "<u4"), np.frombuffer(other, "<u4")
        return float(np.mean(mine == others))


def differences(text: str, other: str) -> tuple[Aligned, ...]:
    """The sentences of `text` compared with those of `other`, in order: same, changed, added, or left out of
    `text`."""
    mine = [sentence.text for sentence in sentences(text)][:_MOST_SENTENCES]
    others = [sentence.text for sentence in sentences(other)][:_MOST_SENTENCES]
    return tuple(_side_by_side(mine, others))


def _side_by_side(mine: list[str], others: list[str]) -> Iterator[Aligned]:
    for tag, low, high, first, last in SequenceMatcher(None, mine, others, autojunk=False).get_opcodes():
        if tag == "equal":
            yield from (Aligned("same", 0, 0, sentence, sentence) for sentence in mine[low:high])
            continue
        pairs = min(high - low, last - first)
        for left, right in zip(mine[low:high][:pairs], others[first:last][:pairs], strict=True):
            yield Aligned("changed", 0, 0, left, right, tuple(pieces(left, right)))
        yield from (Aligned("added", 0, 0, sentence, "") for sentence in mine[low + pairs : high])
        yield from (Aligned("left_out", 0, 0, "", sentence) for sentence in others[first + pairs : last])


def _places(text: str) -> range:
    return range(max(1, len(text) - _SHINGLE + 1))


def _least_hashes(shingles: Collection[bytes]) -> NDArray[np.uint32]:
    """By permutation, the least that any shingle is mapped to: 128 values.

    A permutation is h -> a h + b modulo 2^32 with an odd a, of SHA-1's first 32 bits after MurmurHash3's finisher.
    """
    digests = b"".join(hashlib.sha1(shingle, usedforsecurity=False).digest()[:4] for shingle in shingles)
    mixed = np.frombuffer(digests, "<u4").astype(np.uint32)
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
        mixed = (mixed ^ (mixed >> np.uint32(shift))) * np.uint32(factor)
    mixed ^= mixed >> np.uint32(16)
    factors, summands = _permutations()
    least = np.full(_PERMUTATIONS, np.iinfo(np.uint32).max, np.uint32)
    for low in range(0, len(mixed), _AT_ONCE):  # 4 MB of products at a time, however long the page
        products = mixed[low : low + _AT_ONCE, None] * factors + summands
        least = np.minimum(least, products.min(axis=0))
    return least


@lru_cache(maxsize=1)
def _permutations() -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    numbers = np.random.RandomState(1)  # whose stream NumPy promises never to change
    factors = numbers.randint(0, 1 << 31, _PERMUTATIONS, dtype=np.uint32) * np.uint32(2) + np.uint32(1)
    return factors, numbers.randint(0, 1 << 32, _PERMUTATIONS, dtype=np.uint32)


def _hash(number: int, band: bytes) -> int:
    digest = hashlib.blake2b(band, digest_size=8, salt=number.to_bytes(2, "big")).digest()
    return int.from_bytes(digest, "big") >> 1
