"""From bytes to the text that a reader sees."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.pages.extract import extract
from records.snapshots.encoding import decode_html


def words(html: str) -> list[tuple[str, str]]:
    page = extract(html)
    return [(page.text[block.start : block.end], block.region) for block in page.blocks]


def test_blocks_cells_and_lines_stand_apart_and_inline_tags_do_not() -> None:
    html = "<h1>标 题</h1><p>治<b>愈</b>率<br>第二行</p><table><tr><td>甲</td><td>乙</td></tr></table>"
    assert [text for text, _ in words(html)] == ["标 题", "治愈率", "第二行", "甲", "乙"]


@pytest.mark.parametrize(
    "hidden",
    [
        "<script>治愈率</script>",
        "<style>治愈率</style>",
        "<template>治愈率</template>",
        "<noscript>治愈率</noscript>",
        "<!-- 治愈率 -->",
        "<p hidden>治愈率</p>",
        "<div style='display: none'><p>治愈率</p></div>",
        "<div style='DISPLAY:NONE'>治愈率</div>",
    ],
)
def test_what_a_reader_does_not_see_is_left_out(hidden: str) -> None:
    assert extract(f"<body>前{hidden}后</body>").text.replace("\n", "") == "前后"


@pytest.mark.parametrize(
    "frame",
    [
        "<nav>x</nav>",
        "<header>x</header>",
        "<footer>x</footer>",
        "<aside>x</aside>",
        "<div class='site-footer'>x</div>",
        "<div id=topnav class='nav'>x</div>",
        "<div role=navigation><p>x</p></div>",
    ],
)
def test_the_frame_of_a_page_is_told_from_its_main_part(frame: str) -> None:
    assert words(f"<body>{frame}<p>正文</p></body>") == [("x", "frame"), ("正文", "main")]


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("医疗".encode(), "text/html; charset=utf-8"),
        ("医疗".encode("gb18030"), "text/html; charset=gb2312"),
        ("医疗".encode("gb18030"), "text/html"),
        ("医疗".encode("gb18030"), "text/html; charset=utf-8"),
        ("<meta charset=gbk>医疗".encode("gbk"), "text/html"),
        ("<meta charset=gbk>医疗".encode(), "text/html; charset=utf-8"),
        ("<meta charset=big5>醫療".encode("big5"), "text/html"),
        ("医疗".encode("utf-8-sig"), "text/html; charset=gbk"),
        ("医疗".encode(), "text/html; charset=no-such-thing"),
    ],
)
def test_text_is_read_whatever_its_encoding_says(body: bytes, content_type: str) -> None:
    assert decode_html(body, content_type).endswith(("医疗", "醫療"))


def test_nesting_without_end_is_read() -> None:
    page = extract("<div>" * 300_000 + "深处" + "</div>" * 5)
    assert page.text == "深处"


@given(st.binary(max_size=400), st.text(max_size=40))
def test_any_bytes_are_read_and_blocks_lie_in_the_text(body: bytes, content_type: str) -> None:
    page = extract(decode_html(body, content_type))
    for before, after in zip(page.blocks, page.blocks[1:], strict=False):
        assert before.end < after.start
    for block in page.blocks:
        assert page.text[block.start : block.end].strip()


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [
        (encoding, declared)
        for encoding in ("utf-8", "gb2312", "gbk", "gb18030", "big5")
        for declared in ("", "utf-8", "gb2312", "iso-8859-1")
    ],
)
def test_a_page_is_read_whatever_it_says_of_its_encoding(encoding: str, declared: str) -> None:
    words = "本院门诊时间为每日八时至十七时，专家每周坐诊，欢迎预约。"
    if encoding == "big5":
        words = "本院門診時間為每日八時至十七時，專家每週坐診，歡迎預約。"
    meta = f'<meta charset="{declared}">' if declared else ""
    body = f"<html><head>{meta}</head><body><p>{words}</p></body></html>".encode(encoding)
    assert words in decode_html(body, "")
