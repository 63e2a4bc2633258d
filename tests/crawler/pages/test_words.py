"""Words outside the plain text of the page: each is read, and marked with its place."""

import pytest

from classifiers.values import Block
from crawler.pages.extract import extract

TEXT = "<p>本院设康复科和中医科，周一至周六开诊。</p>"
WORDS = "三个疗程断根"


def block_of(html: str, words: str = WORDS) -> Block:
    page = extract(html)
    return next(block for block in page.blocks if words in page.text[block.start : block.end])


@pytest.mark.parametrize(
    "drawing",
    [
        f"<svg><text x=1>{WORDS}</text></svg>",
        "<svg><g><text><tspan>三个</tspan><tspan>疗程断根</tspan></text></g></svg>",
        f"<svg><foreignObject><section><p>{WORDS}</p></section></foreignObject></svg>",
        f'<svg viewBox="0 0 9 9"><foreignObject><div>{WORDS}</div></foreignObject><rect/></svg>',
        "<section><svg><g><foreignObject><p><b>三个</b>疗程断根</p></foreignObject></g></svg></section>",
    ],
)
def test_words_in_drawings_are_seen(drawing: str) -> None:
    block = block_of(TEXT + drawing)
    assert (block.region, block.origin) == ("main", "svg")


@pytest.mark.parametrize(
    "inside", ["<title>{}</title>", "<desc>{}</desc>", "<style>.a{{content:'{}'}}</style>", "{}"]
)
def test_what_a_drawing_does_not_draw_is_not_seen(inside: str) -> None:
    assert WORDS not in extract(f"{TEXT}<svg>{inside.format(WORDS)}<path d=M0></svg>").text


def test_a_page_that_is_written_out_in_a_frame_is_seen() -> None:
    page = (
        f"{TEXT}<iframe srcdoc='<html><body><h2>疗效</h2><p>{WORDS}</p></body></html>'></iframe><p>后文</p>"
    )
    assert (block_of(page).region, block_of(page).origin) == ("main", "document")
    assert block_of(page, "后文").origin == ""
    hidden = f"<iframe srcdoc='<p style=\"display:none\">{WORDS}</p>'></iframe>"
    assert block_of(TEXT + hidden).region == "hidden"


@pytest.mark.parametrize(
    "ruby",
    [
        "<ruby>断<rt>duàn</rt></ruby><ruby>根<rt>gēn</rt></ruby>",
        "<ruby>断根<rt>duàn gēn</rt></ruby>",
        "<ruby>断<rp>(</rp><rt>duàn</rt><rp>)</rp>根<rp>(</rp><rt>gēn</rt><rp>)</rp></ruby>",
        "<ruby><rb>断</rb><rt>ㄉㄨㄢˋ</rt></ruby><ruby><rb>根</rb><rt>ㄍㄣ</rt></ruby>",
        "<ruby>断<rt>段</rt></ruby>根",
    ],
)
def test_a_reading_over_characters_is_no_part_of_the_words(ruby: str) -> None:
    assert block_of(f"<p>三个疗程{ruby}，不反复</p>").region == "main"


def test_words_over_characters_that_are_no_reading_are_read_apart() -> None:
    block = block_of(f"<p><ruby>云溪<rt>{WORDS}</rt></ruby>门诊部</p>")
    assert (block.region, block.origin) == ("beside", "ruby")
    assert block_of(f"<p><ruby>云溪<rt>{WORDS}</rt></ruby>门诊部</p>", "云溪门诊部").region == "main"


@pytest.mark.parametrize(
    "styled",
    [
        f'<style>.a::before{{content:"{WORDS}"}}</style><p class=a></p>',
        "<style>.a:after{content:'疗程断根'}</style><p class=a>三个</p>",
        '<style>#b::before{color:red;content: "三个疗程"}</style><p id=b>断根</p>',
        '<style>i.a::before,.c::before{content:"\\4e09\\4e2a"}</style><p><i class=c></i>疗程断根</p>',
        f'<style>.d::after{{content:attr(data-w)}}</style><p class=d data-w="{WORDS}"></p>',
        '<style>h3::before{content:"三个"}</style><h3>疗程断根</h3>',
        '<style>.box p.e.on::before{content:"三个"}</style><p class="on e">疗程断根</p>',
    ],
)
def test_words_that_a_style_sheet_puts_on_the_page_are_seen(styled: str) -> None:
    assert block_of(TEXT + styled).region == "main"


