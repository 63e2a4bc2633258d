"""Pictures drawn for tests: posters with Chinese text."""

import io

from PIL import Image, ImageDraw, ImageFont

_FONT = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"


def poster(lines: list[str], width: int = 900, size: int = 44) -> bytes:
    """A PNG with these lines, one below the other."""
    step = size * 2
    picture = Image.new("RGB", (width, 60 + step * len(lines)), "#fff6e8")
    draw = ImageDraw.Draw(picture)
    for number, line in enumerate(lines):
        draw.text((60, 30 + step * number), line, font=ImageFont.truetype(_FONT, size), fill="#a00000")
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def transparent(lines: list[str], ink: str) -> bytes:
    """A PNG with these lines on a transparent ground."""
    picture = Image.new("RGBA", (900, 60 + 90 * len(lines)), (0, 0, 0, 0))
    draw = ImageDraw.Draw(picture)
    for number, line in enumerate(lines):
        draw.text((60, 30 + 90 * number), line, font=ImageFont.truetype(_FONT, 44), fill=ink)
    return _saved(picture, "PNG")


def animated(frames: list[str]) -> bytes:
    """A GIF that shows one line after the other."""
    drawn = [Image.open(io.BytesIO(poster([line]))) for line in frames]
    buffer = io.BytesIO()
    drawn[0].save(buffer, "GIF", save_all=True, append_images=drawn[1:], duration=400)
    return buffer.getvalue()


def slanted(lines: list[str], degrees: float) -> bytes:
    """A PNG whose lines stand at an angle."""
    picture = Image.open(io.BytesIO(poster(lines)))
    return _saved(
        picture.rotate(degrees, expand=True, fillcolor="#fff6e8", resample=Image.Resampling.BICUBIC), "PNG"
    )


def _saved(picture: Image.Image, kind: str) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind)
    return buffer.getvalue()
