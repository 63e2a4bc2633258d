"""Runs a crawl: which visits are due, one Scrapy process over all of them."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from typing import Any

from scrapy.crawler import AsyncCrawlerProcess
from sqlalchemy import Engine

from crawler.pages.sitemap import first_maps
from crawler.pages.urls import slot_of
from crawler.settings import scrapy_settings
from crawler.spiders.turns import Feed, Turns, politeness
from crawler.spiders.visit import VisitSpider
from crawler.workers.garbage_collection import tune_gc
from crawler.workers.page_writer import PageWriter
from crawler.workers.picture_reader import ImageReading
from records.database import transaction
from records.models import PlannedState, Source, SourceKind, VisitKind
from records.storage_faults import StorageFailed
from records.store.content_store import EvidenceStore
from records.visits.frontier import count_planned
from records.visits.targets import Target, find_source, list_due_sources, open_visits

# Where each kind's spider lives; only those are imported that have a visit.
_SPIDERS = {
    VisitKind.SITE: "site:SiteSpider",
    VisitKind.ACCOUNT: "account:AccountSpider",
    VisitKind.RECHECK: "recheck:RecheckSpider",
    VisitKind.TIP: "recheck:RecheckSpider",
}


@dataclass(frozen=True)
class CrawlResult:
    """Pages by outcome, over the visits of one crawl; `taken` are the visits that another process took
    meanwhile, because this one was silent for too long."""

    visits: int
    fetched: int
    failed: int
    skipped: int
    waiting: int
    taken: int = 0


def due_targets(engine: Engine, now: datetime) -> list[Target]:
    """Visits of all sources that are due."""
    with transaction(engine) as session:
        sources = list_due_sources(session, now)
    return open_visits(engine, sources, now, maps_of)


def named_targets(engine: Engine, urls: Sequence[str], now: datetime) -> list[Target]:
    """Visits of the sources with these addresses; raises KeyError for an unknown one."""
    with transaction(engine) as session:
        sources = []
        for url in dict.fromkeys(urls):
            source = find_source(session, url)
            if source is None:
                raise KeyError(url)
            sources.append(source)
    return open_visits(engine, sources, now, maps_of)


def maps_of(source: Source) -> tuple[str, ...]:
    """The addresses at which a site's maps may lie, where its visit begins; an account has none."""
    return first_maps(source.address) if source.kind is SourceKind.SITE else ()


def crawl(
    engine: Engine,
    store: EvidenceStore,
    targets: Sequence[Target],
    progress: Callable[[int], None] = lambda _: None,
    image_progress: Callable[[int], None] = lambda _: None,
    whole: Callable[[int], None] = lambda _: None,
) -> CrawlResult:
    """Work through `targets` until all are done, and the pictures of their pages are read; `progress` is
    called with the number of pages newly done, `image_progress` with the number of pictures newly read after
    the pages, `whole` with the id of each snapshot that has no pictures to read.

    Runs a reactor: once a process. Raises BrowserMissing, and StorageFailed where nothing can be stored any
    more.
    """
    kinds = {kind: Turns([target for target in targets if target.kind is kind]) for kind in _SPIDERS}
    taken: set[int] = set()
    with _fetching(engine, store, _slots(targets), progress, whole, taken) as (process, shared):
        writer = shared["writer"]
        for kind in {target.kind for target in targets}:
            process.crawl(_spider(_SPIDERS[kind]), turns=kinds[kind], **shared)
        images = ImageReading(engine, store)
        images.start()
        tune_gc()
        process.start()
    images.finish(image_progress)
    if faults := [*writer.faults, *images.faults]:
        raise StorageFailed(f"{faults[0]}。尚未保存的页面没有丢失：排除后再次运行即从断点继续")
    return _result(engine, targets, len(taken))


def crawl_fed(
    engine: Engine,
    store: EvidenceStore,
    feeds: Mapping[VisitKind, Feed],
    beside: Callable[[Callable[[], str | None]], Coroutine[None, None, None]],
) -> None:
    """Make the visits that the coroutine `beside` brings to the feeds, one spider a kind, until it ends.
    `beside` is given a function that says, in Chinese, why this process cannot go on: another one has taken
    its visits, or nothing can be stored.

    Runs a reactor: once a process. Raises BrowserMissing.
    """
    taken: set[int] = set()
    with _fetching(engine, store, {}, lambda _: None, lambda _: None, taken) as (process, shared):
        for kind, feed in feeds.items():
            process.crawl(_spider(_SPIDERS[kind]), turns=feed, **shared)
        images, faults = ImageReading(engine, store), shared["writer"].faults
        images.start()
        tune_gc()

        def fault() -> str | None:
            if taken:
                return f"本进程停顿太久，{len(taken)} 个巡查已由另一个进程接手，本进程到此为止"
            return next(iter([*faults, *images.faults]), None)

        async def feeding() -> None:
            try:
                await beside(fault)
            finally:
                for feed in feeds.values():
                    feed.close()

        from twisted.internet import reactor  # noqa: PLC0415 - there since the process was made

        begun: list[asyncio.Task[None]] = []
        reactor.callWhenRunning(lambda: begun.append(asyncio.ensure_future(feeding())))
        process.start(install_signal_handlers=False)
    images.finish(lambda _: None)


@contextmanager
def _fetching(
    engine: Engine,
    store: EvidenceStore,
    slots: Mapping[str, Mapping[str, float]],
    progress: Callable[[int], None],
    whole: Callable[[int], None],
    taken: set[int],
) -> Iterator[tuple[AsyncCrawlerProcess, dict[str, Any]]]:
    """Scrapy with a writing process, and the arguments that the spiders share."""
    process = AsyncCrawlerProcess({**scrapy_settings(), "DOWNLOAD_SLOTS": slots})
    writer = PageWriter(engine, store)
    shared = {"engine": engine, "store": store, "writer": writer, "page_done": progress, "whole": whole}
    try:
        yield process, {**shared, "taken": taken}
    finally:
        writer.close()


def _spider(where: str) -> type[VisitSpider]:
    module, name = where.split(":")
    found: type[VisitSpider] = getattr(import_module(f"crawler.spiders.{module}"), name)
    return found


def _slots(targets: Sequence[Target]) -> dict[str, dict[str, float]]:
    """Politeness by host: seconds between two requests, and how many at once."""
    return {slot_of(target.start_url): politeness(target) for target in targets}


def _result(engine: Engine, targets: Sequence[Target], taken: int) -> CrawlResult:
    with transaction(engine) as session:
        counts = count_planned(session, [target.visit_id for target in targets])
    return CrawlResult(
        visits=len(targets),
        fetched=counts.get(PlannedState.FETCHED, 0),
        failed=counts.get(PlannedState.FAILED, 0),
        skipped=counts.get(PlannedState.SKIPPED, 0),
        waiting=counts.get(PlannedState.WAITING, 0),
        taken=taken,
    )
