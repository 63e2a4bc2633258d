"""How alike two views of a page are, in words and in picture: 1 for the same, 0 for nothing in common."""

import io
from collections import Counter

import numpy as np
import numpy.typing as npt
from PIL import Image

# A picture is compared in squares of this many pixels, after both were made smaller: a shift by one pixel
# does not matter.
_SHRINK, _SQUARE = 4, 8
# Grey values that differ by less are the same ink.
_SAME_INK = 24
_HASHED, _SAME_BITS, _NOISE = 16, 8, 2  # points a side, bits, grey values
Grey = npt.NDArray[np.float32]


def words_alike(one: str, other: str) -> float:
    """The F1 of the pairs of characters in both, ignoring blanks."""
    pairs, others = _pairs(one), _pairs(other)
    if not pairs and not others:
        return 1.0
    return 2 * (pairs & others).total() / (pairs.total() + others.total())


def pictures_alike(one: bytes, other: bytes) -> float:
    """The share of squares with something in them, in either picture, that look the same in both; down to the
    lower height of the two, provided that it is most of the greater. Two PNG; blank ones are alike."""
    left, right = _grey(one), _grey(other)
    height = min(len(left), len(right))
    width = min(left.shape[1], right.shape[1])
    whole = max(len(left), len(right))
    first, second = _Squares(left[:height, :width]), _Squares(right[:height, :width])
    inked = (first.std > 2) | (second.std > 2)
    if not inked.any():
        return height / whole
    same = np.abs(first.mean - second.mean) < _SAME_INK
    return float((same & inked).sum() / inked.sum()) * (height / whole)


def picture_hash(content: bytes) -> int | None:
    """A picture's perceptual hash (dHash): 256 bits, each whether a point is clearly lighter than its right neighbour. None
    for other bytes."""
    try:
        with Image.open(io.BytesIO(content)) as picture:
            small = picture.convert("RGBA").resize((_HASHED + 1, _HASHED), Image.Resampling.BILINEAR)
    except Exception:  # decoders raise anything on hostile bytes
        return None
    ground = Image.new("RGBA", small.size, "white")
    grey = np.asarray(Image.alpha_composite(ground, small).convert("L"), dtype=np.int16)
    lighter = np.packbits(grey[:, :-1] > grey[:, 1:] + _NOISE)
    return int.from_bytes(lighter.tobytes(), "big")


def is_same_picture(one: int, other: int) -> bool:
    """Whether two hashes are of one picture, in whatever size or coding."""
    return (one ^ other).bit_count() <= _SAME_BITS


def _pairs(text: str) -> Counter[str]:
    plain = "".join(text.split())
    return (
        Counter(plain[place : place + 2] for place in range(max(1, len(plain) - 1))) if plain else Counter()
    )


class _Squares:
    """The mean and the spread of the grey in each square of a picture."""

    def __init__(self, grey: Grey) -> None:
        height, width = (size - size % _SQUARE for size in grey.shape)
        cut = grey[:height, :width].reshape(height // _SQUARE, _SQUARE, width // _SQUARE, _SQUARE)
        self.mean, self.std = cut.mean(axis=(1, 3)), cut.std(axis=(1, 3))


def _grey(png: bytes) -> Grey:
    with Image.open(io.BytesIO(png)) as picture:
        small = picture.convert("L").reduce(_SHRINK)
        return np.asarray(small, dtype=np.float32)
