"""Every kind of hostile page shows unlawful words, and becomes a case for them in bounded time and memory."""

import time

import psutil
import pytest
from sqlalchemy import Engine, select

from crawler.platforms import read_site_page
from records.database import reading, transaction
from records.models import Case, PlannedPage
from tests import commands
from tests.crawler.test_bounds import Watched
from tests.hostile.kinds import KINDS, WORDS, hostile_page
from tests.records import registered
from tests.servers.site import Answer, serving

SMALL, LARGE = 4_000, 3_000_000  # characters
MOST_SECONDS, MOST_MEMORY = 60.0, 1536 << 20


def test_the_words_of_every_kind_are_read_where_it_is_small() -> None:
    unread = [
        name
        for name in KINDS
        if WORDS not in read_site_page(hostile_page(name, SMALL), "http://a.test/").text.text
    ]
    assert unread == []


@pytest.mark.crawl
@pytest.mark.slow
@pytest.mark.soak(only=True)
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("name", KINDS)
def test_every_kind_is_a_case(name: str, engine: Engine, environment, request) -> None:
    page = hostile_page(name, LARGE).encode("utf-8", "surrogatepass")
    with serving({"/": Answer(page)}) as site:
        with transaction(engine) as session:
            registered.site(session, f"{site.url}/")
        began = time.monotonic()
        crawl = commands.start("crawl", "--no-capture", environment=environment)
        watched = Watched(crawl.pid)
        done = crawl.communicate(300)
        took = time.monotonic() - began
        watched.end()
    with reading(engine) as session:
        row = session.scalars(select(PlannedPage).where(PlannedPage.url == f"{site.url}/")).one()
        cases = len(session.scalars(select(Case)).all())
    told = f"{took:.0f} s ({watched.worked:.0f} worked), {watched.most >> 20} MiB, {cases} case, {row.reason}"
    request.node.user_properties.append((name, told))
    assert done.returncode == 0, done.stderr
    assert cases == 1, told
    assert took < MOST_SECONDS, told
    assert watched.most < MOST_MEMORY, told
    assert psutil.wait_procs(watched.seen, timeout=10)[1] == [], "no process is left"
