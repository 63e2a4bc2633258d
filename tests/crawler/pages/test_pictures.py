"""The pictures of a page: wherever their address stands, loaded early or late."""

from base64 import b64encode
from urllib.parse import quote

import pytest

from crawler.pages.pictures import image_addresses, inline_pictures

BASE = "http://yunxi.example/news/1.html"


def of(html: str) -> list[str]:
    return [address.removeprefix("http://yunxi.example") for address in image_addresses(html, BASE)]


@pytest.mark.parametrize(
    "attribute",
    [
        "data-src",
        "data-original",
        "lay-src",
        "data-echo",
        "_src",
        "data-lazyload",
        "original",
        "src2",
        "file",
        "zoomfile",
    ],
)
def test_the_late_address_is_taken_whatever_its_attribute_is_called(attribute: str) -> None:
    assert of(f'<img src="/static/blank.gif" {attribute}="/hb/1.jpg" alt="海报">') == ["/hb/1.jpg"]
    assert of(f'<img src="data:image/gif;base64,R0lGOD" {attribute}="//yunxi.example/hb/1?fmt=png">') == [
        "/hb/1?fmt=png"
    ]


@pytest.mark.parametrize(
    "html",
    [
        '<div style="background:url(/hb/1.jpg) no-repeat;height:900px;width:640px"></div>',
        "<section style='background-image: url(&quot;/hb/1.jpg&quot;);height:900px'></section>",
        "<style>.hb{background:#fff url('/hb/1.jpg') center}</style><div class='a hb'></div>",
        "<style>#top .hb{background-image:url(/hb/1.jpg)}</style><div id=top><b class=hb></b></div>",
        '<div class="swiper" data-background="/hb/1.jpg"></div>',
        '<div data-bg="/hb/1.jpg"></div>',
        "<div data-bg=\"url('/hb/1.jpg')\"></div>",
        '<table background="/hb/1.jpg"><tr><td>表</td></tr></table>',
        "<div style='background:image-set(url(/s.jpg) 1x, url(/hb/1.jpg) 2x)'></div>",
        "<style>.hb{background-image:-webkit-image-set('/hb/1.jpg' 2x, '/s.jpg' 1x)}</style><p class=hb></p>",
    ],
)
def test_backgrounds_are_pictures(html: str) -> None:
    assert of(html) == ["/hb/1.jpg"]


@pytest.mark.parametrize(
    "html",
    [
        '<picture><source srcset="/hb/1.jpg"></picture>',
        '<picture><source srcset="/s.webp 480w, /hb/1.jpg 1200w" media="(min-width:1px)"></picture>',
        '<img src="/s.jpg" srcset="/s.jpg 1x, /hb/1.jpg 2x">',
        '<img data-srcset="/m.jpg 600w,/hb/1.jpg 1600w" src="/blank.gif">',
        '<svg><image href="/hb/1.jpg" width="600" height="900"/></svg>',
        '<svg><image xlink:href="/hb/1.jpg"/></svg>',
        '<noscript><img src="/hb/1.jpg"></noscript>',
        '<video poster="/hb/1.jpg"></video>',
        '<input type="image" src="/hb/1.jpg">',
        '<embed src="/hb/1.jpg"><embed src="/a.mp4">',
        '<object data="/hb/1.jpg" type="image/jpeg"></object>',
        '<img src="/hb/1.jpg" data-w="1080" data-ratio="0.5" data-type="jpeg" data-id="12">',
    ],
)
def test_pictures_of_every_element_the_largest_of_several(html: str) -> None:
    assert "/hb/1.jpg" in of(html)


@pytest.mark.parametrize(
    "html",
    [
        '<img src="/static/blank.gif">',
        '<img src="/images/loading.gif">',
        '<img src="/logo.svg">',
        '<img src="/tx.jpg" width="60" height="60">',
        '<div style="background:url(/dot.png);width:16px;height:16px"></div>',
        "<style>.wu{background:url(/hb/2.jpg)}</style><p>没有这个类</p>",
        '<img src="data:image/png;base64,AAAA">',
        '<img src="javascript:alert(1)">',
        '<img src="http://[bad/a.jpg">',
        '<img alt="没有地址">',
    ],
)
def test_placeholders_and_small_ones_are_none(html: str) -> None:
    assert of(html) == []


def test_animated_pictures_count_and_twelve_are_enough() -> None:
    assert of('<img src="/hb/2.gif">') == ["/hb/2.gif"]
    many = "".join(f'<img src="/{number}.jpg">' for number in range(30))
    assert of(many) == [f"/{number}.jpg" for number in range(12)]


CONTENT = bytes(range(256)) * 3
DIGITS = b64encode(CONTENT).decode()


@pytest.mark.parametrize(
    "html",
    [
        f'<img src="data:image/png;base64,{DIGITS}">',
        f'<img src="DATA:image/PNG;charset=utf-8;BASE64,{DIGITS}">',
        f'<img src="dot.gif" data-src="data:image/jpeg;base64,{quote(DIGITS, safe="")}">',
        f"<div style='background:url(data:image/webp;base64,{DIGITS})'></div>",
        f"<style>.a{{background:url(data:image/gif;base64,{DIGITS})}}</style>",
        f'<video poster="data:image/png;base64,{DIGITS[:80]}\n{DIGITS[80:]}"></video>',
    ],
)
def test_pictures_that_the_page_holds_itself_are_found(html: str) -> None:
    assert inline_pictures(html) == [CONTENT]


def test_of_many_pictures_in_a_page_the_largest_are_taken_once() -> None:
    icon = '<img src="data:image/png;base64,R0lGODlhAQABAAAAACw=">'
    pictures = [f'<img src="data:image/png;base64,{DIGITS[: 500 + 4 * at]}">' for at in range(40)]
    found = inline_pictures(icon + "".join(pictures) * 2)
    assert len(found) == 12
    assert found == sorted(found, key=len, reverse=True)
    assert found[0] == CONTENT[: len(found[0])]


def test_broken_digits_are_no_fault() -> None:
    assert len(inline_pictures(f'<img src="data:image/png;base64,{"=%zz" * 200}">')) == 1
