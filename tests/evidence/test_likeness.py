"""How alike two views of a page are."""

import io

import pytest
from PIL import Image, ImageDraw

from evidence.likeness import is_same_picture, picture_hash, pictures_alike, words_alike
from tests.drawn import poster


def picture(*places: int, height: int = 900) -> bytes:
    """A page with a dark bar at each place."""
    page = Image.new("RGB", (1366, height), "white")
    for place in places:
        ImageDraw.Draw(page).rectangle((100, place, 900, place + 20), fill="black")
    content = io.BytesIO()
    page.save(content, "PNG")
    return content.getvalue()


@pytest.mark.parametrize(
    ("one", "other", "lowest", "highest"),
    [
        ("我院设内科、外科。", "我院设内科、\n 外科。", 1.0, 1.0),
        ("", "", 1.0, 1.0),
        ("我院设内科", "", 0.0, 0.0),
        ("我院设内科、外科、儿科。", "我院设内科、外科。", 0.7, 0.95),
        ("鐧界櫆椋庝笁涓", "白癜风三个疗程", 0.0, 0.1),
    ],
)
def test_words_are_alike_as_far_as_they_are_the_same(
    one: str, other: str, lowest: float, highest: float
) -> None:
    assert lowest <= words_alike(one, other) <= highest
    assert words_alike(one, other) == words_alike(other, one)


def test_a_picture_is_alike_itself_and_one_that_moved_by_a_pixel() -> None:
    assert pictures_alike(picture(100, 300), picture(100, 300)) == 1.0
    assert pictures_alike(picture(100, 300), picture(101, 300)) > 0.8


def test_much_white_makes_no_two_pages_alike() -> None:
    assert pictures_alike(picture(100), picture(500)) < 0.2
    assert pictures_alike(picture(100, 300), picture(100)) < 0.7


def test_blank_pages_are_alike_and_a_shorter_one_is_less_so() -> None:
    assert pictures_alike(picture(), picture()) == 1.0
    assert pictures_alike(picture(100, height=900), picture(100, height=450)) < 0.6


def coded(content: bytes, width: int, kind: str) -> bytes:
    with Image.open(io.BytesIO(content)) as opened:
        made = io.BytesIO()
        opened.convert("RGB").resize((width, opened.height * width // opened.width)).save(made, kind)
    return made.getvalue()


def test_a_picture_is_the_same_in_another_size_and_coding() -> None:
    own = poster(["门诊时间与交通指引", "请提前一日预约", "周末照常开诊"])
    known = picture_hash(own)
    assert known is not None
    for width, kind in ((900, "JPEG"), (600, "WEBP"), (450, "PNG")):
        again = picture_hash(coded(own, width, kind))
        assert again is not None
        assert is_same_picture(known, again), (width, kind)


def test_another_poster_on_the_same_ground_is_another_picture() -> None:
    one, other = (
        picture_hash(poster(lines))
        for lines in (["门诊时间与交通指引", "请提前一日"], ["无效退款", "三日断根永不复发"])
    )
    assert one is not None
    assert other is not None
    assert not is_same_picture(one, other)


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"<html>", b"\x89PNG\r\n\x1a\n" + bytes(60)])
def test_what_is_no_picture_has_no_hash(content: bytes) -> None:
    assert picture_hash(content) is None
