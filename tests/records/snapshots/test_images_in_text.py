"""Words read in pictures are visible: they stand before the invisible text."""

from classifiers.values import Block, PageText
from records.models import Image
from records.snapshots.images import _with_images


def picture(*lines: str) -> Image:
    rows = [
        {"text": text, "score": 0.9, "x": 0.0, "y": 100.0 * number, "width": 90.0, "height": 20.0}
        for number, text in enumerate(lines)
    ]
    return Image(sha256="a" * 64, width=600, height=400, lines=rows)


def read(page: PageText, image: Image) -> list[tuple[str, str]]:
    found = _with_images(page, [image])
    assert found is not None
    return [(found.text[block.start : block.end], block.region) for block in found.blocks]


def test_before_what_is_hidden() -> None:
    page = PageText(
        "正文\n隐藏的话\n注释", "", (Block(0, 2, "main"), Block(3, 7, "hidden"), Block(8, 10, "unshown"))
    )
    assert read(page, picture("海报一", "海报二")) == [
        ("正文", "main"),
        ("海报一", "main"),
        ("海报二", "main"),
        ("隐藏的话", "hidden"),
        ("注释", "unshown"),
    ]


def test_after_all_else_where_nothing_is_hidden() -> None:
    assert read(PageText("正文", "", (Block(0, 2, "main"),)), picture("海报")) == [
        ("正文", "main"),
        ("海报", "main"),
    ]


def test_alone_on_a_page_and_before_hidden_words_alone() -> None:
    assert read(PageText(""), picture("海报")) == [("海报", "main")]
    assert read(PageText("注释", "", (Block(0, 2, "unshown"),)), picture("海报")) == [
        ("海报", "main"),
        ("注释", "unshown"),
    ]
