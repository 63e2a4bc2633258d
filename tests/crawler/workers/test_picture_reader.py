"""Pictures are read in parallel with the crawl: one that hangs its reader holds nothing up."""

import os
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, select

from crawler.workers.picture_reader import ImageReading
from records.database import reading, transaction
from records.models import Image, Snapshot
from records.snapshots.images import ReadImage, keep_image
from records.snapshots.snapshots import note_seconds
from records.store.content_store import EvidenceStore
from tests.drawn import poster
from tests.records import registered


@pytest.mark.databases("sqlite")
def test_a_picture_on_which_reading_hangs_does_not_hold_the_crawl(
    engine: Engine, store: EvidenceStore, monkeypatch
) -> None:
    now, picture = datetime.now(UTC), poster(["云溪男科医院"])
    with transaction(engine) as session:
        own_site = registered.site(session)
    kept = registered.snapshot(engine, store, own_site, now, url=own_site.address, text="门诊")
    with transaction(engine) as session:
        sha256 = keep_image(session, store, kept.id, "http://127.0.0.1/a.png", picture, (800, 600))
    store.path(sha256).unlink()
    os.mkfifo(store.path(sha256))  # a file that nobody writes to: whoever reads it waits for ever
    monkeypatch.setattr("crawler.workers.picture_reader._READ_SECONDS", 1.0)
    images, read = ImageReading(engine, store), []
    images.start()
    images.finish(read.append)
    with reading(engine) as session:
        (fault,) = session.scalars(select(Image.fault)).all()
    assert fault == "TaskTimedOut: 1 秒内没有完成"
    assert read == [1]


@pytest.mark.databases("sqlite")
def test_the_words_in_a_pages_pictures_are_read_on_the_pages_clock(
    engine: Engine, store: EvidenceStore, monkeypatch
) -> None:
    with transaction(engine) as session:
        own_site = registered.site(session)
    kept = registered.snapshot(engine, store, own_site, datetime.now(UTC), url=own_site.address, text="门诊")
    with transaction(engine) as session:
        note_seconds(session, kept.id, 300.0)
        for number in range(3):
            picture = poster([f"云溪{number}"])
            keep_image(session, store, kept.id, f"http://127.0.0.1/{number}.png", picture, (800, 600))
    asked: list[float] = []

    def reads(self: object, task: object, store: object, sha256: str, seconds: float) -> ReadImage:
        asked.append(seconds)
        now[0] += 20.0
        return ReadImage((), None)

    now = [0.0]
    monkeypatch.setattr("crawler.page_clock.monotonic", lambda: now[0])
    monkeypatch.setattr("crawler.workers.picture_reader.WorkerProcess.run", reads)
    images = ImageReading(engine, store)
    images.start()
    images.finish(lambda _: None)
    with reading(engine) as session:
        faults = [fault for fault in session.scalars(select(Image.fault)) if fault]
        used = session.get_one(Snapshot, kept.id).seconds
    assert asked == [25.0, 5.0]
    assert faults == ["本页限时已用完，没有识别这张图片"]
    assert used == 340.0
