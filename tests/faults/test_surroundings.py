"""The system's surroundings: the clock, DNS, the browser, the picture reader, and concurrent programs."""

import os
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest
from sqlalchemy import Engine, select

from crawler.workers import picture_reader
from crawler.workers.picture_reader import ImageReading
from records.database import reading, transaction
from records.models import Image, PlannedPage, PlannedState, Source
from records.snapshots.images import ReadImage, keep_image
from records.store.content_store import EvidenceStore
from tests.drawn import poster
from tests.faults.deployment import deployed
from tests.faults.test_processes import count_snapshots, due_at_once, family, serve
from tests.records import registered
from tests.servers.postgresql import free_port
from tests.waiting import wait_for

FAKETIME = next(iter(Path("/usr/lib").glob("*/faketime/libfaketime.so.1")), None)


@pytest.mark.crawl
@pytest.mark.soak
@pytest.mark.databases("sqlite")
def test_without_its_browser_a_crawl_says_so_and_nothing_is_lost(
    engine: Engine, tmp_path, recovers, soak
) -> None:
    with deployed(engine, tmp_path, captures=soak) as deployment:
        done = deployment.crawl(QINGYI_CHROMIUM="/no/such/chromium")
        assert (done.returncode, "找不到浏览器" in done.stderr) == (2, True)
        with recovers(deployment, "browser missing"):
            done = deployment.crawl()
            assert done.returncode == 0, done.stderr


@pytest.mark.crawl
@pytest.mark.soak(only=True)
def test_two_crawls_never_run_at_once_whatever_the_clock_says(engine: Engine, tmp_path, recovers) -> None:
    with deployed(engine, tmp_path, delay=0.5, captures=True) as deployment:
        first = deployment.start("crawl")
        wait_for(lambda: count_snapshots(engine) > 0, "nothing is kept")
        for jump in ("+0d", "+1d", "-1d"):
            preload = {"LD_PRELOAD": str(FAKETIME), "FAKETIME": jump}
            second = deployment.run("crawl", **preload)
            assert (second.returncode, "正在" in second.stderr) == (3, True), second.stderr
        with recovers(deployment, "two crawls, clock jumps of a day"):
            assert first.communicate(240).returncode == 0


@pytest.mark.crawl
@pytest.mark.soak(only=True)
@pytest.mark.parametrize("jump", ["+1d", "-1d"])
def test_a_crawl_killed_before_the_clock_jumps_is_gone_on_with_after_it(
    engine: Engine, tmp_path, recovers, jump: str
) -> None:
    with deployed(engine, tmp_path, delay=0.3, captures=True) as deployment:
        first = deployment.start("crawl")
        wait_for(lambda: count_snapshots(engine) > 0, "nothing is kept")
        first.kill()
        first.wait(30)
        with recovers(deployment, f"clock jumps {jump} and back"):
            second = deployment.start("crawl", LD_PRELOAD=str(FAKETIME), FAKETIME=jump)
            wait_for(lambda: count_snapshots(engine) > 3, "nothing is kept")
            with suppress(OSError):
                second.kill()
            second.wait(30)
            done = deployment.crawl()
            assert done.returncode == 0, done.stderr


@pytest.mark.crawl
@pytest.mark.soak(only=True)
def test_two_servers_do_each_step_once(engine: Engine, tmp_path, recovers) -> None:
    with deployed(engine, tmp_path, delay=0.2) as deployment:
        due_at_once(engine)
        with (
            serve(deployment.environment, free_port()) as one,
            serve(deployment.environment, free_port()) as other,
        ):
            with recovers(deployment, "two servers"):
                wait_for(
                    lambda: count_snapshots(engine) == len(deployment.site.pages), "the pages are not kept"
                )
                done = deployment.crawl()
                while done.returncode == 3:  # theirs is judging still
                    done = deployment.crawl()
                assert done.returncode == 0, done.stderr
            begun = [process for server in (one, other) for process in family(server.pid)]
            for server in (one, other):
                server.terminate()
                server.wait(30)
            assert psutil.wait_procs(begun, timeout=30)[1] == []


@pytest.mark.crawl
@pytest.mark.soak(only=True)
def test_without_names_a_page_is_no_less_there(engine: Engine, tmp_path, recovers) -> None:
    with deployed(engine, tmp_path, captures=True) as deployment:
        with transaction(engine) as session:
            registered.site(session, "http://named.invalid/")
        with recovers(deployment, "DNS gone"):
            done = deployment.crawl()
            assert done.returncode == 0, done.stderr
        with reading(engine) as session:
            (row,) = session.scalars(select(PlannedPage).where(PlannedPage.url == "http://named.invalid/"))
            assert (row.state, "域名无法解析" in row.reason) == (PlannedState.FAILED, True)
            assert session.scalars(select(Source).where(Source.address == "http://named.invalid/")).one()


@pytest.fixture
def unread(engine: Engine, store: EvidenceStore) -> str:
    """A picture that is kept and waits to be read."""
    with transaction(engine) as session:
        site = registered.site(session)
    kept = registered.snapshot(engine, store, site, datetime.now(UTC), url=site.address, text="门诊")
    with transaction(engine) as session:
        return keep_image(
            session, store, kept.id, "http://127.0.0.1/a.png", poster(["云溪男科医院"]), (800, 600)
        )


def _dies(*_: object) -> ReadImage:
    os._exit(9)


def _has_no_model(*_: object) -> ReadImage:
    raise FileNotFoundError("no such file: model.onnx")


@pytest.mark.soak
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("reader", "blank", "says"), [(_dies, _dies, "一再被系统终止"), (_has_no_model, None, "model.onnx")]
)
def test_what_cannot_read_at_all_blames_no_picture(
    engine: Engine, store: EvidenceStore, unread: str, monkeypatch, reader, blank, says: str
) -> None:
    monkeypatch.setattr(picture_reader, "_read_kept", reader)
    monkeypatch.setattr(picture_reader, "_read_blank", blank or picture_reader._read_blank)
    images = ImageReading(engine, store)
    images.start()
    images.finish(lambda _: None)
    assert says in images.faults[0]
    with reading(engine) as session:
        assert session.get_one(Image, unread).read_at is None, "it is read by the next crawl"


def _reads(*_: object) -> None:
    """A reader that reads another picture correctly."""


@pytest.mark.soak
@pytest.mark.databases("sqlite")
def test_a_picture_that_ends_its_reader_is_blamed_and_not_tried_again(
    engine: Engine, store: EvidenceStore, unread: str, monkeypatch
) -> None:
    monkeypatch.setattr(picture_reader, "_read_kept", _dies)
    monkeypatch.setattr(picture_reader, "_read_blank", _reads)
    images = ImageReading(engine, store)
    images.start()
    images.finish(lambda _: None)
    assert images.faults == []
    with reading(engine) as session:
        assert "终止" in (session.get_one(Image, unread).fault or "")
