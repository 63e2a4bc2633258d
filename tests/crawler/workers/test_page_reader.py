"""A page that holds or breaks its reader is given up in time, and its words are read."""

import asyncio
import os
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from crawler.page_clock import PageClock
from crawler.pages.links import links_alone, page_links
from crawler.pages.post import Post
from crawler.platforms import read_site_page
from crawler.workers.page_reader import CrawlReader, PageGivenUp, PageReader

URL = "http://a.test/"
WORDS = "我院治愈率98%，永不复发。"
LARGE = f"<p>{WORDS}</p><a href='/next'>下一页</a>" + "<!-- -->" * 3_000


def never_ends(html: str, url: str) -> Post:
    while True:
        time.sleep(1)


def takes_all_memory(html: str, url: str) -> Post:
    return Post(bytearray(8 << 30))  # type: ignore[arg-type]


def which_process(html: str, url: str) -> int:
    return os.getpid()


@pytest.fixture
def reader():
    made = PageReader(seconds=2.0)
    yield made
    made.close()


def test_an_ordinary_page_is_read_here_and_a_large_one_apart(reader: PageReader) -> None:
    assert reader.do(URL, "<p>", which_process, "<p>", URL) == os.getpid()
    assert reader.do(URL, LARGE, which_process, LARGE, URL) != os.getpid()
    assert reader.read(read_site_page, LARGE, URL) == read_site_page(LARGE, URL)


@pytest.mark.parametrize("how", [never_ends, takes_all_memory])
def test_a_page_that_takes_too_much_is_given_up_and_its_words_are_kept(reader: PageReader, how) -> None:
    post = reader.read(how, LARGE, URL)
    assert WORDS in post.text.text
    assert post.faults == ("页面结构未能读取（超过 2 秒或内存上限），只读了文字",)
    begun = time.monotonic()
    with pytest.raises(PageGivenUp):  # no further part of it is tried
        reader.do(URL, LARGE, page_links, LARGE, URL, b"")
    assert time.monotonic() - begun < 1
    other = f"{URL}other"
    assert reader.do(other, LARGE, page_links, LARGE, other, b"") == [f"{URL}next"]


def test_the_reading_of_a_large_page_is_on_its_clock() -> None:
    async def read() -> PageClock:
        clock, reader = PageClock(30), CrawlReader()
        assert WORDS in (await reader.read(read_site_page, LARGE, URL, clock)).text.text
        reader.close()
        return clock

    with ThreadPoolExecutor(1) as thread:  # another test's browser may have a loop running in this one
        assert thread.submit(asyncio.run, read()).result().used > 0


def test_links_are_found_without_a_tree() -> None:
    html = '<b><a HREF = "/a?x=1&amp;y=2">一<area href=b.html><a href="javascript:x()"><a href=\'http://[\'>'
    assert links_alone(html, URL) == [f"{URL}a?x=1&y=2", f"{URL}b.html"]
