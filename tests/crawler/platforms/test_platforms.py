"""Posts and lists of posts: how each platform's pages are read, and how its states are told apart."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, select

from crawler.platforms import SOURCES, read_post
from crawler.platforms.feed import post_urls
from crawler.platforms.mp_article import MpArticlePage
from crawler.platforms.post_page import moment
from records.database import reading, transaction
from records.models import PlannedPage, PlannedState, Snapshot, Source
from tests.records import registered
from tests.servers.site import Answer, serving

ARTICLE = """<!doctype html><html><head><meta charset="utf-8"><title></title></head><body>
<h1 id="activity-name"> 膝盖疼怎么办 </h1><a id="js_name">云溪中医馆</a><em id="publish_time"></em>
<div id="js_content" style="visibility: hidden; opacity: 0;"><p>膝骨关节炎与年龄有关，注意控制体重。</p>
<p><img data-src="/a.jpg"></p><iframe class="video_iframe" data-src="https://v.example/1"></iframe></div>
<script>var biz = "" || "MzA0MDAwMDAwMQ=="; var ct = "1795500000";
var msg_source_url = 'http://yunxi.example/more';</script></body></html>"""
PICTURES = (
    '<html><h1 id="activity-name">图集</h1><div id="js_image_content"><img data-src="/p1.jpg"></div></html>'
)
TOUTIAO = """<html><body><h1>关节养护</h1><div class="article-meta"><span>2026-11-20 08:30</span>
<span class="name"><a href="/c/user/token/MS4wLjABAAAA/">云溪健康</a></span></div>
<article><p>冬季要注意关节保暖。</p></article></body></html>"""


def notice(words: str) -> str:
    return f'<html><body><div class="weui-msg"><p>{words}</p></div></body></html>'


def test_an_article_says_whose_it_is_and_when_and_where_it_leads() -> None:
    post = read_post(ARTICLE)
    assert post.text.title == "膝盖疼怎么办"
    assert (post.account, post.account_id) == ("云溪中医馆", "MzA0MDAwMDAwMQ==")
    assert post.published_at == datetime.fromtimestamp(1795500000, UTC)
    assert post.original_url == "http://yunxi.example/more"
    assert (post.images, post.videos) == (("/a.jpg",), ("https://v.example/1",))
    assert {block.region for block in post.text.blocks} == {"main"}, "the body is not hidden text"


def test_a_post_of_pictures_alone_is_a_post() -> None:
    post = read_post(PICTURES)
    assert (post.state, post.images) == ("normal", ("/p1.jpg",))


@pytest.mark.parametrize(
    ("words", "state"),
    [
        ("该内容已被发布者删除", "deleted_by_author"),
        ("此内容因违规无法查看", "removed_for_violation"),
        ("该公众号已迁移至新的账号", "account_migrated"),
        ("当前环境异常，完成验证后即可继续访问", "needs_verification"),
        ("参数错误", "bad_link"),
    ],
)
def test_the_states_of_the_platform_are_told_apart(words: str, state: str) -> None:
    assert read_post(notice(words)).state == state


def test_another_platform_is_another_small_class() -> None:
    post = read_post(TOUTIAO, "https://www.toutiao.com/article/1/")
    assert (post.account, post.account_id, post.text.title) == ("云溪健康", "MS4wLjABAAAA", "关节养护")
    assert post.published_at is not None
    assert post.published_at.isoformat() == "2026-11-20T08:30:00+08:00"
    assert MpArticlePage in SOURCES
    assert read_post("<p>普通页面</p>").account == ""


@pytest.mark.parametrize("written", ["", "昨天", "99999999999999999999", "2026-13-45", "2026年11月20日"])
def test_dates_of_any_kind_do_no_harm(written: str) -> None:
    found = moment(written)
    assert (found is not None) == (written == "2026年11月20日")


@pytest.mark.parametrize(
    "body",
    [
        '<rss version="2.0"><channel><item><link>http://x.example/s/1</link></item>'
        "<item><link>http://x.example/s/2</link></item></channel></rss>",
        '<feed xmlns="http://www.w3.org/2005/Atom"><entry><link href="http://x.example/s/1"/></entry>'
        '<entry><link href="http://x.example/s/2"/></entry></feed>',
        '{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "url": "http://x.example/s/1"},'
        ' {"url": "http://x.example/s/2"}]}',
        '{"getalbum_resp": {"article_list": [{"url": "http://x.example/s/1"}, {"url": "http://x.example/s/2"}]}}',
        '<!doctype html><ul><li class="album__list-item" data-link="http://x.example/s/1"></li>'
        '<li data-link="http://x.example/s/2&amp;"></li></ul>'.replace("2&amp;", "2"),
        "标题,网址\n甲,http://x.example/s/1\n乙,http://x.example/s/2\n",
        "\ufeffhttp://x.example/s/1\r\nhttp://x.example/s/2\r\nnot an address\r\n",
    ],
    ids=["rss", "atom", "json-feed", "album-json", "album-page", "csv", "lines"],
)
def test_lists_of_every_kind_name_their_posts(body: str) -> None:
    assert post_urls(body.encode()) == ("http://x.example/s/1", "http://x.example/s/2")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gbk", "utf-16"])
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_a_list_made_by_hand_is_read_as_any_table_is(encoding: str, separator: str) -> None:
    rows = [
        ["推文清单", ""],
        ["标题", "文章链接"],
        ["甲,乙", "http://x.example/s/1"],
        ["丙", "http://x.example/s/2"],
    ]
    text = "".join(separator.join(f'"{cell}"' for cell in row) + "\r\n" for row in rows)
    assert post_urls(text.encode(encoding)) == ("http://x.example/s/1", "http://x.example/s/2")


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[" * 100_000, b"\xff\xfe", b"<", b"<html>", b'"a', b'{"url": 5}']
)
def test_what_is_no_list_names_nothing(body: bytes) -> None:
    assert post_urls(body) == ()


@pytest.mark.crawl
@pytest.mark.databases("sqlite")
def test_a_platform_that_asks_for_verification_is_left_alone(engine: Engine, qingyi) -> None:
    links = "".join(f"<item><link>{{url}}/s/{number}</link></item>" for number in range(12))
    feed = f'<rss version="2.0"><channel>{links}</channel></rss>'
    html = {"Content-Type": "text/html; charset=utf-8"}
    pages = {f"/s/{number}": Answer(notice("环境异常"), headers=html, delay=0.1) for number in range(12)}
    pages["/s/0"] = Answer(ARTICLE, headers=html)
    pages["/feed.xml"] = lambda: Answer(feed.replace("{url}", site.url), headers={"Content-Type": "text/xml"})
    with serving(pages) as site:
        with transaction(engine) as session:
            registered.account(session, f"{site.url}/feed.xml")
        done = qingyi("crawl", "--no-capture")
    assert done.returncode == 0, done.stderr
    assert len([path for path in site.paths() if path.startswith("/s/")]) <= 5
    with reading(engine) as session:
        skipped = session.scalars(
            select(PlannedPage.reason).where(PlannedPage.state == PlannedState.SKIPPED)
        ).all()
        account = session.scalars(select(Source)).one()
        posts = [post for post in session.scalars(select(Snapshot.post)) if post]
    assert set(skipped) == {"平台要求验证，本次不再访问该平台"}
    assert account.interval_factor == 2.0, "it is seen half as often"
    assert posts[0]["account_id"] == "MzA0MDAwMDAwMQ=="
