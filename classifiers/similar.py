"""Pages that say the same: templates, mirrors, reposts. MinHash (Broder 1997) by datasketch.

A page's signature is kept; pages whose signatures share a band are candidates, and those that are alike
enough belong to one cluster.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

import numpy as np

from classifiers.departure import pieces, sentences
from classifiers.normalise import normalise
from classifiers.values import Aligned, PageText

_PERMUTATIONS = 128
_BANDS = 32  # of four values: pages that are six tenths alike nearly always share one
_SHINGLE = 5  # characters
ALIKE = 0.8  # share of shingles in common from which on pages belong to one cluster
_MOST_SENTENCES = 2_000


@dataclass(frozen=True)
class Signature:
    """A page's MinHash: 128 values of 32 bits in `values` (512 bytes), and what its bands hash to (63 bits)."""

    values: bytes
    bands: tuple[int, ...]

    @staticmethod
    def of(page: PageText) -> "Signature":
        """The signature of a page's main text, disguises undone, spacing aside."""
        main = (page.text[block.start : block.end] for block in page.blocks if block.region == "main")
        text = "".join(normalise("\n".join(main)).text.split())
        from datasketch import MinHash  # noqa: PLC0415 - brings SciPy, needed for flagged pages only

        minhash = MinHash(num_perm=_PERMUTATIONS, seed=1)
        minhash.update_batch(
            {text[at : at + _SHINGLE].encode("utf-8", "surrogatepass") for at in _places(text)}
        )
        return Signature.from_values(minhash.hashvalues.astype("<u4").tobytes())

    @staticmethod
    def from_values(values: bytes) -> "Signature":
        """A signature from its kept values."""
        width = len(values) // _BANDS
        bands = (values[band * width : (band + 1) * width] for band in range(_BANDS))
        return Signature(values, tuple(_hash(number, band) for number, band in enumerate(bands)))

    def likeness(self, other: "Signature") -> float:
        """The estimated share of shingles that both have, 0 to 1."""
        mine, others = np.frombuffer(self.values, "<u4"), np.frombuffer(other.values, "<u4")
        return float(np.mean(mine == others))


def differences(text: str, other: str) -> tuple[Aligned, ...]:
    """The sentences of `text` beside those of `other`, in order: same, changed, added, or left out of `text`."""
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


def _hash(number: int, band: bytes) -> int:
    digest = hashlib.blake2b(band, digest_size=8, salt=number.to_bytes(2, "big")).digest()
    return int.from_bytes(digest, "big") >> 1
