"""Draws the demo's posters: adverts whose words are in a picture, not in the page's text."""

import subprocess
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

POSTERS = {
    "tumour-hospital/poster.png": (
        "云河同心医院",
        "中药抗癌 根治肿瘤",
        "有效率高达96%",
        "签约治疗 无效退款",
        "热线 400-000-3006",
    ),
}


class FontMissing(Exception):
    """No font with Chinese glyphs is installed; the message says what to do."""


def draw_posters(folder: Path) -> None:
    """Draw all posters into the sites' folder; raises FontMissing."""
    font = chinese_font()
    for name, lines in POSTERS.items():
        picture = Image.new("RGB", (900, 140 * len(lines) + 80), "#fff2e0")
        pen = ImageDraw.Draw(picture)
        for number, line in enumerate(lines):
            size = 56 if number else 72
            pen.text((70, 50 + 140 * number), line, font=ImageFont.truetype(font, size), fill="#a01010")
        picture.save(folder / name)


def chinese_font() -> str:
    """The file of a font with Chinese glyphs, by fontconfig; raises FontMissing."""
    asked = ["fc-match", "--format=%{file}", "Noto Sans CJK SC:lang=zh-cn"]
    found = subprocess.run(asked, capture_output=True, text=True, check=False).stdout  # noqa: S603
    if not found or not Path(found).exists():
        raise FontMissing("no font with Chinese glyphs: run make setup")
    return found
