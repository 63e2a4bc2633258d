"""Pictures with words, drawn for the benchmark of reading them: as adverts set them, one kind after the other."""

import io
import math
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from PIL import Image, ImageDraw, ImageFilter, ImageFont

from demo.posters import chinese_font

LINES = (
    "云溪风湿专科医院",
    "总有效率高达百分之九十八",
    "签约治疗无效全额退款",
    "祖传秘方专治疑难杂症",
    "全国首家引进德国设备",
    "老军医坐诊每周三周六",
)
_GROUND, _INK = "#fff6e8", "#801010"
_SIZES = (36, 56)


@dataclass(frozen=True)
class Drawn:
    """A picture, and its lines in the order in which people read them."""

    content: bytes
    lines: tuple[str, ...]


def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(chinese_font(), size)


def _saved(picture: Image.Image, kind: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind)
    return buffer.getvalue()


def _poster(
    size: int, lines: Sequence[str] = LINES, ink: str = _INK, ground: str | Image.Image = _GROUND
) -> Image.Image:
    width = size * (max(map(len, lines)) + 4)
    height = size * 2 * len(lines) + 2 * size
    size_of_all = (width, height)
    picture = Image.new("RGB", size_of_all, ground) if isinstance(ground, str) else ground.resize(size_of_all)
    pen = ImageDraw.Draw(picture)
    for number, line in enumerate(lines):
        pen.text((2 * size, size + 2 * size * number), line, font=_font(size), fill=ink)
    return picture


def _column(pen: ImageDraw.ImageDraw, x: int, y: int, line: str, size: int) -> None:
    for number, mark in enumerate(line):
        pen.text((x, y + round(1.1 * size) * number), mark, font=_font(size), fill=_INK)


def columns(size: int, lines: Sequence[str]) -> Drawn:
    """Columns of upright characters, the first at the right."""
    height = round(1.1 * size) * max(map(len, lines)) + 3 * size
    picture = Image.new("RGB", (max(400, 2 * size * len(lines) + 2 * size), max(400, height)), _GROUND)
    pen = ImageDraw.Draw(picture)
    for number, line in enumerate(lines):
        _column(pen, picture.width - 2 * size * (number + 1), size, line, size)
    return Drawn(_saved(picture), tuple(lines))


def couplet(size: int) -> Drawn:
    """A heading above, a column at each side, which are read first, and lines between them."""
    heading, right, left, *middle = LINES
    height = round(1.1 * size) * len(right) + 6 * size
    picture = Image.new("RGB", (size * 20, height), _GROUND)
    pen = ImageDraw.Draw(picture)
    pen.text((6 * size, size), heading, font=_font(size), fill=_INK)
    _column(pen, 18 * size, 4 * size, right, size)
    _column(pen, size, 4 * size, left, size)
    for number, line in enumerate(middle):
        pen.text((5 * size, 5 * size + 3 * size * number), line, font=_font(size), fill=_INK)
    return Drawn(_saved(picture), (heading, right, left, *middle))


def slanted(size: int, degrees: float) -> Drawn:
    """All lines at an angle, rising where it is positive."""
    turned = _poster(size).rotate(degrees, expand=True, fillcolor=_GROUND, resample=Image.Resampling.BICUBIC)
    return Drawn(_saved(turned), LINES)


def long(size: int) -> Drawn:
    """1,000 by 12,000 pixels, lines at even distances, a paler band every so often."""
    picture = Image.new("RGB", (1000, 12_000), _GROUND)
    pen = ImageDraw.Draw(picture)
    lines = []
    for number, y in enumerate(range(60, 12_000 - 2 * size, 4 * size)):
        if number % 5 == 0:
            pen.rectangle((0, y - size, 1000, y + 3 * size), fill="#ffe0b0")
        lines.append(f"{LINES[number % len(LINES)]}第{number + 1}例")
        pen.text((40 + number * 37 % 200, y), lines[-1], font=_font(size), fill=_INK)
    return Drawn(_saved(picture), tuple(lines))


