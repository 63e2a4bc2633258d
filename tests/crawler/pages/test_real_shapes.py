"""Pages in the shapes that hospitals' systems make, in the encodings they are served in, and posts in every state.

`tests/pages/templates` holds the markup of sixteen systems; each is served in seven ways of (not) saying its encoding.
`tests/pages/posts` holds whole posts.
"""

from pathlib import Path

import pytest

from classifiers.values import PageText
from crawler.pages.extract import extract
from crawler.pages.links import page_links
from crawler.platforms import read_post
from crawler.spiders.site import SiteSpider
from records.models import VisitKind
from records.snapshots.encoding import decode_html
from records.visits.targets import Target

PAGES = Path(__file__).parents[2] / "pages"
TEMPLATES = sorted((PAGES / "templates").glob("*.html"))
SIMPLIFIED = (
    "膝关节置换术后的康复",
    "术后第一周以床上活动为主，家属协助下床。",
    "复诊请携带出院小结和影像资料。",
)
TRADITIONAL = (
    "膝關節置換術後的復健",
    "術後第一週以床上活動為主，家屬協助下床。",
    "複診請攜帶出院小結和影像資料。",
)
# Codec of the bytes, the page's own declaration ("" none), the server's, the words.
WAYS = {
    "utf-8 said": ("utf-8", "utf-8", "text/html; charset=utf-8", SIMPLIFIED),
    "utf-8 unsaid": ("utf-8", "", "text/html", SIMPLIFIED),
    "utf-8 said to be gb2312": ("utf-8", "gb2312", "text/html", SIMPLIFIED),
    "gbk said to be gb2312": ("gbk", "gb2312", "text/html", SIMPLIFIED),
    "gbk said to be utf-8 by the server": ("gbk", "", "text/html; charset=utf-8", SIMPLIFIED),
    "gb18030 said to be latin": ("gb18030", "", "text/html; charset=iso-8859-1", SIMPLIFIED),
    "big5 said": ("big5hkscs", "big5", "text/html", TRADITIONAL),
}
# Text in the source of some template that no reader sees.
UNSEEN = (
    "弹窗里的话不给人看",
    "脚本里的话",
    "本站需要脚本才能使用",
    "请打开脚本功能后再看",
    "MsoNormal",
    "__VIEWSTATE",
)
# Links that a visit follows from each template, by path.
LINKS = {
    "dedecms-article": {"/ks/", "/contact.html", "/news/", "/news/30.html"},
    "phpcms-list": {"/index.php?a=lists&c=index&catid=9&m=content&page=2"},
    "empirecms-tables": {"/ks/gk.htm", "/ks/fk.htm"},
    "frontpage-2003": {"/news/mz.htm", "/news/jb.htm", "/news/zj.htm"},
    "aspnet-webforms": {"/news/NewsView.aspx?id=32"},
    "frame-content": {"/inner/news.html"},
    "html5-unclosed": {"/zj/1", "/zj/2"},
    "mobile-jquery": {"/wap/31"},
    "gov-notice": {"/news/index_1.html"},
    "single-page-with-noscript": {"/m/31.html"},
    "wap-xhtml": {"/wap/index.php"},
}
STATES = {
    "mp-deleted": "deleted_by_author",
    "mp-violation": "removed_for_violation",
    "mp-complaint": "removed_for_violation",
    "mp-blocked-account": "removed_for_violation",
    "mp-migrated": "account_migrated",
    "mp-verify": "needs_verification",
    "mp-bad-link": "bad_link",
}


def served(template: Path, way: str) -> tuple[bytes, str, tuple[str, str, str]]:
    """The bytes of a template in one of the ways, the server's Content-Type, and the words that are on it."""
    codec, said, content_type, words = WAYS[way]
    meta = f'<meta http-equiv="Content-Type" content="text/html; charset={said}" />' if said else ""
    title, one, two = words
    html = template.read_text("utf-8").format(meta=meta, title=title, one=one, two=two)
    return html.encode(codec, "xmlcharrefreplace"), content_type, words


def seen(page: PageText) -> str:
    return "\n".join(page.text[block.start : block.end] for block in page.blocks if block.region == "main")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.stem)
def test_what_a_reader_sees_is_read_whatever_the_system_and_the_encoding(template: Path, way: str) -> None:
    body, content_type, (title, one, two) = served(template, way)
    page = extract(decode_html(body, content_type))
    text = seen(page)
    assert title in page.title
    assert one in text
    assert two in text
    assert "\ufffd" not in page.text
    for words in UNSEEN:
        assert words not in text


@pytest.mark.parametrize("name", LINKS)
def test_the_links_of_every_system_are_followed(name: str) -> None:
    body, content_type, _ = served(PAGES / "templates" / f"{name}.html", "utf-8 said")
    url = "http://yunxi.example/news/31.html"
    target = Target(1, VisitKind.SITE, 1, url, frozenset(), 4, 100, 60.0, 0.0, True, False)
    found = SiteSpider.own(
        SiteSpider.__new__(SiteSpider), target, page_links(decode_html(body, content_type), url, body)
    )
    assert {address.removeprefix("http://yunxi.example") for address in found} >= LINKS[name]


@pytest.mark.parametrize("path", sorted((PAGES / "posts").glob("*.html")), ids=lambda path: path.stem)
def test_posts_are_read_and_their_states_told_apart(path: Path) -> None:
    post = read_post(path.read_text("utf-8"))
    assert post.state == STATES.get(path.stem, "normal")
    if path.stem.startswith("mp-") and path.stem not in STATES:
        assert (post.account, post.account_id) == ("云溪中医馆", "MzA4NjQyMDAwMA==")
        assert post.text.title in {"春季养肝三件事", "他治好了我的痛风"}
