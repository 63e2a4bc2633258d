"""Two crawlers on one PostgreSQL, each with a disk of its own: one is frozen, the other takes over, the first thaws."""

import signal
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest
from sqlalchemy import Engine, func, select, update

from records.database import reading, transaction
from records.models import Lease, Page, PlannedPage, PlannedState, Snapshot, Visit
from records.visits.ending import finish_visit, use_time
from records.visits.fence import ASK_SECONDS, VisitTaken, find_taken, require_held
from records.visits.targets import open_visits
from tests import commands
from tests.records import registered
from tests.servers.site import Answer, page, serving
from tests.waiting import wait_for


def test_who_took_a_visit_last_holds_it_and_who_had_it_writes_nothing(engine: Engine, now: datetime) -> None:
    with transaction(engine) as session:
        source = registered.site(session)
    (first,), (second,) = open_visits(engine, [source], now), open_visits(engine, [source], now)
    assert (first.visit_id, first.resumed, second.resumed) == (second.visit_id, False, True)
    with reading(engine) as session:
        assert find_taken(session, [first]) == {first.visit_id}
        assert find_taken(session, [second]) == set()
    with transaction(engine) as session:
        require_held(session, [second])
        with pytest.raises(VisitTaken, match=f"巡查 {first.visit_id} 已由另一个进程接手"):
            require_held(session, [first])
    use_time(engine, first, 1000)
    with pytest.raises(VisitTaken):
        finish_visit(engine, first, now, "完成")
    with reading(engine) as session:
        visit = session.scalars(select(Visit)).one()
        assert (visit.finished_at, visit.seconds_used) == (None, 0)
    finish_visit(engine, second, now, "完成")


@pytest.mark.crawl
@pytest.mark.slow
@pytest.mark.databases("postgresql")
def test_a_crawler_that_was_frozen_doubles_nothing_and_asks_for_nothing_when_it_thaws(
    engine: Engine, environment: dict[str, str], register_site, tmp_path: Path
) -> None:
    names = [f"/p{number}" for number in range(40)]
    pages = {name: Answer(page(words=f"第{name}页，门诊时间。" * 20), delay=0.25) for name in names}
    with serving({"/": Answer(page(*names)), **pages}) as site:
        register_site(site.url)
        frozen = start(environment, tmp_path, "A")
        wait_for(lambda: len(asked(site, "A")) > 6, "A asks for nothing")
        processes = [psutil.Process(frozen.pid), *psutil.Process(frozen.pid).children(recursive=True)]
        for process in processes:
            process.send_signal(signal.SIGSTOP)
        frozen_at = time.monotonic()
        with transaction(engine) as session:  # it is silent for longer than others wait for it
            past = datetime.now(UTC) - timedelta(seconds=1)
            session.execute(update(Lease).values(host="another-machine", expires_at=past))
        other = start(environment, tmp_path, "B")
        wait_for(lambda: len(asked(site, "B")) > 6 or other.poll() is not None, "B does not begin", 180)
        assert other.poll() is None, other.communicate(timeout=1).stderr
        wait_for(lambda: time.monotonic() - frozen_at > ASK_SECONDS, "time stands still")
        before = len(asked(site, "A"))
        for process in processes:
            process.send_signal(signal.SIGCONT)
        done = frozen.communicate(timeout=120)
        assert other.wait(180) == 0
        assert done.returncode == 3
        assert "1 个巡查已由另一个进程接手" in done.stderr
        assert "Traceback" not in done.stdout + done.stderr
        assert len(asked(site, "A")) == before, "it asks for nothing after it thawed"
        twice = [path for path, times in Counter(site.paths()).items() if times > 1]
    assert len(twice) <= 12, "what was under way when it froze, and no more"
    with reading(engine) as session:
        assert session.scalar(select(func.count(Page.id))) == 41
        assert session.scalar(select(func.count(Snapshot.id))) == 41
        assert set(session.scalars(select(PlannedPage.state))) == {PlannedState.FETCHED}
        assert session.scalars(select(Visit.outcome)).all() == ["完成"]


def start(environment: dict[str, str], folder: Path, name: str) -> commands.RunningCommand:
    """A crawler with a disk and a name of its own."""
    (folder / name / "packs").mkdir(parents=True)  # on which something was kept before
    own = {"QINGYI_EVIDENCE_DIR": str(folder / name), "QINGYI_USER_AGENT": f"crawler-{name}"}
    return commands.start("crawl", "--no-flag", environment={**environment, **own})


def asked(site, name: str) -> list[str]:
    return [path for path, headers in site.requests if headers["user-agent"] == f"crawler-{name}"]
