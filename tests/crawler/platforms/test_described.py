"""Platforms that are rows: a post is read as a visitor without an account sees it, a notice is recognised by
its words."""

from pathlib import Path
from urllib.parse import quote

import pytest
from web_poet import HttpResponse

from crawler.errors import PlatformsRefused
from crawler.pages.post import GONE_STATES
from crawler.platforms import SOURCES, read_post
from crawler.platforms.described import DescribedPage, Platform, described_pages
from crawler.platforms.rows import read_rows

WORDS = "本科用三伏贴调理脾胃，一个疗程见效。"
SOHU = f"""<div class="text-title"><h1>脾胃调理</h1></div><div id="user-info"><h4><a>云溪中医</a></h4></div>
<span id="news-time">2026-11-20 08:30</span>
<article class="article" id="mp-editor"><p>{WORDS}</p><img src="/a.jpg"></article>"""
BAIJIAHAO = f"""<h1>脾胃调理</h1><span data-testid="author-name">云溪中医</span>
<span data-testid="updatetime">2026-11-20 08:30</span><div data-testid="article"><p>{WORDS}</p><img src="/a.jpg"></div>"""
NETEASE = f"""<h1 class="post_title">脾胃调理</h1><div class="post_info">2026-11-20 08:30:00　来源: <a>云溪中医</a></div>
<div class="post_body"><p>{WORDS}</p><p><img data-src="/a.jpg"></p></div>"""
WEIBO = f"""<div id="app"></div><script>var $render_data = [{{"status": {{"text": "{WORDS}<br />全文",
"user": {{"screen_name": "云溪中医"}}, "original_pic": "https://wx1.example/large/a.jpg"}}}}][0] || {{}};</script>"""
ZHIHU = f"""<h1 class="Post-Title">脾胃调理</h1><div class="AuthorInfo-name"><a class="UserLink-link">云溪中医</a></div>
<div class="ContentItem-time">发布于 2026-11-20 08:30</div><div class="Post-RichTextContainer"><p>{WORDS}</p>
<img data-original="/a.jpg"></div>"""
XIAOHONGSHU = f"""<div id="app"></div><script>window.__INITIAL_STATE__={{"note":{{"noteDetailMap":{{"1":{{"note":{{
"desc":"{WORDS}\\n#养生#","user":{{"nickname":"云溪中医"}},"imageList":[{{"urlDefault":"http://p.example/a.jpg"}}]}}}}}}}}}}</script>"""
_DOUYIN = f'{{"app":{{"videoDetail":{{"desc":"{WORDS}","authorInfo":{{"nickname":"云溪中医"}}}}}}}}'
DOUYIN = f'<div id="root"></div><script id="RENDER_DATA" type="application/json">{quote(_DOUYIN)}</script>'
DOUYIN_SHARE = f"<div></div><script>window._ROUTER_DATA = {_DOUYIN}</script>"
CHANNELS = f'<div class="finder-nickname">云溪中医</div><div class="feed-desc">{WORDS}</div>'
POSTS = {
    "https://www.sohu.com/a/700000001_120001": SOHU,
    "https://baijiahao.baidu.com/s?id=1700000000000000001": BAIJIAHAO,
    "https://www.163.com/dy/article/ABCDEFGH0001.html": NETEASE,
    "https://m.weibo.cn/status/5000000000000001": WEIBO,
    "https://zhuanlan.zhihu.com/p/600000001": ZHIHU,
    "https://www.xiaohongshu.com/explore/650000000000000000000001": XIAOHONGSHU,
    "https://www.douyin.com/video/7300000000000000001": DOUYIN,
    "https://www.iesdouyin.com/share/video/7300000000000000001/": DOUYIN_SHARE,
    "https://channels.weixin.qq.com/web/pages/feed?eid=1": CHANNELS,
}
WITHOUT_PICTURES = {DOUYIN, DOUYIN_SHARE, CHANNELS}


@pytest.mark.parametrize(("url", "html"), POSTS.items(), ids=POSTS)
def test_the_words_of_a_post_are_read_with_who_published_it_and_its_pictures(url: str, html: str) -> None:
    post = read_post(f"<html><body>{html}</body></html>", url)
    assert (post.state, post.is_post, post.account) == ("normal", True, "云溪中医")
    assert WORDS in post.text.text
    assert len(post.images) == (0 if html in WITHOUT_PICTURES else 1)


