"""`qingyi tips search`: pages that search pages name and no list has become tips, once."""

from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from records.database import reading
from records.models import Tip, TipChannel, TipState
from tests.servers.site import Answer, serving

pytestmark = [pytest.mark.crawl, pytest.mark.databases("sqlite")]


def results(*addresses: str) -> Answer:
    rows = "".join(f'<li class="r"><h3><a href="{address}">癣病专科</a></h3></li>' for address in addresses)
    return Answer(f"<html><meta charset=utf-8><body><ul>{rows}</ul></body></html>")


def template(folder: Path, url: str) -> str:
    file = folder / "search.yaml"
    file.write_text(
        f"engines: [{{name: 云搜, address: '{url}/s?q={{query}}', results: li.r, title: h3, seconds: 0}}]\n"
        "queries: ['{institution}', '{disease}哪家医院好']\n",
        "utf-8",
    )
    return str(file)


def test_what_is_found_is_a_tip_once_and_registered_sites_are_none(
    qingyi, engine: Engine, register_site, tmp_path: Path
) -> None:
    register_site("http://own.example/")
    pages = {
        "/s?q=%E7%94%B2%E5%8C%BB%E9%99%A2": results("http://own.example/a", "http://x.example/1"),
        "/s?q=%E7%99%A3%E5%93%AA%E5%AE%B6%E5%8C%BB%E9%99%A2%E5%A5%BD": results(
            "http://x.example/1", "http://y.example/2", "/jump?to=1"
        ),
    }
    with serving(pages) as site:
        asked = ("tips", "search", "--institution", "甲医院", "--disease", "癣", "--template")
        first = qingyi(*asked, template(tmp_path, site.url))
        again = qingyi(*asked, template(tmp_path, site.url))
    assert "新收线索 2 件，已知 1 个" in first.stdout
    assert "1 条结果只有搜索网站自己的跳转网址" in first.stderr
    assert "新收线索 0 件，已知 3 个" in again.stdout
    with reading(engine) as session:
        tips = session.scalars(select(Tip).order_by(Tip.url)).all()
    assert [(tip.url, tip.channel, tip.state) for tip in tips] == [
        ("http://x.example/1", TipChannel.OWN, TipState.WAITING),
        ("http://y.example/2", TipChannel.OWN, TipState.WAITING),
    ]
    assert tips[0].content == "云搜搜索“甲医院”所得：癣病专科"


def test_a_search_page_that_wants_to_see_a_person_is_asked_no_more(qingyi, tmp_path: Path) -> None:
    guard = Answer("<html><meta charset=utf-8><body>请完成安全验证</body></html>")
    with serving({"/s?q=%E7%94%B2": guard, "/s?q=%E4%B9%99": results("http://x.example/1")}) as site:
        done = qingyi(
            *("tips", "search", "--institution", "甲", "--institution", "乙", "--template"),
            template(tmp_path, site.url),
        )
        assert site.paths() == ["/s?q=%E7%94%B2"]
    assert done.returncode == 1
    assert "要求验证，不再向它提问（还有 1 个问题）" in done.stderr


def test_what_robots_txt_forbids_is_not_asked(qingyi, tmp_path: Path) -> None:
    with serving({"/robots.txt": Answer("User-agent: *\nDisallow: /s")}) as site:
        done = qingyi("tips", "search", "--institution", "甲", "--template", template(tmp_path, site.url))
        assert site.paths() == []
    assert "robots.txt 不允许抓取" in done.stderr


def test_a_search_without_words_or_of_no_such_page_says_so(qingyi) -> None:
    assert "没有可查询的词" in qingyi("tips", "search").stderr
    asked = qingyi("tips", "search", "--disease", "癣", "--engine", "无此站")
    assert (asked.returncode, "没有搜索网站 无此站" in asked.stderr) == (2, True)
    listed = qingyi("tips", "search", "--disease", "癣", "--list")
    assert listed.stdout.split() == ["癣哪家医院好"]