@pytest.mark.parametrize(
    ("html", "origin"),
    [
        (f"<head><title>云溪门诊部_{WORDS}</title></head>", "title"),
        (f'<meta name="description" content="云溪门诊部。{WORDS}">', "description"),
        (f'<meta property="og:description" content="{WORDS}">', "description"),
        (f'<meta name="Description" content="{WORDS}">', "description"),
        (f'<p><img src=a.jpg alt="{WORDS}"></p>', "alt"),
        (f'<map><area href=/a alt="{WORDS}"></map>', "alt"),
        (f'<p><img src=a.jpg title="{WORDS}"></p>', "tooltip"),
        (f'<button title="{WORDS}">看</button>', "tooltip"),
        (f'<button aria-label="{WORDS}"><i></i></button>', "label"),
        (f'<div role=button aria-label="{WORDS}"></div>', "label"),
        (f'<a href="/yy" aria-label="{WORDS}" title="在线预约挂号"><i></i></a>', "label"),
        (f'<input type=text placeholder="{WORDS}">', "label"),
        (
            f'<script type="application/ld+json">{{"@type":"Hospital","description":"{WORDS}"}}</script>',
            "data",
        ),
        (
            f'<script type="application/ld+json">[{{"@graph":[{{"articleBody":"<p>{WORDS}</p>"}}]}}]</script>',
            "data",
        ),
    ],
)
def test_what_is_said_beside_the_page_is_read_once_and_marked(html: str, origin: str) -> None:
    block = block_of(f"{html}{TEXT}")
    assert (block.region, block.origin) == ("beside", origin)
    assert extract(f"{html}{TEXT}<p>{WORDS}</p>").text.count(WORDS) == 1


def test_the_words_on_a_button_are_seen() -> None:
    assert block_of(f'{TEXT}<input type="button" value="{WORDS}">').region == "main"
    assert WORDS not in extract(f'{TEXT}<input type="hidden" value="{WORDS}">').text


def test_what_only_search_engines_see_is_hidden_and_a_comment_is_no_words() -> None:
    block = block_of(f"{TEXT}<noscript><p>{WORDS}</p></noscript>")
    assert (block.region, block.origin) == ("hidden", "noscript")
    comment = block_of(f"{TEXT}<!-- <p>{WORDS}</p> -->")
    assert (comment.region, comment.origin) == ("unshown", "comment")


@pytest.mark.parametrize("control", ["\x00", "\x07", "\x0b", "\x1f", "\x7f", "\ufffe", "&#8;", "&#x1b;"])
def test_control_characters_do_not_come_in(control: str) -> None:
    page = extract(
        f"<title>专科{control}门诊</title><p>三个疗程断{control}根</p><p><img alt='名医{control}风采'></p>"
    )
    assert WORDS in page.text.replace("\ufffd", "")
    assert "名医风采" in page.text.replace("\ufffd", "")
    assert all(character.isprintable() or character == "\n" for character in page.text + page.title)


@pytest.mark.parametrize(
    ("html", "leading"),
    [
        ('<a href="tel:0001"><img src=a.png></a><h1>新院启用</h1>', {}),
        ('<p><a href="tel:0001"><img src=a.png></a></p><p>新院启用</p>', {}),
        ('<p><a href="tel:0001">来电</a></p><p>新院启用</p>', {"tel:0001": "来电"}),
        ('<a href="/yy"><div>预约</div></a><p>新院启用</p>', {"/yy": "预约"}),
        ('<a href="/a"><img src=a.png></a><p>前言<a href="/b">来源</a></p>', {"/b": "前言来源"}),
        ('<a href="/a"><h2>题目</h2><p>摘要</p></a>', {"/a": "题目"}),
    ],
)
def test_the_address_of_a_link_belongs_to_its_own_words(html: str, leading: dict[str, str]) -> None:
    page = extract(html)
    shown = {link.address: page.text[link.start : link.end] for link in reversed(page.links) if link.end}
    assert shown == leading
    assert {link.address for link in page.links} >= {"tel:0001"} & set(html.split('"'))
