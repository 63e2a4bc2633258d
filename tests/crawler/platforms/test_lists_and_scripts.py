"""Lists of posts in every form that people and bridges make, and the words that a post keeps in its
scripts."""

import json

import pytest

from crawler.platforms import read_post
from crawler.platforms.feed import post_urls

RELATIVE = (
    "<rss><channel><link>http://x.example/</link><item><link>/s/1</link></item>"
    "<item><link>s/2</link></item></channel></rss>"
)
LIST = r'[{"content_url": "http://x.example/s/1"}, {"content_url": "http:\/\/x.example\/s\/2"}]'
GBK = '<?xml version="1.0" encoding="gb2312"?>' + RELATIVE.replace("<item>", "<title>镕基</title><item>", 1)
LISTS = {
    "relative": RELATIVE.encode(),
    "utf-16": RELATIVE.encode("utf-16"),
    "gbk": GBK.encode("gbk"),
    "in a string": json.dumps({"ret": 0, "list": LIST}).encode(),
    "in strings": json.dumps({"data": json.dumps({"list": LIST})}).encode(),
    "tabs": "标题\t网址\n甲\thttp://x.example/s/1\n乙\thttp://x.example/s/2\n".encode("utf-16"),
    "gbk table": "标题,链接\n皮肤科,http://x.example/s/1\n内科,http://x.example/s/2\n".encode("gbk"),
    "relative json": b'{"items": [{"url": "/s/1"}, {"url": "s/2"}, {"url": "http://x.example/s/2?scene=5#rd"}]}',
    "keys of any name": b'[{"cover_url": "http://x.example/c/1", "articleUrl": "http://x.example/s/1"},'
    b' {"avatar_link": "/c/2", "share_url": "/s/2"}]',
    "a call": b'got({"list": [{"link": "http://x.example/s/1"}, {"link": "http://x.example/s/2"}]});',
    "an object a line": b'{"url": "http://x.example/s/1"}\n{"url": "http://x.example/s/2"}\n',
    "addresses alone": b'["http://x.example/s/1", "http://x.example/s/2"]',
    "numbered lines": "1. http://x.example/s/1\n2、http://x.example/s/2\n".encode(),
    "lines with titles": "门诊安排 http://x.example/s/1\n停诊通知：http://x.example/s/2\n".encode("gbk"),
    "another heading": "题目,原文链接\n甲,http://x.example/s/1\n乙,http://x.example/s/2\n".encode(),
    "no heading": "甲,http://x.example/s/1\n乙,http://x.example/s/2\n".encode(),
    "formulas": '题目,链接\n甲,"=HYPERLINK(""http://x.example/s/1"",""看"")"\n乙,/s/2\n丙,未发\n'.encode(),
    "a base an entry": b'<feed xmlns="http://www.w3.org/2005/Atom"><entry xml:base="http://x.example/s/">'
    b'<link href="1"/></entry><entry xml:base="/s/"><link href="2"/></entry></feed>',
    "escaped twice": b"<rss><channel><item><link>http://x.example/s/1?from=timeline&amp;amp;scene=1</link></item>"
    b"<item><link>http://x.example/s/2</link></item></channel></rss>",
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_read_however_it_is_written(name: str) -> None:
    found = post_urls(LISTS[name], "http://x.example/feed")
    assert found == ("http://x.example/s/1", "http://x.example/s/2")


def test_a_bare_ampersand_in_a_feed_loses_no_parameter() -> None:
    feed = b"<rss><channel><item><link>http://x.example/show.asp?class=3&id=7</link></item></channel></rss>"
    assert post_urls(feed) == ("http://x.example/show.asp?class=3&id=7",)


def test_words_are_no_addresses() -> None:
    assert post_urls("本月没有新文章\n请联系编辑".encode(), "http://x.example/feed") == ()


def test_an_album_may_stand_in_a_script() -> None:
    first = r"http://mp.weixin.qq.com/s?__biz=A\x26amp;mid=1\x26amp;idx=1\x26amp;sn=b\x26amp;scene=2"
    second = r"https:\/\/mp.weixin.qq.com\/s\/xY-1"
    page = f'<!doctype html><script>var list = [{{link: "{first}"}}, {{link: "{second}"}}]</script>'
    assert post_urls(page.encode()) == (
        "https://mp.weixin.qq.com/s?__biz=A&idx=1&mid=1&sn=b",
        "https://mp.weixin.qq.com/s/xY-1",
    )


SCRIPTED = {
    "a picture post": r'window.desc = "三个疗程断根\x0a终身不犯";'
    r"picture_page_info_list=[{cdn_url:'https://mmbiz.example/p/0?wx_fmt=jpeg\x26amp;from=a', width:'1080'*1}]",
    "a text share": r"text_page_info: { content_noencode: JsDecode('\u4e09\u4e2a疗程断根\n终身不犯') }",
    "a repost": r'share_content = "<p>三个疗程断根<\/p><p>终身不犯<\/p>";',
    "data as JSON": r'{"desc": "三个疗程断根\n终身不犯", "cdn_url": "https:\/\/mmbiz.example\/p\/0"}',
    "a template": "desc: `三个疗程断根\n终身不犯`",
    "markup escaped": r"var content_noencode = '三个疗程断根\x3cbr\x3e终身不犯';",
}


@pytest.mark.parametrize("name", SCRIPTED)
def test_words_and_pictures_that_scripts_show_later_are_the_posts(name: str) -> None:
    body = '<div id="js_image_content"></div>'
    html = f"<html><body>{body}<script>var a = 1; {SCRIPTED[name]}</script></body></html>"
    post = read_post(html)
    blocks = [block for block in post.text.blocks if block.origin == "script"]
    assert [post.text.text[block.start : block.end] for block in blocks] == ["三个疗程断根", "终身不犯"]
    assert {block.region for block in blocks} == {"main"}
    assert ("cdn_url" in SCRIPTED[name]) == bool(post.images)
    assert all(image.startswith("https://mmbiz.example/p/0") for image in post.images)
    assert not any("amp;" in image or "\\" in image for image in post.images)
    shown = html.replace(body, '<div id="js_image_content"><p>三个疗程断根</p><p>终身不犯</p></div>')
    assert read_post(shown).text.text.count("断根") == 1, "what stands on the page is not read twice"


@pytest.mark.parametrize(
    "rest", ['"' + "\\" * 50_001, "'" + "a" * 200_000, "`" * 3_001, '"\\ud83d"', '"\\u{110000}"']
)
def test_a_script_may_hold_anything(rest: str) -> None:
    html = f'<div id="js_image_content"></div><script>{"desc=" * 2_000}desc = {rest}</script>'
    post = read_post(html)
    assert post.faults == ()
    assert post.state == "unknown", "nothing of a post is there"
