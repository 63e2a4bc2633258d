"""How alike two views of a page are."""

import io

import pytest
from PIL import Image, ImageDraw

from evidence.likeness import pictures_alike, words_alike


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
