"""Reads pages without being held or broken by them.

An ordinary page is read here. A larger one could take a parser minutes, or all memory, by shapes that nobody can list: it is
read in a process of its own, with bounds on both, and as plain words where they are reached.
"""

import asyncio
import resource
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from functools import cache
from typing import TypeVar

from classifiers.values import PageText
from crawler.page_clock import PageClock
from crawler.pages.bounded import bounded, is_ordinary
from crawler.pages.guarded import words_only
from crawler.pages.post import Post
from crawler.pages.tree import parsed
from crawler.workers.process import TaskTimedOut, WorkerProcess

SECONDS = 15.0  # for one task; the largest honest pages take two
_MEMORY = 1_200 << 20  # bytes of addresses; the largest honest pages take a quarter
_REMEMBERED = 100
_ENDED = (BrokenProcessPool, TaskTimedOut, MemoryError)

Read = Callable[[str, str], Post]
Result = TypeVar("Result")


class PageGivenUp(Exception):
    """Reading a page took too long or too much memory; the message says so in Chinese."""


class PageReader:
    """Reads pages, one at a time where they are not ordinary. Its process begins with the first of these."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._process = WorkerProcess(_limit_memory, seconds)
        self._reason = f"超过 {seconds:.0f} 秒或内存上限"
        self._turn = threading.Lock()
        self._given_up: deque[str] = deque(maxlen=_REMEMBERED)  # addresses: their other parts are not tried

    def read(self, how: Read, html: str, url: str) -> Post:
        """The page at `url` as `how` reads it; its words alone where that has to be given up, with the fault. Total."""
        try:
            post = self.do(url, html, how, html, url)
        except PageGivenUp as error:
            fault = f"页面结构未能读取（{error}），只读了文字"
            return replace(words := self._words(html), faults=(fault, *words.faults))
        if post.faults and not is_ordinary(html):
            with self._turn:  # its memory may be used up
                self._process.close()
        return post

    def _words(self, html: str) -> Post:
        try:
            with self._turn:
                return self._process.run(words_only, html)
        except _ENDED:
            return Post(PageText(""), faults=("文字也未能读取",))

    def do(self, url: str, page: str | bytes, task: Callable[..., Result], *given: object) -> Result:
        """The result of a task about the page at `url`, or what it raises. Raises PageGivenUp."""
        if is_ordinary(page):
            return task(*given)
        with self._turn:
            if url in self._given_up:
                raise PageGivenUp(self._reason)
            try:
                return self._process.run(_alone, url, task, *given)
            except _ENDED as error:
                self._process.close()
                if url:
                    self._given_up.append(url)
                raise PageGivenUp(self._reason) from error

    def close(self) -> None:
        """End the process."""
        self._process.close()


class CrawlReader:
    """A PageReader for an event loop, which goes on meanwhile. The time for a page counts on its clock."""

    def __init__(self) -> None:
        self._reader, self._turn = PageReader(), asyncio.Lock()

    async def read(self, how: Read, html: str, url: str, clock: PageClock) -> Post:
        """As PageReader's."""
        if is_ordinary(html):
            return how(html, url)
        async with self._turn:
            with clock.counted():
                return await asyncio.to_thread(self._reader.read, how, html, url)

    async def do(self, url: str, page: str | bytes, task: Callable[..., Result], *given: object) -> Result:
        """As PageReader's."""
        if is_ordinary(page):
            return task(*given)
        async with self._turn:
            return await asyncio.to_thread(self._reader.do, url, page, task, *given)

    def close(self) -> None:
        """End the process."""
        self._reader.close()


@cache
def shared_reader() -> PageReader:
    """The reader of this process, for callers that read a page now and then."""
    return PageReader()


# The rest runs in the reading process.
def _limit_memory() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))


_read_last = [""]


def _alone(url: str, task: Callable[..., Result], *given: object) -> Result:
    """Do a task, with no tree of another page in memory."""
    if url != _read_last[0]:
        parsed.cache_clear()
        bounded.cache_clear()
        _read_last[0] = url
    return task(*given)
