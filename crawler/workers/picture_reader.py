"""Reads the pictures and videos that a crawl keeps, in parallel, in a process of its own."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures.process import BrokenProcessPool
from datetime import UTC, datetime
from io import BytesIO

from sqlalchemy import Engine

from crawler.page_clock import PICTURES_AT_LEAST, PageClock, PageOutOfTime
from crawler.workers.process import WorkerProcess
from records.database import reading, transaction
from records.snapshots.images import ReadImage, page_of_image, record_reading, unread_images
from records.snapshots.snapshots import note_seconds
from records.storage_faults import storage_fault
from records.store.content_store import EvidenceStore

_BATCH = 8
_WAIT_SECONDS = 0.5
# For one picture, where it hangs: reading ends before, with its page's time, once the part under way is read.
_READ_SECONDS = 90.0
_REMEMBERED = 500  # pages whose pictures were read last


def _read_kept(store: EvidenceStore, sha256: str, seconds: float) -> ReadImage:
    from crawler.videos.reading import read_media  # noqa: PLC0415 - only the process that reads needs the model

    return read_media(store.get(sha256), seconds)


def _read_blank() -> None:
    from PIL import Image  # noqa: PLC0415 - as above

    from crawler.pages.ocr import read_image  # noqa: PLC0415 - as above

    blank = BytesIO()
    Image.new("RGB", (200, 60), "white").save(blank, "PNG")
    read_image(blank.getvalue())


class ImageReading:
    """Reads the crawl's pictures in a process of its own, until `finish`. The next crawl reads those that a
    kill left unread."""

    def __init__(self, engine: Engine, store: EvidenceStore) -> None:
        self._engine, self._store = engine, store
        self._all_here = threading.Event()
        self.faults: list[str] = []  # why nothing can be read any more, in Chinese
        self._progress: Callable[[int], None] = lambda _: None
        self._clocks: OrderedDict[int, PageClock] = OrderedDict()  # of pages, by their snapshots
        self._process = WorkerProcess(seconds=_READ_SECONDS)
        self._thread = threading.Thread(target=self._work, name="image-reading", daemon=True)

    def start(self) -> None:
        """Begin to look for pictures."""
        self._thread.start()

    def finish(self, progress: Callable[[int], None]) -> None:
        """Wait until all pictures that are kept are read; `progress` is called with how many more are."""
        self._progress = progress
        self._all_here.set()
        self._thread.join()

    def _work(self) -> None:
        try:
            while not self.faults:
                finishing = self._all_here.is_set()
                with reading(self._engine) as session:
                    waiting = unread_images(session, _BATCH)
                if waiting:
                    self._read(waiting)
                elif finishing:
                    return
                else:
                    self._all_here.wait(_WAIT_SECONDS)
        except Exception as error:
            if not (fault := storage_fault(error)):
                raise
            self.faults.append(fault)
        finally:
            self._process.close()

    def _read(self, waiting: Sequence[str]) -> None:
        for sha256 in waiting:
            snapshot_id, clock = self._page_of(sha256)
            try:
                with clock.running() as left:
                    read = self._process.run(_read_kept, self._store, sha256, left)
            except PageOutOfTime:
                read = ReadImage((), None, "本页限时已用完，没有识别这张图片")
            except BrokenProcessPool:
                if not self._reads_at_all():  # the picture is not to blame
                    self.faults.append("识别图片文字的进程一再被系统终止（内存不足？），图片留待下次识别")
                    return
                read = ReadImage((), None, "识别这张图片时进程被系统终止")
            except (ImportError, FileNotFoundError) as error:  # of the model that reads
                self.faults.append(f"无法识别图片文字，图片留待下次识别：{error}"[:300])
                return
            except Exception as error:  # also a process that hung on a picture: it is not tried again
                read = ReadImage((), None, f"{type(error).__name__}: {error}"[:200])
            with transaction(self._engine) as session:
                record_reading(session, self._store, sha256, read, datetime.now(UTC))
                if snapshot_id is not None:
                    note_seconds(session, snapshot_id, clock.used)
            self._progress(1)

    def _page_of(self, sha256: str) -> tuple[int | None, PageClock]:
        """The snapshot whose page shows a picture, the newest, and the page's clock."""
        with reading(self._engine) as session:
            snapshot_id, used = page_of_image(session, sha256)
        if snapshot_id is None:
            return None, PageClock.of_look(None, PICTURES_AT_LEAST)
        clock = self._clocks.setdefault(snapshot_id, PageClock.of_look(used, PICTURES_AT_LEAST))
        if len(self._clocks) > _REMEMBERED:
            self._clocks.popitem(last=False)
        return snapshot_id, clock

    def _reads_at_all(self) -> bool:
        try:
            self._process.run(_read_blank)
        except Exception:  # any error: nothing can be read
            return False
        return True
