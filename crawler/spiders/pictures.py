"""The pictures of pages: requested alongside the pages of a visit, kept where they may carry an advert."""

import hashlib
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import partial
from typing import NoReturn

from scrapy import Request, Spider
from scrapy.http import Response
from sqlalchemy import Engine
from twisted.python.failure import Failure

from crawler.downloading.budget import BUDGET
from crawler.downloading.page_handler import IS_HELD, PARENT
from crawler.page_clock import CLOCK, PageClock
from crawler.pages.guarded import fault_of
from crawler.pages.urls import slot_of
from crawler.spiders.progress import Progress
from crawler.videos.addresses import LARGEST_VIDEO, is_video, is_video_address
from records.database import reading, transaction
from records.snapshots.images import INLINE, keep_image, pictures_to_see_again
from records.snapshots.snapshots import note_seconds
from records.storage_faults import storage_fault
from records.store.content_store import EvidenceStore
from records.visits.fence import VisitTaken, require_held
from records.visits.frontier import Planned, add_reason

_MOST_IMAGES = 300  # a visit
_LARGEST_IMAGE = 12 << 20  # bytes
_WORTH_NOTING = 2.0  # seconds


@dataclass(eq=False)
class OfPage:
    """The pictures of one page that are under way, in the time that the page has left."""

    planned_id: int
    snapshot_id: int
    clock: PageClock
    under_way: int = 0
    are_cut: bool = False  # some were not asked for, or not waited for
    unseen: list[str] = field(default_factory=list)  # addresses of videos that did not come

    def __post_init__(self) -> None:
        self._noted = self.clock.used

    @property
    def has_news(self) -> bool:
        """Whether the page's record lacks something."""
        return self.are_cut or bool(self.unseen) or self.clock.used - self._noted > _WORTH_NOTING


class PictureSpider(Spider):
    """Keeps the pictures of the pages that a subclass reads."""

    name: str = "pictures"
    engine: Engine
    store: EvidenceStore

    @abstractmethod
    def stop_for(self, fault: str) -> NoReturn:
        """End the crawl: nothing can be kept any more; `fault` says why, in Chinese."""

    @abstractmethod
    def requests(self, progress: Progress, new: Sequence[Planned]) -> Iterator[Request]:
        """The next requests of a visit."""

    @abstractmethod
    def is_held(self, progress: Progress) -> bool:
        """Whether this process still holds a visit."""

    def changed_images(self, progress: Progress, page: OfPage) -> Iterator[Request]:
        """Requests for the pictures of a page that has not changed itself: they may have, under their addresses."""
        with reading(self.engine) as session:
            urls, seen_at = pictures_to_see_again(session, page.snapshot_id)
        yield from self.image_requests(progress, urls, page, seen_at)

    def image_requests(
        self, progress: Progress, urls: Iterable[str], page: OfPage, seen_at: datetime | None = None
    ) -> Iterator[Request]:
        """Requests for a page's pictures, none twice a visit; only for those changed since `seen_at`."""
        for url in urls:
            if url in progress.images or len(progress.images) >= _MOST_IMAGES:
                continue
            progress.images.add(url)
            try:
                request = self._image_request(progress, url, page, seen_at)
            except ValueError:  # not a valid address
                continue
            progress.images_under_way += 1
            page.under_way += 1
            yield request

    def _image_request(self, progress: Progress, url: str, page: OfPage, seen_at: datetime | None) -> Request:
        since = (
            {"If-Modified-Since": format_datetime(seen_at.astimezone(UTC), usegmt=True)} if seen_at else {}
        )
        return Request(
            url,
            headers=since,
            callback=self.keep_image,
            errback=self.no_image,
            dont_filter=True,
            priority=-100,
            cb_kwargs={"progress": progress, "page": page},
            meta={
                "dont_obey_robotstxt": not progress.target.obey_robots,
                "download_slot": slot_of(url),
                "cookiejar": progress.target.visit_id,
                "download_maxsize": LARGEST_VIDEO if is_video_address(url) else _LARGEST_IMAGE,
                "max_retry_times": 1,
                BUDGET: progress.budget,
                CLOCK: page.clock,
                IS_HELD: partial(self.is_held, progress),
                PARENT: progress.span.traceparent,
            },
        )

    def keep_image(self, response: Response, progress: Progress, page: OfPage) -> Iterator[Request]:
        """Keep a picture that is large enough to carry an advert; it is read in parallel with the crawl."""
        self._keep_large(progress, page.snapshot_id, response.url[:2000], response.body)
        yield from self._image_done(progress, page)

    def keep_inline(self, progress: Progress, contents: Iterable[bytes], snapshot_id: int) -> bool:
        """Keep the pictures that a page holds itself, which need no request; returns whether any is to be read."""
        has_any = False
        for content in contents:
            address = f"{INLINE}sha256={hashlib.sha256(content).hexdigest()}"
            if address in progress.images or len(progress.images) < _MOST_IMAGES:
                has_any |= self._keep_large(progress, snapshot_id, address, content)
        return has_any

    def _keep_large(self, progress: Progress, snapshot_id: int, address: str, content: bytes) -> bool:
        from crawler.pages.ocr import may_carry_advert, size_of  # noqa: PLC0415 - with the first picture

        try:
            size = (0, 0) if is_video(content) else size_of(content)
            if not size or not (size == (0, 0) or may_carry_advert(size)):
                return False
            progress.images.add(address)
            with transaction(self.engine) as session:
                require_held(session, [progress.target])
                keep_image(session, self.store, snapshot_id, address, content, size)
        except Exception as error:  # the visit goes on, and says so
            if fault := storage_fault(error):
                self.stop_for(fault)
            self.logger.warning("%s 图片未能保存：%s", address, fault_of(error), extra=progress.log_keys)
            return False
        return True

    def no_image(self, failure: Failure) -> Iterator[Request]:
        """A picture that cannot be fetched is not read."""
        about = failure.request.cb_kwargs  # type: ignore[attr-defined] # set by Scrapy
        page: OfPage = about["page"]
        page.are_cut |= page.clock.is_used_up
        if is_video_address(url := failure.request.url):  # type: ignore[attr-defined]
            page.unseen.append(url)
        yield from self._image_done(about["progress"], page)

    def _image_done(self, progress: Progress, page: OfPage) -> Iterator[Request]:
        progress.images_under_way -= 1
        page.under_way -= 1
        if not page.under_way and page.has_news:
            self._note(progress, page)
        yield from self.requests(progress, ())

    def _note(self, progress: Progress, page: OfPage) -> None:
        """Record how long the pictures took, and that some are missing."""
        try:
            with transaction(self.engine) as session:
                require_held(session, [progress.target])
                note_seconds(session, page.snapshot_id, page.clock.used)
                if page.are_cut:
                    add_reason(session, page.planned_id, f"{page.clock.reason}，部分图片未取")
                if page.unseen:
                    why = f"视频未取得，没有看：{'、'.join(page.unseen)}"
                    add_reason(session, page.planned_id, why)
        except VisitTaken:  # its next request ends the visit here
            return
        except Exception as error:
            if fault := storage_fault(error):
                self.stop_for(fault)
            raise
