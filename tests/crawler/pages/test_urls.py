"""One form for one page, and addresses that lead nowhere."""

import gzip

import pytest

from crawler.pages.sitemap import SiteMap, first_maps, read_map
from crawler.pages.urls import canonical, pattern_of


@pytest.mark.parametrize(
    ("url", "plain"),
    [
        ("http://Yunxi.example/a.html#top", "http://yunxi.example/a.html"),
        ("http://x.example/a?b=2&a=1", "http://x.example/a?a=1&b=2"),
        ("http://x.example/a;jsessionid=AB12CD?id=3", "http://x.example/a?id=3"),
        (
            "http://x.example/s?id=3&utm_source=wx&PHPSESSID=1&from=timeline&scene=9",
            "http://x.example/s?id=3",
        ),
        ("http://x.example/中文.html", "http://x.example/%E4%B8%AD%E6%96%87.html"),
    ],
)
def test_one_form_for_one_page(url: str, plain: str) -> None:
    assert canonical(url) == plain
    assert canonical(plain) == plain


@pytest.mark.parametrize(
    "url",
    [
        "javascript:void(0)",
        "ftp://x.example/a",
        "http://x.example/a.pdf",
        "http://x.example/news/a/news/a/news/a/",
        "http://x.example/" + "a/" * 40,
        "http://x.example/?" + "&".join(f"p{number}=1" for number in range(12)),
        "http://x.example/" + "y" * 3000,
        "http://[bad/",
    ],
)
def test_what_is_no_page_is_not_planned(url: str) -> None:
    assert canonical(url) is None


def test_addresses_of_one_kind_have_one_pattern() -> None:
    assert pattern_of("http://x/news/2026/11/3041.html?page=2") == pattern_of(
        "http://x/news/2025/1/7.html?page=9"
    )
    assert pattern_of("http://x/news/1.html") != pattern_of("http://x/doctor/1.html")
    assert pattern_of("http://x/s/Ab3dEf6hIj9kLm2nOp") == "/s/*"


def test_maps_name_pages_and_further_maps() -> None:
    assert first_maps("http://x.example:80/a/b") == (
        "http://x.example:80/robots.txt",
        "http://x.example:80/sitemap.xml",
    )
    robots = b"User-agent: *\nDisallow: /x\nSitemap: /map.xml\nSitemap: http://x.example/two.xml.gz\n"
    assert read_map("http://x.example/robots.txt", robots).maps == (
        "http://x.example/map.xml",
        "http://x.example/two.xml.gz",
    )
    pages = b"""<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
        <url><loc>http://x.example/old</loc><lastmod>2020-01-01</lastmod></url>
        <url><loc>http://x.example/new</loc><lastmod>2026-01-01</lastmod></url></urlset>"""
    assert read_map("http://x.example/map.xml", pages).pages == (
        "http://x.example/new",
        "http://x.example/old",
    )
    assert read_map("http://x.example/map.xml.gz", gzip.compress(pages)).pages
    index = b"<sitemapindex><sitemap><loc>http://x.example/m1.xml</loc></sitemap></sitemapindex>"
    assert read_map("http://x.example/map.xml", index).maps == ("http://x.example/m1.xml",)


@pytest.mark.parametrize(
    "body", [b"", b"<html>404", b"\x1f\x8bbad", b"<", gzip.compress(b"\0" * (40 << 20)), b"\xff" * 99]
)
def test_what_is_no_map_is_an_empty_one(body: bytes) -> None:
    assert read_map("http://x.example/sitemap.xml", body) == SiteMap()