def busy(size: int) -> Drawn:
    """White words with a thin dark rim on a ground like a photograph's."""
    chance = random.Random(size)
    ground = Image.new("RGB", (900, 900))
    pen = ImageDraw.Draw(ground)
    for _ in range(700):
        x, y, radius = chance.randrange(900), chance.randrange(900), chance.randrange(10, 90)
        colour = tuple(chance.randrange(20, 190) for _ in range(3))
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)
    ground = ground.filter(ImageFilter.GaussianBlur(2))
    picture = _poster(size, ground=ground, ink="#00000000")
    pen = ImageDraw.Draw(picture)
    for number, line in enumerate(LINES):
        at = (2 * size, size + 2 * size * number)
        pen.text(at, line, font=_font(size), fill="white", stroke_width=1, stroke_fill="#303030")
    return Drawn(_saved(picture), LINES)


def animated(size: int, kind: str) -> Drawn:
    """One line after the other, in frames of an animation."""
    frames = [_poster(size, [line]).resize((900, 300)) for line in LINES]
    buffer = io.BytesIO()
    frames[0].save(buffer, kind, save_all=True, append_images=frames[1:], duration=500)
    return Drawn(buffer.getvalue(), LINES)


def transparent(size: int, ink: str) -> Drawn:
    """Words on nothing."""
    picture = _poster(size).convert("L").point(lambda value: 255 if value < 160 else 0)
    drawn = Image.new("RGBA", picture.size, (0, 0, 0, 0))
    drawn.paste(Image.new("RGBA", picture.size, ink), mask=picture)
    return Drawn(_saved(drawn), LINES)


def arc(size: int) -> Drawn:
    """A seal: words along the upper half of a circle, a line below."""
    word, below = LINES[1], LINES[0]
    radius = 9 * size // 2 + size
    picture = Image.new("RGB", (2 * radius + 6 * size, 2 * radius + 6 * size), _GROUND)
    middle = picture.width // 2
    for number, mark in enumerate(word):
        angle = math.radians(-75 + 150 * number / (len(word) - 1))
        tile = Image.new("RGBA", (2 * size, 2 * size), (0, 0, 0, 0))
        ImageDraw.Draw(tile).text((size // 2, size // 3), mark, font=_font(size), fill=_INK)
        tile = tile.rotate(-math.degrees(angle), resample=Image.Resampling.BICUBIC)
        x = middle + radius * math.sin(angle) - size
        y = middle - radius * math.cos(angle) - size
        picture.paste(tile, (round(x), round(y)), tile)
    ImageDraw.Draw(picture).text(
        (middle - size * len(below) // 2, middle), below, font=_font(size), fill=_INK
    )
    return Drawn(_saved(picture), (word, below))


KINDS: dict[str, Callable[[int], Drawn]] = {
    "plain": lambda size: Drawn(_saved(_poster(size)), LINES),
    "one column": lambda size: columns(size, LINES[1:2]),
    "several columns": lambda size: columns(size, LINES[:4]),
    "columns beside lines": couplet,
    **{f"slanted {degrees}°": partial(slanted, degrees=degrees) for degrees in (10, -10, 20, -20, 30, -30)},
    "turned 45°": partial(slanted, degrees=45),
    "turned left": partial(slanted, degrees=90),
    "turned right": partial(slanted, degrees=-90),
    "upside down": partial(slanted, degrees=180),
    "1,000 × 12,000": long,
    "on a busy ground": busy,
    "animated GIF": partial(animated, kind="GIF"),
    "animated WebP": partial(animated, kind="WEBP"),
    "dark on nothing": partial(transparent, ink="#202020"),
    "light on nothing": partial(transparent, ink="#ffffff"),
    "along an arc": arc,
}


def drawn() -> Iterator[tuple[str, list[Drawn]]]:
    """The kinds, each with a picture a size."""
    for kind, draw in KINDS.items():
        yield kind, [draw(size) for size in _SIZES]
