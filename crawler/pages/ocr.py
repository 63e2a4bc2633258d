"""Reads the text in pictures (OCR by rapidocr, whose Chinese models come with it)."""

import io
from collections.abc import Iterator, Sequence
from math import inf
from time import monotonic
from typing import Any

import numpy as np
from PIL import Image as Picture
from PIL import ImageChops, ImageFile, ImageOps

from records.snapshots.images import Line, ReadImage

# Smaller ones are icons, buttons and portraits; no advert would be legible on them.
SMALLEST_SIDE, SMALLEST_AREA = 180, 90_000
MOST_PIXELS = 60_000_000
_TILE, _OVERLAP = 1_600, 200  # pixels of height: longer pictures are cut
_WIDEST = 2_000
_SUREST_LEAST = 0.6
_EDGE, _NEAR = 4, 60  # pixels; lines that another tile may have read
_PREVIEW = (1_200, 6_000)
_MOST_FRAMES = 8  # of an animation
_DRAWN, _LIGHT, _NEARLY_ALL = 32, 200, 0.9  # of 255: drawn at all, and light; a share of points
_CHANGED, _LETTER = 48, 60  # of 255; points
_SURELY_TURNED = 0.9  # the share from which rapidocr itself turns a line round
_TALL = 1.5  # times as high as wide: a column of characters
ImageFile.LOAD_TRUNCATED_IMAGES = True
Picture.MAX_IMAGE_PIXELS = MOST_PIXELS


def size_of(content: bytes) -> tuple[int, int] | None:
    """Width and height of a picture in pixels; None for bytes that are not a picture, or for one too large to
    open."""
    try:
        with Picture.open(io.BytesIO(content)) as picture:
            width, height = picture.size
    except Exception:  # decoders raise anything on hostile bytes
        return None
    return (width, height) if 0 < width * height <= MOST_PIXELS else None


def may_carry_advert(size: tuple[int, int]) -> bool:
    """Whether a picture is large enough to carry an advert."""
    return min(size) >= SMALLEST_SIDE and size[0] * size[1] >= SMALLEST_AREA


def read_image(content: bytes, seconds: float = inf) -> ReadImage:
    """The text in a picture, line by line from above, and a redrawn preview. Never raises. When its seconds are up, the
    part below is left out, and the fault says so.

    Transparent pictures are read on the background that makes their words stand out; of an animation, up to
    eight differing frames, one below the other.
    """
    try:
        with Picture.open(io.BytesIO(content)) as opened:
            return _read([_flat(frame) for frame in _frames(opened)], seconds)
    except Exception as error:  # decoders and the model raise anything on hostile bytes
        return ReadImage((), None, f"{type(error).__name__}: {error}"[:200])


def read_pictures(contents: Sequence[bytes], seconds: float = inf) -> ReadImage:
    """As `read_image`, of several pictures, one below the other; those that show nothing new are left out."""
    try:
        return _read([Picture.open(io.BytesIO(content)).convert("RGB") for content in contents], seconds)
    except Exception as error:  # as above
        return ReadImage((), None, f"{type(error).__name__}: {error}"[:200])


def _read(frames: Sequence[Picture.Image], seconds: float) -> ReadImage:
    picture = _strip(frames)
    size = picture.size
    factor = min(1.0, _WIDEST / picture.width)
    if factor < 1:
        picture = picture.resize((_WIDEST, max(1, round(picture.height * factor))))
    lines, read_to = _lines(picture, factor, monotonic() + seconds)
    share = read_to / picture.height
    fault = None if share >= 1 else f"本页限时已用完，只识别了图片上部的 {share:.0%}"
    return ReadImage(tuple(lines), _preview(picture), fault, size)


