"""The links of a page as a browser resolves them, from any element or handler."""

import pytest

from crawler.pages.links import links_of
from crawler.pages.sitemap import SiteMap, read_map
from crawler.pages.urls import canonical, pattern_of, resolved

URL = "http://yunxi.example/news/31.html"


def of(html: str, encoding: str = "utf-8") -> list[str]:
    return [address.removeprefix("http://yunxi.example") for address in links_of(html, URL, encoding)]


def test_frames_without_end_are_not_all_pages() -> None:
    frames = "".join(f'<iframe src="/f/{number}"></iframe>' for number in range(900))
    found = of(f'{frames}<a href="/a.html">文</a>')
    assert (len(found), found[0], found[-1]) == (21, "/f/0", "/a.html")


@pytest.mark.parametrize(
    ("base", "link", "found"),
    [
        ("/cms/", "a.html", "/cms/a.html"),
        ("http://yunxi.example/x/y.html", "../a.html", "/a.html"),
        ("sub/", "a.html", "/news/sub/a.html"),
        ("/cms/", "/a.html", "/a.html"),
        ("/cms/", "?id=2", "/cms/?id=2"),
        ("", "a.html", "/news/a.html"),
        ("javascript:void(0)", "a.html", "/news/a.html"),
    ],
)
def test_a_base_is_what_links_are_resolved_against(base: str, link: str, found: str) -> None:
    assert of(f'<base href="{base}"><a href="{link}">文</a>') == [found]
    assert of(f'<base target="_blank"><base href="{base}"><a href="{link}">文</a>') == [found]


@pytest.mark.parametrize(
    ("link", "found"),
    [
        (r"\ks\nk.html", "http://yunxi.example/ks/nk.html"),
        (r"..\zj\1.html", "http://yunxi.example/zj/1.html"),
        (r"\\m.yunxi.example\a", "http://m.yunxi.example/a"),
        ("http:///yunxi.example/a", "http://yunxi.example/a"),
        ("HTTP://Yunxi.example/a", "http://Yunxi.example/a"),
        (" /a\n.html\t", "http://yunxi.example/a.html"),
        ("/科室/内科.html", "http://yunxi.example/%E7%A7%91%E5%AE%A4/%E5%86%85%E7%A7%91.html"),
        ("/a b.html", "http://yunxi.example/a%20b.html"),
        ("/a%20b.html", "http://yunxi.example/a%20b.html"),
        ("/s?w=a%5Cb", "http://yunxi.example/s?w=a%5Cb"),
        ("//云溪.example/a", "http://xn--9kq759e.example/a"),
        ("#/zj/1", "http://yunxi.example/news/31.html#/zj/1"),
    ],
)
def test_addresses_are_resolved_as_browsers_do(link: str, found: str) -> None:
    assert resolved(URL, link) == found


@pytest.mark.parametrize(
    "link", ["javascript:go(1)", "mailto:a@b.example", "tel:0001", "data:,x", "http://[bad/", "ftp://x/"]
)
def test_what_is_no_page_is_not_resolved(link: str) -> None:
    assert resolved(URL, link) is None


@pytest.mark.parametrize(
    ("encoding", "query"),
    [
        ("gb18030", "%C4%DA%BF%C6"),
        ("utf-8", "%E5%86%85%E7%A7%91"),
        ("big5hkscs", "%A4%BA%AC%EC"),
        ("gb2312", "%C4%DA%BF%C6"),
        ("no-such-codec", None),
    ],
)
def test_queries_are_written_in_the_encoding_of_the_page(encoding: str, query: str | None) -> None:
    words = "內科" if encoding == "big5hkscs" else "内科"
    found = resolved(URL, f"/list.asp?class={words}", encoding)
    assert found == (None if query is None else f"http://yunxi.example/list.asp?class={query}")
    if found:
        assert canonical(found) == found, "its bytes stay as they are"


@pytest.mark.parametrize(
    "html",
    [
        """<div onclick="location.href='/a.html'">文</div>""",
        """<li onclick="window.open('/a.html','_blank')">文</li>""",
        """<a href="javascript:window.location='/a.html'">文</a>""",
        """<a href="javascript:;" onclick="goto('/a.html')">文</a>""",
        '<div data-href="/a.html">文</div>',
        "<select><option value='/a.html'>内科</option></select>",
        "<map><area href=/a.html></map>",
        "<iframe src=/a.html></iframe>",
        "<frameset><frame src=/a.html></frameset>",
        '<meta http-equiv="refresh" content="0; URL=/a.html">',
        "<script>window.location.replace('/a.html')</script>",
        '<link rel="canonical" href="/a.html">',
    ],
)
def test_whatever_leads_somewhere_is_followed(html: str) -> None:
    assert of(html) == ["/a.html"]


