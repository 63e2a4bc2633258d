"""A page that a browser does not end is given up in its time, whatever its clean-up waits for."""

import asyncio
import time
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from scrapy.http import Response

from crawler.downloading.browser_handler import finished_within


def run(work: Coroutine[Any, Any, Any]) -> Any:
    """Run in a thread of its own: this one has the loop of the tests' browser."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


async def page() -> Response:
    return Response("http://127.0.0.1/")


async def broken() -> Response:
    raise OSError("no browser")


async def hung() -> Response:
    try:
        await asyncio.sleep(60)
    finally:
        await asyncio.sleep(2)  # as a page that is to be closed by a browser that does not answer
    return Response("http://127.0.0.1/")


def test_what_ends_in_time_is_handed_on() -> None:
    async def both() -> None:
        done, failed = await finished_within(5, page()), await finished_within(5, broken())
        assert done.result().url == "http://127.0.0.1/"
        with pytest.raises(OSError, match="no browser"):
            failed.result()

    run(both())


def test_what_hangs_is_given_up_without_its_clean_up() -> None:
    async def given_up() -> tuple[object, float]:
        begun = time.monotonic()
        answer = await finished_within(0.05, hung())
        return answer, time.monotonic() - begun

    answer, took = run(given_up())
    assert answer is None
    assert took < 1
