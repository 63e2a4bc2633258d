"""How well and how fast text in pictures is read: posters drawn for it, by size and style.

Usage: python -m benchmarks.image_text

The share of drawn characters that are read correctly and in their order (by Levenshtein distance), and seconds of the
processor a picture: first by size and style, then by kind (`benchmarks.drawn_pictures`): columns, slanted and turned lines,
long posters, busy and transparent grounds, animations.
"""

import io
import random
import time
from collections.abc import Sequence
from statistics import mean

from PIL import Image, ImageDraw, ImageFont
from rapidfuzz.distance import Levenshtein
from rich.console import Console
from rich.table import Table

from benchmarks.drawn_pictures import LINES as SAYINGS
from benchmarks.drawn_pictures import drawn
from crawler.pages.ocr import read_image
from demo.posters import chinese_font

LINES = (*SAYINGS, "咨询热线400-000-1234", "云医广【2026】第02-30-0001号")
STYLES = {
    "dark on light": ("#fff6e8", "#801010"),
    "light on dark": ("#20304a", "#ffe9b0"),
    "red on yellow": ("#ffd84a", "#d01010"),
    "pale on pale": ("#f2f2f2", "#a8a8a8"),
}


def poster(lines: Sequence[str], size: int, colours: tuple[str, str], noise: bool) -> bytes:
    """A PNG 1,080 pixels wide."""
    picture = Image.new("RGB", (1080, size * 2 * len(lines) + 120), colours[0])
    pen, font = ImageDraw.Draw(picture), ImageFont.truetype(chinese_font(), size)
    if noise:
        chance = random.Random(size)
        for _ in range(400):
            x, y = chance.randrange(1080), chance.randrange(picture.height)
            pen.ellipse((x, y, x + 6, y + 6), fill="#c8c8c8")
    for number, line in enumerate(lines):
        pen.text((60, 60 + size * 2 * number), line, font=font, fill=colours[1])
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def measure(picture: bytes, lines: Sequence[str]) -> tuple[float, float]:
    """The share of characters that are right, and seconds of the processor."""
    started = time.process_time()
    read = "".join(line.text for line in read_image(picture).lines).replace(" ", "")
    took = time.process_time() - started
    wanted = "".join(lines)
    return 1 - Levenshtein.distance(wanted, read) / max(len(wanted), len(read), 1), took


def main() -> None:
    """Measure and print."""
    read_image(poster(LINES[:1], 40, STYLES["dark on light"], False))
    table = Table("poster", "lines", "characters right", "seconds")
    for name, colours in STYLES.items():
        for size, times, noise in ((28, 1, False), (48, 1, False), (48, 1, True), (40, 6, False)):
            lines = LINES * times
            picture = poster(lines, size, colours, noise)
            right, took = measure(picture, lines)
            kind = f"{name}, {size} px" + (", spotted" if noise else "") + (", long" if times > 1 else "")
            table.add_row(kind, str(len(lines)), f"{right:.3f}", f"{took:.2f}")
    kinds = Table("kind", "pictures", "characters right", "seconds")
    for kind, pictures in drawn():
        measured = [measure(picture.content, picture.lines) for picture in pictures]
        right, took = (mean(values) for values in zip(*measured, strict=True))
        kinds.add_row(kind, str(len(pictures)), f"{right:.3f}", f"{took:.2f}")
    Console(width=110).print(table, kinds)


if __name__ == "__main__":
    main()
