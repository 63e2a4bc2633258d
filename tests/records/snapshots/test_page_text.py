"""A page's text reads back as stored, also from an early build's form."""

import json

from classifiers.values import Block, Link, PageText
from records.snapshots.page_text import StoredText, read_stored_text

PAGE = PageText(
    "首页\n治愈率98%\n隐藏",
    "题目",
    (Block(0, 2, "frame"), Block(3, 9, "main", heading=True), Block(10, 12, "hidden")),
    (Link("/a", 0, 2), Link("//chat.example/x.js")),
)


def test_a_text_comes_back_as_it_was() -> None:
    assert read_stored_text(StoredText.of(PAGE).content) == PAGE


def test_its_rows_are_named_for_whoever_reads_the_file() -> None:
    kept = json.loads(StoredText.of(PAGE).content)
    assert dict(zip(kept["block"], kept["blocks"][1], strict=True)) == PAGE.blocks[1]._asdict()
    assert dict(zip(kept["link"], kept["links"][0], strict=True)) == PAGE.links[0]._asdict()


def test_half_a_character_is_kept_too() -> None:
    page = PageText.of_plain("半个\ud800字")
    assert read_stored_text(StoredText.of(page).content) == page


def test_what_an_early_build_kept_is_read() -> None:
    blocks, links = [block._asdict() for block in PAGE.blocks], [link._asdict() for link in PAGE.links]
    early = {"text": PAGE.text, "title": PAGE.title, "blocks": blocks, "links": links}
    assert read_stored_text(json.dumps(early).encode()) == PAGE
    del early["links"]
    assert read_stored_text(json.dumps(early).encode()).links == ()


def test_what_a_reader_came_for_is_told_from_what_frames_it() -> None:
    other_frame = PageText(PAGE.text.replace("首页", "主页"), PAGE.title, PAGE.blocks, PAGE.links)
    assert StoredText.of(other_frame).main_sha256 == StoredText.of(PAGE).main_sha256
    counted = PageText("访客90人\n正文", "", (Block(0, 5, "frame"), Block(6, 8, "main")))
    later = PageText("访客91人\n正文", "", counted.blocks)
    assert StoredText.of(later).main_sha256 == StoredText.of(counted).main_sha256
    assert StoredText.of(PAGE, ["/poster.jpg"]).main_sha256 != StoredText.of(PAGE).main_sha256


def test_words_in_a_frame_that_lead_nowhere_do_not_change_unseen() -> None:
    blocks = (Block(0, 4, "frame"), Block(5, 7, "main"))
    before, after = PageText("本院热线\n正文", "", blocks), PageText("三天根治\n正文", "", blocks)
    assert StoredText.of(before).main_sha256 != StoredText.of(after).main_sha256


def test_what_has_no_main_text_never_says_the_same() -> None:
    assert StoredText.of(PageText("首页", "题目", (Block(0, 2, "frame"),))).main_sha256 is None
    assert StoredText.of(PageText("")).main_sha256 is None
