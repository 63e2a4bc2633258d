"""QR codes (ISO/IEC 18004), drawn here: nobody else learns what they say."""

import io

import segno
from markupsafe import Markup


def inline_code(content: str) -> Markup:
    """The code of `content` as SVG within a page."""
    drawn = _code(content).svg_inline(scale=5, light="#fff", omitsize=True)
    return Markup(drawn)  # noqa: S704 - drawn by segno; it holds no input as given


def code_file(content: str) -> bytes:
    """The code of `content` as an SVG file, to be printed."""
    drawn = io.BytesIO()
    _code(content).save(drawn, kind="svg", scale=20, light="#fff")
    return drawn.getvalue()


def _code(content: str) -> segno.QRCode:
    return segno.make(content, error="m", micro=False)
