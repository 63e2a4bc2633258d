"""Whom a page is shown to: patients from a search, at a desk, and in the app where its links are shared."""

import pytest

from crawler.browser.visitors import VISITOR, as_monitor, visitor_of, visitors_of
from records.settings import settings


@pytest.mark.parametrize(
    ("url", "app"),
    [
        ("https://mp.weixin.qq.com/s/1", "微信"),
        ("http://yunxi.example/", "微信"),
        ("https://m.weibo.cn/status/1", "微博"),
        ("https://www.iesdouyin.com/share/video/1", "抖音"),
        ("https://m.toutiao.com/is/1/", "今日头条"),
        ("https://baijiahao.baidu.com/s?id=1", "百度"),
        ("https://notbaidu.com/", "微信"),
    ],
)
def test_a_link_is_opened_from_a_search_in_its_app_and_at_a_desk(url: str, app: str) -> None:
    phone, shared, desk = visitors_of(url)
    assert [one.name for one in (phone, shared, desk)] == [
        "从搜索进入的手机访客",
        f"在{app}里打开的访客",
        "从搜索进入的电脑访客",
    ]
    assert (shared.is_mobile, shared.referer, desk.is_mobile) == (True, None, False)


def test_a_visitor_is_known_again_by_what_they_sent() -> None:
    for visitor in visitors_of("https://weibo.com/1"):
        assert visitor_of({"user-agent": [visitor.user_agent]}) == visitor
    assert visitor_of({}) == VISITOR, "as before visitors were told apart"


def test_the_monitor_says_who_it_is_on_a_visitors_screen() -> None:
    control = as_monitor(VISITOR)
    assert (control.user_agent, control.referer) == (settings().user_agent, None)
    assert (control.viewport, control.is_mobile) == (VISITOR.viewport, True)


def test_visitors_name_an_address_of_the_region_where_one_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    assert VISITOR in visitors_of("http://yunxi.example/")
    monkeypatch.setattr(settings(), "visitor_address", "198.51.100.7")
    seen = visitors_of("http://yunxi.example/")
    assert {one.headers for one in seen} == {(("X-Forwarded-For", "198.51.100.7"),)}
    assert as_monitor(seen[0]).headers == ()
