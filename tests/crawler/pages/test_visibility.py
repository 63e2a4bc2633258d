"""Visible text is told apart from hidden text; both are kept, and hidden publicity is a finding of its
own."""

from datetime import date

import pytest
from playwright.sync_api import Browser

from classifiers.judge import judge
from classifiers.lists.rules import RuleSet
from classifiers.values import Facts
from crawler.downloading.page_scripts import MARK_UNSEEN
from crawler.pages.extract import extract
from crawler.pages.visibility import Look, look_of

PLAIN = "<p>我院设内科、外科，门诊时间为每日八时至十七时。</p>"
BAD = "治愈率98%，永不复发"


def regions(html: str) -> dict[str, str]:
    page = extract(html)
    return {page.text[block.start : block.end]: block.region for block in page.blocks}


@pytest.mark.parametrize(
    "style",
    [
        "display:none",
        "visibility: hidden",
        "opacity:0",
        "font-size:0px",
        "text-indent:-9999px",
        "position:absolute;left:-10000px",
        "color:#fff;background:white",
        "color: rgb(1, 2, 3); background-color: #010203",
        "height:0;overflow:hidden",
        "color:transparent",
    ],
)
def test_ways_of_hiding(style: str) -> None:
    assert look_of(style) in {Look.FOLDED, Look.HIDDEN, Look.TINY}
    found = regions(f'<p>看得见的字</p><div style="{style}"><b>看不见</b>的字</div>')
    assert found == {"看得见的字": "main", "看不见 的字": "hidden"}


@pytest.mark.parametrize(
    "style", ["display:block", "color:#333;background:#fff", "opacity:0.5", "left:-10px", "height:0"]
)
def test_what_is_seen_is_not_taken_for_hidden(style: str) -> None:
    assert look_of(style) is Look.SEEN


def test_style_sheets_count_and_comments_are_told_apart() -> None:
    html = "<style>.x, .y{display:none} #z{opacity:0}</style><p class='a y'>类里隐藏</p><p id=z>编号隐藏</p><p>可见文字</p>"
    html += "<!-- 注释里的文字 --><noscript><b>请开启脚本</b></noscript>"
    assert regions(html) == {
        "可见文字": "main",
        "类里隐藏": "hidden",
        "编号隐藏": "hidden",
        "注释里的文字": "unshown",
        "请开启脚本": "hidden",
    }


def test_hidden_publicity_is_found_and_comments_are_not(rules: RuleSet) -> None:
    facts = Facts(date(2026, 11, 24))
    hidden = judge(extract(f'{PLAIN}<div style="display:none">{BAD}</div>'), rules, facts)
    assert {finding.rule for finding in hidden.findings} == {"hidden-publicity"}
    assert "隐藏的文字属“" in hidden.findings[0].why
    commented = judge(extract(f"{PLAIN}<!-- {BAD} -->"), rules, facts)
    assert commented.findings == ()
    assert "源代码" in commented.spared[0].reason


def test_a_number_that_is_hidden_is_not_shown(rules: RuleSet) -> None:
    facts = Facts(date(2026, 11, 24), certificates={})
    advert = "<p>限时特价，立即预约，热线400-000-1234。</p>"
    page = extract(f'{advert}<p style="display:none">云医广【2026】第02-30-0001号</p>')
    assert "certificate-none" in {finding.rule for finding in judge(page, rules, facts).findings}


def test_the_browser_marks_what_it_does_not_show(chromium: Browser) -> None:
    html = """<!doctype html><meta charset=utf-8><style>
        .far{position:absolute;left:-5000px} .tiny{font-size:1px} .pale{color:#ffffff} .on{background:#000;color:#fff}
        .qk,.jd{display:none} .qk.dq{display:block}
        .kuang{width:300px;height:40px;overflow:hidden} .tiao{display:flex;width:900px;margin-left:-300px}
        .tiao>p{width:300px} .ling{font-size:0} .ling>b{font-size:14px}
        </style><p>看得见</p><p class=far>在屏幕外面</p><p class=tiny>小得看不见</p><p class=pale>白底上的白字</p>
        <p class=on>黑底上的白字</p><details><summary>点开看</summary><p>折叠的内容</p></details>
        <div class="qk dq"><p>第一个选项卡</p></div><div class=qk><p>第二个选项卡</p></div>
        <div class=jd><p>没有人能打开</p></div>
        <div class=kuang><div class=tiao><p>滑到左边的话</p><p>中间的话</p><p>右边的话</p></div></div>
        <div class=ling><b>自有字号的话</b></div>"""
    with chromium.new_context() as context:
        page = context.new_page()
        page.set_content(html)
        page.evaluate(MARK_UNSEEN)
        found = regions(page.content())
    assert found["看得见"] == found["黑底上的白字"] == "main"
    assert found["在屏幕外面"] == found["小得看不见"] == found["白底上的白字"] == "hidden"
    revealed = ("折叠的内容", "第一个选项卡", "第二个选项卡", "滑到左边的话", "右边的话", "自有字号的话")
    assert {found[words] for words in revealed} == {"main"}
    assert found["没有人能打开"] == "hidden"
