"""The map of districts as a picture, for documents."""

import io
from collections.abc import Sequence
from functools import cache

from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Cm
from PIL import Image, ImageChops, ImageDraw, ImageFont

from reports.monitoring.district_map import WIDTH, DistrictMap, Point, Ring

_SCALE = 3  # pixels for each unit of the map: some 270 dots an inch on paper
_WIDTH_CM, _MARGIN, _TEXT = 15.0, 6, 14
_PAPER, _INK = (255, 255, 255), (32, 32, 32)
# Grey where nothing was monitored, then from the lowest rates to the highest.
_SHADES = ((230, 232, 234), (246, 224, 221), (238, 188, 182), (228, 148, 140), (216, 108, 98), (200, 66, 56))
_FONTS = ("NotoSansCJK-Regular.ttc", "NotoSerifCJK-Regular.ttc", "wqy-microhei.ttc", "simhei.ttf", "msyh.ttc")


def add_map(document: Document, drawn: DistrictMap) -> None:
    """Put the map into a document, with the rates that its shades stand for below it."""
    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    try:
        picture = map_picture(drawn)
    except OSError as fault:
        paragraph.add_run(f"地图没有画出：{fault}")
        return
    shape = paragraph.add_run().add_picture(io.BytesIO(picture), width=Cm(_WIDTH_CM))
    shape._inline.docPr.set("descr", "按辖区的地图：违法率")
    if drawn.missing:
        document.add_paragraph(
            f"边界文件中没有：{'、'.join(drawn.missing)}"
        ).alignment = WD_ALIGN_PARAGRAPH.CENTER


def map_picture(drawn: DistrictMap) -> bytes:
    """The map with its legend (PNG). Raises OSError on a machine without a font for its words."""
    width, height = max(drawn.width, WIDTH), drawn.height + 2 * _TEXT
    image = Image.new("RGB", (_SCALE * (width + 2 * _MARGIN), _SCALE * (height + 2 * _MARGIN)), _PAPER)
    for district in drawn.districts:
        _fill(image, district.rings, _SHADES[district.shade])
    draw = ImageDraw.Draw(image)
    for district in drawn.districts:
        for ring in district.rings:
            draw.line(_placed(ring), fill=_PAPER, width=2 * _SCALE, joint="curve")
    for district in drawn.districts:
        for row, words in enumerate((district.name, district.words)):
            _write(draw, (district.x, district.y + row * (_TEXT + 1)), words, "mm")
    _write_legend(draw, drawn)
    content = io.BytesIO()
    image.save(content, "PNG", optimize=True)
    return content.getvalue()


def _fill(image: Image.Image, rings: Sequence[Ring], colour: tuple[int, int, int]) -> None:
    """Fill what lies in an odd number of rings: a ring in a ring is a hole."""
    inside = Image.new("1", image.size)
    for ring in rings:
        one = Image.new("1", image.size)
        ImageDraw.Draw(one).polygon(_placed(ring), fill=1)
        inside = ImageChops.logical_xor(inside, one)
    image.paste(colour, mask=inside)


def _write_legend(draw: ImageDraw.ImageDraw, drawn: DistrictMap) -> None:
    x, y = 0.0, drawn.height + 1.4 * _TEXT
    for shade, words in drawn.steps:
        square = ((x, y - _TEXT / 2), (x + _TEXT, y + _TEXT / 2))
        draw.rectangle(_placed(square), fill=_SHADES[shade])
        x += 1.4 * _TEXT
        _write(draw, (x, y), words, "lm")
        x += draw.textlength(words, font=_font()) / _SCALE + _TEXT


def _write(draw: ImageDraw.ImageDraw, at: Point, words: str, anchor: str) -> None:
    (place,) = _placed([at])
    draw.text(place, words, _INK, _font(), anchor=anchor, stroke_width=_SCALE, stroke_fill=_PAPER)


def _placed(points: Sequence[Point]) -> list[Point]:
    return [(_SCALE * (x + _MARGIN), _SCALE * (y + _MARGIN)) for x, y in points]


@cache
def _font() -> ImageFont.FreeTypeFont:
    """A font with Chinese glyphs. Raises OSError on a machine without any."""
    for name in _FONTS:
        try:
            return ImageFont.truetype(name, _TEXT * _SCALE, index=2 if name.startswith("Noto") else 0)
        except OSError:
            continue
    raise OSError(f"没有中文字体（{'、'.join(_FONTS)}）")
