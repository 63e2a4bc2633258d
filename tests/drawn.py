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
