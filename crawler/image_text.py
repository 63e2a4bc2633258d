"""Reads the text in pictures (OCR by rapidocr, whose Chinese models come with it), beside the crawl."""

import io
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from datetime import UTC, datetime
from multiprocessing import get_context
from typing import Any

import numpy as np
from PIL import Image as Picture
from PIL import ImageFile
from sqlalchemy import Engine

from records.database import reading, transaction
from records.evidence import EvidenceStore
from records.images import Line, ReadImage, record_reading, unread_images

# Smaller ones are icons, buttons and portraits; an advert cannot be read on them either.
SMALLEST_SIDE, SMALLEST_AREA = 180, 90_000
MOST_PIXELS = 60_000_000
_TILE, _OVERLAP = 1_600, 200  # pixels of height: what is longer is cut
_WIDEST = 2_000
_SUREST_LEAST = 0.6
_EDGE, _NEAR = 4, 60  # pixels; lines that another tile may have read
_PREVIEW = (1_200, 6_000)
_BATCH = 8
_WAIT_SECONDS = 0.5
ImageFile.LOAD_TRUNCATED_IMAGES = True
Picture.MAX_IMAGE_PIXELS = MOST_PIXELS


def size_of(content: bytes) -> tuple[int, int] | None:
    """Width and height of a picture in pixels; None for what is none, or is too large to be opened."""
    try:
        with Picture.open(io.BytesIO(content)) as picture:
            width, height = picture.size
    except Exception:  # decoders raise what they like on hostile bytes
        return None
    return (width, height) if 0 < width * height <= MOST_PIXELS else None


def may_carry_advert(size: tuple[int, int]) -> bool:
    """Whether a picture is large enough to carry an advert."""
    return min(size) >= SMALLEST_SIDE and size[0] * size[1] >= SMALLEST_AREA


def read_image(content: bytes) -> ReadImage:
    """The text in a picture, line by line from above, and a preview drawn anew. Never raises."""
    try:
        with Picture.open(io.BytesIO(content)) as opened:
            picture = opened.convert("RGB")
        factor = min(1.0, _WIDEST / picture.width)
        if factor < 1:
            picture = picture.resize((_WIDEST, max(1, round(picture.height * factor))))
        return ReadImage(tuple(_lines(picture, factor)), _preview(picture))
    except Exception as error:  # decoders and the model raise what they like on hostile bytes
        return ReadImage((), None, f"{type(error).__name__}: {error}"[:200])


def _lines(picture: Picture.Image, factor: float) -> list[Line]:
    """Lines of all tiles; of one that two tiles share, the first reading is kept, unless it was cut off there."""
    kept: list[Line] = []
    for top in range(0, max(1, picture.height - _OVERLAP), _TILE - _OVERLAP):
        bottom = min(top + _TILE, picture.height)
        found = _engine()(np.asarray(picture.crop((0, top, picture.width, bottom)))[:, :, ::-1])
        if found.boxes is None:
            continue
        for corners, text, score in zip(found.boxes, found.txts, found.scores, strict=True):
            x, y = (float(value) for value in np.min(corners, axis=0))
            width, height = (float(value) for value in np.max(corners, axis=0) - np.min(corners, axis=0))
            cut_off = bottom < picture.height and y + height > _TILE - _EDGE
            line = Line(text, round(float(score), 3), x, top + y, width, height)
            if score >= _SUREST_LEAST and not cut_off and not any(map(line.overlaps, kept[-_NEAR:])):
                kept.append(line)
    return [line.scaled(1 / factor) for line in kept]


def _preview(picture: Picture.Image) -> bytes:
    picture.thumbnail(_PREVIEW)
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=80)
    return buffer.getvalue()


_made: list[Any] = []


def _engine() -> Any:  # noqa: ANN401 - rapidocr has no types
    """The model, loaded once a process."""
    if not _made:
        from rapidocr import RapidOCR  # noqa: PLC0415 - loads the models

        _made.append(RapidOCR(params={"Global.log_level": "error"}))
    return _made[0]


def _read_kept(store: EvidenceStore, sha256: str) -> ReadImage:
    return read_image(store.get(sha256))


class ImageReading:
    """Reads what the crawl keeps, in a process of its own, until `finish`. What a kill leaves unread is read by the
    next one."""

    def __init__(self, engine: Engine, store: EvidenceStore) -> None:
        self._engine, self._store = engine, store
        self._all_here = threading.Event()
        self._progress: Callable[[int], None] = lambda _: None
        self._thread = threading.Thread(target=self._work, name="image-reading", daemon=True)

    def start(self) -> None:
        """Begin to look for pictures."""
        self._thread.start()

    def finish(self, progress: Callable[[int], None]) -> None:
        """Wait until all pictures that are kept are read; `progress` is called with how many more are."""
        self._progress = progress
        self._all_here.set()
        self._thread.join()

    def _work(self) -> None:
        pool: ProcessPoolExecutor | None = None
        try:
            while True:
                finishing = self._all_here.is_set()
                with reading(self._engine) as session:
                    waiting = unread_images(session, _BATCH)
                if waiting:
                    pool = pool or ProcessPoolExecutor(1, mp_context=get_context("spawn"))
                    self._read(pool, waiting)
                elif finishing:
                    return
                else:
                    self._all_here.wait(_WAIT_SECONDS)
        finally:
            if pool:
                pool.shutdown()

    def _read(self, pool: ProcessPoolExecutor, waiting: Sequence[str]) -> None:
        under_way: list[tuple[str, Future[ReadImage]]] = [
            (sha256, pool.submit(_read_kept, self._store, sha256)) for sha256 in waiting
        ]
        for sha256, future in under_way:
            try:
                read = future.result()
            except Exception as error:  # also a process that died on a picture: it is not tried again
                read = ReadImage((), None, f"{type(error).__name__}: {error}"[:200])
            with transaction(self._engine) as session:
                record_reading(session, self._store, sha256, read, datetime.now(UTC))
            self._progress(1)
