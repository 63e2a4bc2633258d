"""`qingyi judge URL`: one address, fetched as in a crawl and judged; nothing is stored."""

import pytest

from tests.servers.site import Answer, serving

pytestmark = [pytest.mark.crawl, pytest.mark.databases("sqlite")]

ADVERT = "<html><body><p>我院肺癌治愈率98%，永不复发。</p></body></html>"


def test_a_page_is_fetched_and_judged(qingyi) -> None:
    with serving({"/a.html": Answer(ADVERT)}) as site:
        done = qingyi("judge", f"{site.url}/a.html", "--explain")
    assert done.returncode == 1
    for words in ("宣称治愈率或有效率", "从重", "分值 +30"):
        assert words in done.stdout


def test_a_page_that_its_script_writes_is_rendered(qingyi) -> None:
    script = "document.getElementById('app').innerText='祖传秘方，专治风湿，一贴见效'"
    html = f"<html><head><meta charset=utf-8></head><body><div id=app></div><script>{script}</script></body></html>"
    with serving({"/": Answer(html)}) as site:
        assert "祖传秘方" in qingyi("judge", f"{site.url}/").stdout


def test_an_address_inside_is_refused(qingyi) -> None:
    done = qingyi("judge", "http://169.254.169.254/latest/")
    assert done.returncode == 2
    assert "拒绝访问内部地址" in done.stderr


def test_a_page_that_is_not_there_is_an_error(qingyi) -> None:
    with serving({}) as site:
        done = qingyi("judge", f"{site.url}/none")
    assert done.returncode == 2
    assert "404" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_page_of_undeclared_utf8_that_needs_the_browser_is_not_garbled(qingyi) -> None:
    cut = "".join(f"<span>{letter}</span>" for letter in "我院采用纯中药调理百分之九十八的患者一个疗程见效")
    with serving(
        {"/": Answer(f"<title>特色疗法</title><p>我院治愈率98%，永不复发。</p><div>{cut}</div>")}
    ) as site:
        assert "宣称治愈率或有效率" in qingyi("judge", f"{site.url}/").stdout
