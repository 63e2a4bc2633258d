"""Two workers on one queue, each with a disk of its own: every page once, and no host asked by both at once."""

import signal
from collections import Counter
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest
from sqlalchemy import Engine, func, select, text

from jobs.queued.work import enqueue_due, enqueue_step, lane_of
from records.database import reading, transaction
from records.models import (
    AwaitingJudgement,
    JudgementRecord,
    Page,
    PlannedPage,
    PlannedState,
    Snapshot,
    Visit,
)
from records.visits.queued import SCHEMA
from tests import commands
from tests.records import registered
from tests.servers.s3 import S3Server
from tests.servers.site import Answer, LoopbackSite, page, serving
from tests.waiting import wait_for

SITES, PAGES = 6, 10


@pytest.mark.parametrize(
    ("address", "lane"),
    [
        ("https://www.yunxi-hospital.com.cn/", "yunxi-hospital.com.cn"),
        ("http://m.yunxi-hospital.com.cn/index", "yunxi-hospital.com.cn"),
        ("http://127.0.0.1:8080/", "127.0.0.1:8080"),
    ],
)
def test_hosts_of_one_registered_domain_share_a_lane(address: str, lane: str) -> None:
    assert lane_of(address) == lane


@pytest.mark.databases("postgresql")
def test_what_is_due_is_queued_once_and_a_step_waits_once(engine: Engine) -> None:
    with transaction(engine) as session:
        for number in range(3):
            registered.site(session, f"http://h{number}.test/")
    now = datetime.now(UTC)
    assert (enqueue_due(engine, now), enqueue_due(engine, now)) == (3, 0)
    assert (enqueue_step(engine, "judge"), enqueue_step(engine, "judge")) == (True, False)
    with transaction(engine) as session:
        session.execute(text(f"DROP SCHEMA {SCHEMA} CASCADE"))


@pytest.mark.databases("sqlite")
def test_without_a_queue_a_worker_says_how_to_have_one(qingyi) -> None:
    done = qingyi("worker", QINGYI_QUEUE="")
    assert (done.returncode, done.stderr.strip()) == (2, "错误：未启用队列，请设置 QINGYI_QUEUE=postgresql")
    done = qingyi("worker", QINGYI_QUEUE="postgresql")
    assert done.returncode == 2
    assert "需要 PostgreSQL" in done.stderr


@pytest.mark.crawl
@pytest.mark.slow
@pytest.mark.databases("postgresql")
def test_one_of_two_workers_is_killed_and_every_page_is_kept_once(
    engine: Engine, environment: dict[str, str], qingyi, s3: S3Server, tmp_path: Path
) -> None:
    names = [f"/p{number}" for number in range(PAGES)]
    with ExitStack() as stack:
        sites = []
        for number in range(SITES):
            pages = {n: Answer(page(words=f"第{number}站{n}页，门诊时间。" * 9), delay=0.3) for n in names}
            sites.append(stack.enter_context(serving({"/": Answer(page(*names)), **pages})))
        with transaction(engine) as session:
            for site in sites:
                registered.site(session, f"{site.url}/", delay_seconds=0.2)
        queued = {
            "QINGYI_QUEUE": "postgresql",
            "QINGYI_WORKER_SILENT_SECONDS": "3",
            **commands.environment_of_bucket(s3.new_bucket()),
        }
        done = qingyi("crawl", "--due", **queued)
        assert f"{SITES} 个到期的站点与公众号已进入队列" in done.stdout
        killed, other = (start({**environment, **queued}, tmp_path, name) for name in "AB")
        wait_for(lambda: asked(sites, "A") > 12 and asked(sites, "B") > 12, "a worker has nothing to do", 120)
        for process in (*psutil.Process(killed.pid).children(recursive=True), psutil.Process(killed.pid)):
            process.send_signal(signal.SIGKILL)
        wait_for(lambda: finished(engine) == SITES, "the visits are not taken up", 180)
        psutil.Process(other.pid).send_signal(signal.SIGTERM)
        assert other.wait(60) == 0
    judged = qingyi("flag", **queued)  # by a third machine, including the dead one's pages
    assert judged.returncode == 0, judged.stderr
    with reading(engine) as session:
        assert session.scalar(select(func.count(AwaitingJudgement.snapshot_id))) == 0
        assert session.scalar(select(func.count(JudgementRecord.id))) == SITES * (PAGES + 1)
        assert session.scalar(select(func.count(Page.id))) == SITES * (PAGES + 1)
        assert session.scalar(select(func.count(Snapshot.id))) == SITES * (PAGES + 1)
        assert set(session.scalars(select(PlannedPage.state))) == {PlannedState.FETCHED}
        assert set(session.scalars(select(Visit.outcome))) == {"完成"}
    assert not list(tmp_path.rglob("*.pack")), "no machine keeps anything on its own disk"
    for site in sites:
        assert site.most_at_once <= 2
        agents = [headers["user-agent"] for path, headers in site.requests]
        turns = [agent for at, agent in enumerate(agents) if at == 0 or agents[at - 1] != agent]
        assert turns in (["worker-A"], ["worker-B"], ["worker-A", "worker-B"]), "no two at once"
        twice = [path for path, times in Counter(site.paths()).items() if times > 1]
        assert len(twice) <= 12, "what was under way, and no more"
    with transaction(engine) as session:
        session.execute(text(f"DROP SCHEMA {SCHEMA} CASCADE"))


def start(environment: dict[str, str], folder: Path, name: str) -> commands.RunningCommand:
    own = {"QINGYI_EVIDENCE_DIR": str(folder / name), "QINGYI_USER_AGENT": f"worker-{name}"}
    half = ("--visits", str(SITES // 2))  # whoever is first does not take all
    return commands.start("worker", "--queue", "crawl", *half, environment={**environment, **own})


def asked(sites: list[LoopbackSite], name: str) -> int:
    return sum(headers["user-agent"] == f"worker-{name}" for site in sites for _, headers in site.requests)


def finished(engine: Engine) -> int:
    with reading(engine) as session:
        return session.scalar(select(func.count(Visit.id)).where(Visit.finished_at.is_not(None))) or 0
