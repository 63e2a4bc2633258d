"""The map as a picture: each district in the colour of its rate, holes left out, and words on it."""

import io
from pathlib import Path

from docx import Document
from PIL import Image

from reports.monitoring import map_picture
from reports.monitoring.district_map import district_map
from reports.monitoring.map_picture import add_map
from tests.reports.monitoring.test_district_map import feature, polygon, row, square, written

PAPER = (255, 255, 255)


def test_districts_have_the_colours_of_their_rates(tmp_path: Path) -> None:
    boundaries = (
        feature("城东区", polygon(square(0, 30))),
        feature("城西区", polygon(square(1, 30), square(1.1, 30.1, 0.2))),
        feature("远郊", polygon(square(0, 29))),
    )
    drawn = district_map(written(tmp_path, *boundaries), [row("城东区", 50), row("城西区", 10)])
    content = map_picture.map_picture(drawn)
    assert content == map_picture.map_picture(drawn), "the same bytes each time"
    image = Image.open(io.BytesIO(content))

    def colour(longitude: float, latitude: float) -> tuple[int, ...]:
        x, y = longitude / 2 * drawn.width, (31 - latitude) / 2 * drawn.height
        return image.getpixel(tuple(map_picture._SCALE * (part + map_picture._MARGIN) for part in (x, y)))

    shades = map_picture._SHADES
    assert [colour(0.2, 30.8), colour(1.8, 30.8), colour(0.2, 29.2)] == [shades[5], shades[1], shades[0]]
    assert colour(1.2, 30.2) == PAPER, "a hole belongs to nobody"
    inks = {image.getpixel((x, map_picture._SCALE * (drawn.height + 26))) for x in range(image.width)}
    assert map_picture._INK in inks, "the legend is written"


def test_a_machine_without_a_font_says_so(tmp_path: Path, monkeypatch) -> None:
    drawn = district_map(written(tmp_path, feature("城东区", polygon(square(0, 30)))), [row("城东区", 5)])
    monkeypatch.setattr(map_picture, "_FONTS", ("no-such-font.ttf",))
    map_picture._font.cache_clear()
    document = Document()
    add_map(document, drawn)
    map_picture._font.cache_clear()
    assert not document.inline_shapes
    assert "没有中文字体" in document.paragraphs[0].text