NOTICES = [
    ("抱歉，此微博已被作者删除。查看帮助", "deleted_by_author"),
    ("该回答已被删除", "deleted_by_author"),
    ("这篇文章已被发布者撤回", "deleted_by_author"),
    ("作品已删除", "deleted_by_author"),
    ("笔记已被作者主动删除", "deleted_by_author"),
    ("该内容因违规已被平台下架", "removed_for_violation"),
    ("因涉嫌违反相关法律法规，该微博已被屏蔽", "removed_for_violation"),
    ("视频已被平台移除", "removed_for_violation"),
    ("此微博因被多人投诉，根据公约不予展示", "removed_for_violation"),
    ("文章因违反平台规范，无法查看", "removed_for_violation"),
    ("该用户已注销账号", "account_closed"),
    ("该账号因多次违规已被永久封禁", "account_closed"),
    ("账号已停用", "account_closed"),
    ("作者已设置仅展示半年内微博，此微博已不可见", "not_public"),
    ("由于博主设置，目前内容暂不可见", "not_public"),
    ("作品已设置为私密", "not_public"),
    ("仅粉丝可见", "not_public"),
    ("根据作者隐私设置，你无法查看此内容", "not_public"),
    ("Sina Visitor System", "needs_verification"),
    ("百度安全验证", "needs_verification"),
    ("验证码中间页", "needs_verification"),
    ("系统监测到您的网络环境存在异常，请点击下方验证按钮进行验证", "needs_verification"),
    ("登录后查看更多精彩内容", "needs_verification"),
    ("请在微信客户端打开", "needs_verification"),
    ("当前笔记暂时无法浏览", "suspended"),
    ("内容正在审核中", "suspended"),
    ("该账号已被暂停使用", "suspended"),
    ("抱歉，你访问的页面不见了", "bad_link"),
    ("你似乎来到了没有知识存在的荒原", "bad_link"),
    ("视频去火星了", "bad_link"),
    ("内容不存在或已经离开", "bad_link"),
    ("服务器开小差了，请稍后再试", "failed"),
    ("网络不给力", "failed"),
]


@pytest.mark.parametrize(("words", "state"), NOTICES)
def test_a_notice_is_told_by_its_words(words: str, state: str) -> None:
    for url in ("https://m.weibo.cn/status/1", "https://www.xiaohongshu.com/explore/1"):
        post = read_post(f"<html><body><div class=notice>{words}</div></body></html>", url)
        assert (post.state, post.is_post) == (state, False)


@pytest.mark.parametrize("url", POSTS)
@pytest.mark.parametrize(
    "words", ["", "正在打开", "发现更大的世界", "热门推荐 关注 更多", "怎样删除自己的评论？看帮助"]
)
def test_a_shell_or_an_unknown_notice_is_unknown_and_never_gone(url: str, words: str) -> None:
    state = read_post(f"<html><body><div id=app>{words}</div></body></html>", url).state
    assert state == "unknown"
    assert state not in GONE_STATES


@pytest.mark.parametrize("page", described_pages(), ids=lambda page: page.platform.name)
def test_each_row_says_what_can_be_looked_for(page: type[DescribedPage]) -> None:
    """An invalid selector raises here, not on a real page."""
    own = page(response=HttpResponse("https://a.example/", body=b"<html><body><p>a</p></body></html>"))
    assert own.to_post().state == "unknown"
    assert (own.title(), own.account(), own.published(), list(own.images())) == ("", "", "", [])
    assert page.hosts in [source.hosts for source in SOURCES]


def test_a_public_account_is_no_channel_of_the_same_company() -> None:
    assert read_post('<div id="js_content">一句话</div>', "https://mp.weixin.qq.com/s/1").state == "normal"


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("{name: 某号, hosts: [], bodies: p}", "described.yaml: 第 1 项（某号） hosts: 至少要有 1 项"),
        ("{name: 某号, hosts: [a.example]}", "described.yaml: 第 1 项（某号） bodies: 不能为空"),
        (
            "{name: 某号, hosts: [a.example], bodies: p, author: b}",
            "described.yaml: 第 1 项（某号） author: 没有这一项",
        ),
        (
            "{name: 某号, hosts: [a.example], bodies: p, account_in_script: '('}",
            "described.yaml: 第 1 项（某号） account_in_script: “(”不是正则表达式",
        ),
        (
            "{name: 某号, hosts: [a.example], bodies: 'p[role=main'}",
            "described.yaml: 第 1 项（某号） bodies: “p[role=main”不是 CSS 选择器",
        ),
        ("某号", "described.yaml: 第 1 项: 应为对象"),
    ],
)
def test_a_row_that_is_none_is_refused_by_file_row_and_field(tmp_path: Path, row: str, told: str) -> None:
    file = tmp_path / "described.yaml"
    file.write_text(f"- {row}\n", "utf-8")
    with pytest.raises(PlatformsRefused) as refused:
        read_rows(file, Platform)
    assert str(refused.value).startswith(told)


def test_a_file_that_is_no_yaml_or_no_list_is_refused(tmp_path: Path) -> None:
    for written in ("- {name: 某号", "name: 某号"):
        file = tmp_path / "described.yaml"
        file.write_text(written, "utf-8")
        with pytest.raises(PlatformsRefused, match=r"^described\.yaml: "):
            read_rows(file, Platform)