def _frames(opened: Picture.Image) -> Iterator[Picture.Image]:
    """The picture as it is turned to be seen, or frames of an animation, from its first to its last."""
    count = int(getattr(opened, "n_frames", 1))
    room = max(1, MOST_PIXELS // (opened.width * opened.height))
    wanted = min(count, _MOST_FRAMES, room)
    for number in dict.fromkeys(round(place * (count - 1) / max(1, wanted - 1)) for place in range(wanted)):
        if count > 1:
            opened.seek(number)
        yield ImageOps.exif_transpose(opened)


def _flat(frame: Picture.Image) -> Picture.Image:
    """A frame without transparency: on white, or on black where nearly all that is drawn is light."""
    if "transparency" not in frame.info and frame.mode not in {"RGBA", "LA", "PA", "RGBa", "La"}:
        return frame.convert("RGB")
    drawn = frame.convert("RGBA")
    alpha = np.asarray(drawn.getchannel("A"))
    light = np.asarray(drawn.convert("L"))[alpha > _DRAWN]
    ground = (
        "black" if light.size and alpha.min() <= _DRAWN and np.mean(light > _LIGHT) > _NEARLY_ALL else "white"
    )
    flat = Picture.new("RGB", drawn.size, ground)
    flat.paste(drawn, mask=drawn.getchannel("A"))
    return flat


def _strip(frames: Sequence[Picture.Image]) -> Picture.Image:
    """Frames that differ from those before, one below the other."""
    different: list[Picture.Image] = []
    for frame in frames:
        if not any(_alike(frame, other) for other in different):
            different.append(frame)
    if len(different) == 1:
        return different[0]
    strip = Picture.new(
        "RGB", (max(frame.width for frame in different), sum(frame.height for frame in different)), "white"
    )
    top = 0
    for frame in different:
        strip.paste(frame, (0, top))
        top += frame.height
    return strip


def _alike(frame: Picture.Image, other: Picture.Image) -> bool:
    """Whether hardly any point differs: fewer than a letter has."""
    if frame.size != other.size:
        return False
    changed = np.asarray(ImageChops.difference(frame, other)).max(axis=2) > _CHANGED
    return int(changed.sum()) < _LETTER


def _lines(picture: Picture.Image, factor: float, until: float) -> tuple[list[Line], int]:
    """Lines of all tiles that are begun before `until`, and the height that they reach. Of a line that two tiles share, the
    first reading is kept, unless it was cut off there. Lines that one tile holds may cover each other's boxes, as slanted
    ones do."""
    kept: list[Line] = []
    turned: list[bool] = []
    bottom = 0
    for top in range(0, max(1, picture.height - _OVERLAP), _TILE - _OVERLAP):
        if monotonic() >= until:
            break
        bottom = min(top + _TILE, picture.height)
        found = _engine()(np.asarray(picture.crop((0, top, picture.width, bottom)))[:, :, ::-1])
        if found.boxes is None:
            continue
        turned += _engine().turned
        before = kept[-_NEAR:]
        for corners, text, score in zip(found.boxes, found.txts, found.scores, strict=True):
            x, y = (float(value) for value in np.min(corners, axis=0))
            width, height = (float(value) for value in np.max(corners, axis=0) - np.min(corners, axis=0))
            cut_off = bottom < picture.height and y + height > _TILE - _EDGE
            line = Line(text, round(float(score), 3), x, top + y, width, height)
            if score >= _SUREST_LEAST and not cut_off and not any(map(line.overlaps, before)):
                kept.append(line)
    is_turned = sum(turned) > len(turned) / 2
    return [line.scaled(1 / factor) for line in reading_order(kept, is_turned)], bottom


def reading_order(lines: Sequence[Line], is_turned: bool = False) -> list[Line]:
    """The lines, with columns that stand next to each other in the order in which they are read, where the first
    of them stands. `is_turned`: the words stand on their heads once columns are laid down to the left, so that the picture
    is upside down, or on its left side."""
    if is_turned:
        return reading_order(lines)[::-1]
    columns = [line for line in lines if line.height > _TALL * line.width and len(line.text) > 1]
    ordered: list[Line] = []
    for line in lines:
        if line in ordered:
            continue
        if line not in columns:
            ordered.append(line)
            continue
        together = [other for other in columns if other not in ordered and _side_by_side(line, other)]
        ordered += sorted(together, key=lambda column: -column.x)
    return ordered


def _side_by_side(line: Line, other: Line) -> bool:
    shared = min(line.y + line.height, other.y + other.height) - max(line.y, other.y)
    return shared > min(line.height, other.height) / 2


def _preview(picture: Picture.Image) -> bytes:
    picture.thumbnail(_PREVIEW)
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=80)
    return buffer.getvalue()


_made: list[Any] = []


def _engine() -> Any:  # noqa: ANN401 - rapidocr has no types
    """The model, loaded once a process; after a call, `turned` says of each line that was looked at whether it had to be
    turned round to be read."""
    if not _made:
        from rapidocr import RapidOCR  # noqa: PLC0415 - loads the models

        class Engine(RapidOCR):
            turned: Sequence[bool] = ()

            def cls_and_rotate(self, img: Any) -> Any:  # noqa: ANN401
                upright, found = super().cls_and_rotate(img)
                self.turned = [
                    label == "180" and score > _SURELY_TURNED for label, score in found.cls_res or ()
                ]
                return upright, found

        _made.append(Engine(params={"Global.log_level": "error"}))
    return _made[0]
