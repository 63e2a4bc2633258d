"""Of the ways to read a page's bytes, the one that does the least damage."""

from collections.abc import Callable

import pytest

from records.snapshots.encoding import decode_html, decoded, is_undeclared_utf8

WORDS = "康复科由三名医师值班，每日上午开诊，下午为住院患者查房，节假日照常。"
TRADITIONAL = "復健科由三名醫師值班，每日上午開診，下午為住院患者查房，節假日照常。"


def page(said: str, words: str = WORDS, more: str = "") -> str:
    meta = f'<meta charset="{said}">' if said else ""
    return f"<!doctype html><html><head>{meta}<title>康复科</title>{more}</head><body><p>{words}</p></body></html>"


def cut(body: bytes, inside: bytes, keep: int) -> bytes:
    """`body` with `inside` cut after `keep` of its bytes, within a character."""
    assert body.count(inside) == 1
    return body.replace(inside, inside[:keep])


DAMAGED: dict[str, tuple[bytes, str]] = {
    "one character lost its last byte": (cut(page("utf-8").encode(), "节假日".encode(), 8), "utf-8"),
    "a description was cut": (
        cut(page("utf-8", more='<meta name="description" content="设有门诊">').encode(), "门诊".encode(), 4),
        "utf-8",
    ),
    "a stray byte of GBK": (page("utf-8").encode().replace("下午".encode(), b"\xcf\xc2\xce\xe7"), "utf-8"),
    "a footer in GBK": (page("utf-8").encode() + "<div>地址：解放路九号 备案号</div>".encode("gbk"), "utf-8"),
    "nothing said, one byte lost": (cut(page("").encode(), "查房".encode(), 5), "utf-8"),
    "a description of a GBK page was cut": (
        cut(
            page("gbk", more='<meta name="description" content="设有门诊">').encode("gbk"),
            "门诊".encode("gbk"),
            3,
        ),
        "gb18030",
    ),
    "a footer in UTF-8 on a GBK page": (
        page("gb2312").encode("gbk") + "<div>地址：解放路</div>".encode(),
        "gb18030",
    ),
    "Big5 that lost a byte": (
        cut(page("big5", TRADITIONAL).encode("big5"), "節假日".encode("big5"), 5),
        "big5hkscs",
    ),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_damage_in_one_place_does_not_change_how_the_page_is_read(name: str) -> None:
    body, encoding = DAMAGED[name]
    found = decoded(body, "text/html")
    assert found.encoding == encoding
    sure = "復健科由三名醫師值班" if encoding == "big5hkscs" else "康复科由三名医师值班，每日上午开诊"
    assert sure in found.text


@pytest.mark.parametrize("keep", [1, 2, 4, 5, 7, 8])
def test_a_cut_character_is_one_mark_of_loss(keep: int) -> None:
    body = cut(page("utf-8").encode(), "节假日".encode(), keep)
    assert decode_html(body, "").count("\ufffd") == 1


@pytest.mark.parametrize("codec", ["utf-8", "gbk", "big5"])
@pytest.mark.parametrize(
    "said", ["", "utf-8", "gbk", "gb2312", "big5", "iso-8859-1", "windows-1252", "x-unknown"]
)
@pytest.mark.parametrize("header", ["", "text/html; charset=utf-8", "text/html; charset=GBK"])
def test_no_wrong_word_of_the_page_or_the_server_matters(codec: str, said: str, header: str) -> None:
    words = TRADITIONAL if codec == "big5" else WORDS
    assert words in decode_html(page(said, words).encode(codec, "xmlcharrefreplace"), header)


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
def test_marks_of_the_byte_order_and_their_absence(codec: str) -> None:
    text = decode_html(page("gbk").encode(codec), "text/html; charset=gbk")
    assert text.startswith("<!doctype")
    assert WORDS in text


@pytest.mark.parametrize(
    ("words", "codec", "said"),
    [
        ("病院の診療時間は午前九時から午後五時までです。", "shift_jis", "shift_jis"),
        ("病院の診療時間は午前九時から午後五時までです。", "euc_jp", "euc-jp"),
        ("병원 진료 시간은 오전 아홉 시부터입니다.", "euc_kr", "euc-kr"),
        ("Часы приёма: с девяти до семнадцати, ежедневно.", "cp1251", "windows-1251"),
        ("Часы приёма: с девяти до семнадцати, ежедневно.", "utf-8", ""),
        ("Clínica dental, atención en español", "utf-8", "utf-8"),
    ],
)
def test_pages_in_other_languages_are_read_as_they_say(words: str, codec: str, said: str) -> None:
    html = f'<html><head><meta charset="{said}"></head><p>{words * 3}</p>'
    assert words in decode_html(html.encode(codec), "")


def test_two_characters_of_gbk_that_are_valid_utf8_are_what_the_page_says() -> None:
    body = '<meta charset="gbk"><p>一一</p>'.encode("gbk")
    body.decode("utf-8")  # it is valid
    assert "<p>一一</p>" in decode_html(body, "")


@pytest.mark.parametrize(
    ("encode", "unsaid"),
    [
        (lambda: page("").encode(), True),
        (lambda: page("gbk").encode(), True),
        (lambda: page("utf-8").encode(), False),
        (lambda: page("").encode("utf-8-sig"), False),
        (lambda: page("").encode("gbk"), False),
        (lambda: b"<p>only ascii</p>", False),
    ],
)
def test_utf8_that_does_not_say_so_is_known(encode: Callable[[], bytes], unsaid: bool) -> None:
    assert is_undeclared_utf8(encode(), "text/html") is unsaid


def test_zeros_strewn_into_a_page_do_not_make_it_utf_16() -> None:
    page = "<meta charset=utf-8><p>我院治愈率98%，永不复发。</p>".encode() + b"<p>\0" * 3_000
    for body in (page, page + b"\xff"):
        assert "我院治愈率98%" in decode_html(body, "text/html")