@pytest.mark.parametrize(
    "html",
    [
        "<div onclick=\"show('tab1')\">文</div>",
        "<div onclick=\"setTab('con',2)\">文</div>",
        "<option value='3'>三</option>",
        "<div data-url='3'></div>",
        "<link rel=stylesheet href=/a.css>",
    ],
)
def test_what_leads_nowhere_is_not(html: str) -> None:
    assert of(html) == []


@pytest.mark.parametrize(
    ("url", "plain"),
    [
        ("http://x.example/#/news/1", "http://x.example/#/news/1"),
        ("http://x.example/index.html#!/news/1", "http://x.example/index.html#!/news/1"),
        ("http://x.example/#top", "http://x.example/"),
        ("http://x.example/#/", "http://x.example/"),
        ("http://x.example/a#/专家/1", "http://x.example/a#/%E4%B8%93%E5%AE%B6/1"),
    ],
)
def test_the_routes_of_a_script_built_site_are_pages(url: str, plain: str) -> None:
    assert canonical(url) == plain
    assert canonical(plain) == plain
    assert (
        pattern_of("http://x.example/#/news/1")
        == pattern_of("http://x.example/#/news/2")
        != pattern_of("http://x.example/")
    )


@pytest.mark.parametrize(
    "url",
    [
        "http://mp.weixin.qq.com/s?__biz=Mz1&mid=7&idx=1&sn=ab&chksm=9&scene=27#wechat_redirect",
        "https://mp.weixin.qq.com/s?__biz=Mz1&mid=7&idx=1&sn=ab#rd",
        "https://mp.weixin.qq.com/s?sn=ab&idx=1&mid=7&__biz=Mz1&sessionid=1&clicktime=2&enterid=3",
        "https://mp.weixin.qq.com/s?__biz=Mz1&mid=7&idx=1&sn=ab&ascene=7&devicetype=x&version=1&lang=zh_CN&nettype=WIFI",
        "http://mp.weixin.qq.com/s?__biz=Mz1&mid=7&idx=1&sn=ab&key=k&uin=u&pass_ticket=t&poc_token=p",
    ],
)
def test_a_post_has_one_address_whoever_passed_it_on(url: str) -> None:
    assert canonical(url) == "https://mp.weixin.qq.com/s?__biz=Mz1&idx=1&mid=7&sn=ab"


@pytest.mark.parametrize(
    "body",
    [
        b"http://x.example/n/1.html\nhttp://x.example/n/2.html\n",
        b"\xef\xbb\xbfhttp://x.example/n/1.html\r\nhttp://x.example/n/2.html",
        "http://x.example/n/1.html\nhttp://x.example/n/2.html\n".encode("utf-16"),
        b"\n\n  http://x.example/n/1.html  \n\nhttp://x.example/n/2.html\nhttp://x.example/n/1.html\n",
        b"# map\nhttp://x.example/n/1.html\nhttp://x.example/n/2.html\n",
    ],
)
def test_a_map_may_be_a_text_of_addresses(body: bytes) -> None:
    pages = ("http://x.example/n/1.html", "http://x.example/n/2.html")
    assert read_map("http://x.example/sitemap.txt", body) == SiteMap(pages=pages)


@pytest.mark.parametrize(
    "body",
    [
        "# 网站地图\n/n/1.html\n/n/2.html\n".encode("gbk"),
        b"/n/1.html,2026-11-02\r\n/n/2.html,2026-11-03\r\n",
        b"/n/1.html\t0.8\n\n/n/2.html\t0.5\n",
    ],
)
def test_a_map_of_text_may_name_paths_and_days(body: bytes) -> None:
    assert read_map("http://x.example/map.txt", body) == SiteMap(pages=("/n/1.html", "/n/2.html"))


@pytest.mark.parametrize(
    "line",
    [
        "Sitemap: http://x.example/m.txt",
        "\ufeffSITEMAP:/m.txt",
        "User-agent: *\r\nDisallow: /a\r\n  Sitemap : /m.txt  # 地图",
        "Sitemap：http://x.example/m.txt",
        "Sitemap: http://[bad\nSitemap: m.txt",
    ],
)
def test_robots_txt_names_maps_as_people_write_it(line: str) -> None:
    assert read_map("http://x.example/robots.txt", line.encode()).maps == ("http://x.example/m.txt",)


def test_a_text_that_mentions_an_address_is_no_map() -> None:
    assert read_map("http://x.example/a.txt", "请访问\n首页\nhttp://x.example/\n谢谢\n".encode()) == SiteMap()
