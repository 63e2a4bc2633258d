"""The pictures of pages: requested alongside the pages of a visit, kept where they may carry an advert."""

import hashlib
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Sequence
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
from crawler.pages.guarded import fault_of
from crawler.pages.urls import slot_of
from crawler.spiders.progress import Progress
from records.database import reading, transaction
from records.snapshots.images import INLINE, keep_image, pictures_to_see_again
from records.storage_faults import storage_fault
from records.store.content_store import EvidenceStore
from records.visits.fence import require_held
from records.visits.frontier import Planned

_MOST_IMAGES = 300  # a visit
_LARGEST_IMAGE = 12 << 20  # bytes


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

    def changed_images(self, progress: Progress, snapshot_id: int) -> Iterator[Request]:
        """Requests for the pictures of a page that has not changed itself: they may have, under their addresses."""
        with reading(self.engine) as session:
            urls, seen_at = pictures_to_see_again(session, snapshot_id)
        yield from self.image_requests(progress, urls, snapshot_id, seen_at)

    def image_requests(
        self, progress: Progress, urls: Iterable[str], snapshot_id: int, seen_at: datetime | None = None
    ) -> Iterator[Request]:
        """Requests for a page's pictures, none twice a visit; only for those changed since `seen_at`."""
        for url in urls:
            if url in progress.images or len(progress.images) >= _MOST_IMAGES:
                continue
            progress.images.add(url)
            try:
                request = self._image_request(progress, url, snapshot_id, seen_at)
            except ValueError:  # not a valid address
                continue
            progress.images_under_way += 1
            yield request

    def _image_request(
        self, progress: Progress, url: str, snapshot_id: int, seen_at: datetime | None
    ) -> Request:
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
            cb_kwargs={"progress": progress, "snapshot_id": snapshot_id},
            meta={
                "dont_obey_robotstxt": not progress.target.obey_robots,
                "download_slot": slot_of(url),
                "cookiejar": progress.target.visit_id,
                "download_maxsize": _LARGEST_IMAGE,
                "max_retry_times": 1,
                BUDGET: progress.budget,
                IS_HELD: partial(self.is_held, progress),
                PARENT: progress.span.traceparent,
            },
        )

    def keep_image(self, response: Response, progress: Progress, snapshot_id: int) -> Iterator[Request]:
        """Keep a picture that is large enough to carry an advert; it is read in parallel with the crawl."""
        self._keep_large(progress, snapshot_id, response.url[:2000], response.body)
        yield from self._image_done(progress)

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
            size = size_of(content)
            if not size or not may_carry_advert(size):
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
        yield from self._image_done(failure.request.cb_kwargs["progress"])  # type: ignore[attr-defined]

    def _image_done(self, progress: Progress) -> Iterator[Request]:
        progress.images_under_way -= 1
        yield from self.requests(progress, ())
