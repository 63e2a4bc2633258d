"""Runs a crawl: which visits are due, one Scrapy process over all of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module

from scrapy.crawler import AsyncCrawlerProcess
from sqlalchemy import Engine

from crawler.pages.sitemap import first_maps
from crawler.pages.urls import slot_of
from crawler.settings import CONCURRENT_REQUESTS_PER_SITE, scrapy_settings
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

# Scrapy hands out everything that waits for a slot at once, past its concurrency, where the delay is zero.
_SHORTEST_DELAY = 0.01

# Where each kind's spider lives; only those are imported that have a visit.
_SPIDERS = {
    VisitKind.SITE: "site:SiteSpider",
    VisitKind.ACCOUNT: "account:AccountSpider",
    VisitKind.RECHECK: "recheck:RecheckSpider",
    VisitKind.TIP: "recheck:RecheckSpider",
}


@dataclass(frozen=True)
class CrawlResult:
    """Pages by what became of them, over the visits of one crawl; `taken` are the visits that another process took
    meanwhile, since this one was silent for too long."""

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
    return open_visits(engine, sources, now, _maps_of)


def named_targets(engine: Engine, urls: Sequence[str], now: datetime) -> list[Target]:
    """Visits of the sources with these addresses; raises KeyError for an unknown one."""
    with transaction(engine) as session:
        sources = []
        for url in dict.fromkeys(urls):
            source = find_source(session, url)
            if source is None:
                raise KeyError(url)
            sources.append(source)
    return open_visits(engine, sources, now, _maps_of)


def _maps_of(source: Source) -> tuple[str, ...]:
    return first_maps(source.address) if source.kind is SourceKind.SITE else ()


def crawl(
    engine: Engine,
    store: EvidenceStore,
    targets: Sequence[Target],
    progress: Callable[[int], None] = lambda _: None,
    image_progress: Callable[[int], None] = lambda _: None,
    whole: Callable[[int], None] = lambda _: None,
) -> CrawlResult:
    """Work through `targets` until all are done, and the pictures of their pages are read; `progress` is called with
    how many pages more are done, `image_progress` with how many pictures were still to be read after them, `whole`
    with the id of each snapshot that has no pictures to be read.

    Runs a reactor: once a process. Raises BrowserMissing, and StorageFailed where nothing could be kept any more.
    """
    process = AsyncCrawlerProcess({**scrapy_settings(), "DOWNLOAD_SLOTS": _slots(targets)})
    writer = PageWriter(engine, store)
    taken: set[int] = set()
    shared = {"engine": engine, "store": store, "writer": writer, "page_done": progress, "whole": whole}
    shared["taken"] = taken
    for kind, spider in _SPIDERS.items():
        own = [target for target in targets if target.kind is kind]
        if own:
            process.crawl(_spider(spider), targets=own, **shared)
    images = ImageReading(engine, store)
    images.start()
    tune_gc()
    try:
        process.start()
    finally:
        writer.close()
    images.finish(image_progress)
    if faults := [*writer.faults, *images.faults]:
        raise StorageFailed(f"{faults[0]}。尚未保存的页面没有丢失：排除后再次运行即从断点继续")
    return _result(engine, targets, len(taken))


def _spider(where: str) -> type[VisitSpider]:
    module, name = where.split(":")
    found: type[VisitSpider] = getattr(import_module(f"crawler.spiders.{module}"), name)
    return found


def _slots(targets: Sequence[Target]) -> dict[str, dict[str, float]]:
    """Politeness by host: seconds between two requests, and how many at once."""
    return {
        slot_of(target.start_url): {
            "delay": max(target.delay_seconds, _SHORTEST_DELAY),
            "concurrency": CONCURRENT_REQUESTS_PER_SITE,
            "jitter": 0.5,
        }
        for target in targets
    }


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
