"""The schedule: which steps run when. Jobs are kept in the database, so a restart forgets nothing.

A run that was missed while the server was down is caught up once; two runs of a job never overlap, nor does
a job overlap with the same step run by hand (see `records.task_locks`).
"""

import logging
from collections.abc import Callable
from datetime import UTC, datetime

from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.schedulers.base import STATE_STOPPED
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from jobs.processes import run_logged_step
from jobs.step_logs import RUNNING_ALREADY
from records.database import open_engine, reading
from records.lists.rejudgings import find_unfinished
from records.settings import settings
from records.transfers.hand_over import any_held
from records.transfers.webhooks import any_due

_LOG = logging.getLogger(__name__)
JOBS_TABLE = "scheduled_jobs"
_DAY = 24 * 3600
_OTHER_HOURS = 7 * 3600  # each run falls on another hour of the day: some sites show adverts at night only
_LISTS_EVERY_SECONDS = 20
_STEP_OF = {"recheck": "recheck", "tips": "tips", "webhook": "webhooks"}  # `crawl` queues the visits itself
# The standing jobs as the status page calls them.
TITLES = {
    "crawl": "巡查",
    "visitors": "以其他访客再看",
    "recheck": "核验",
    "quality": "抽检取样",
    "tips": "线索核查",
    "webhooks": "推送",
    "rejudge": "按新词表重新研判",
    "gather": "合并存储桶中的小包",
    "heads": "链尾记录",
    "replay": "证据回放检查",
}


class _Clock(BackgroundScheduler):  # type: ignore[misc] # APScheduler has no types
    """APScheduler's, but a database that fails while a run is recorded does not stop it for good: it retries
    after the same interval as for a database that cannot be read. A run that is due during shutdown is not
    lost either."""

    def _process_jobs(self) -> float | None:
        if self.state == STATE_STOPPED:
            return None
        try:
            wait: float | None = super()._process_jobs()
        except SQLAlchemyError as error:
            _LOG.error("the clock's database failed: %s", error)
            return float(self.jobstore_retry_interval)
        return wait


def run_job(*arguments: str) -> int:
    """Run a step whose time has come, or where workers do it, put it into their queue; returns its exit code.
    Failures are in the log."""
    if settings().queue and (name := _STEP_OF.get(arguments[0])):
        from jobs.queued.work import enqueue_step  # noqa: PLC0415 - a single machine has no queue

        engine = open_engine(settings().database_url)
        enqueue_step(engine, name)
        engine.dispose()
        return 0
    step = " ".join(arguments)
    _LOG.info("step begins", extra={"step": step})
    done = run_logged_step(settings().steps_dir, *arguments)
    _LOG.info("step ends", extra={"step": step, "outcome": done.returncode})
    if done.returncode == RUNNING_ALREADY:
        _LOG.info("%s is running already", " ".join(arguments))
    elif done.returncode:
        _LOG.error("qingyi %s ended with %d: %s", " ".join(arguments), done.returncode, done.stderr.strip())
    return done.returncode


def send_webhooks() -> None:
    """Send due messages, if there are any."""
    now = datetime.now(UTC)
    _run_if(lambda session: any_due(session, now) or any_held(session, now), "webhook", "deliver")


def rejudge_stored_pages() -> None:
    """Judge the stored pages by lists that came into force, if any wait."""
    _run_if(lambda session: find_unfinished(session) is not None, "lists", "rejudge", "--due")


def _run_if(waits: Callable[[Session], bool], *arguments: str) -> None:
    """Run a step if something waits for it: checked so often that a process each time would cost more than
    the work."""
    engine = open_engine(settings().database_url)
    with reading(engine) as session:
        found = waits(session)
    engine.dispose()
    if found:
        run_job(*arguments)


def scheduler(engine: Engine) -> BackgroundScheduler:
    """A scheduler with the standing jobs, not started yet."""
    return _Clock(
        jobstores={"default": SQLAlchemyJobStore(engine=engine, tablename=JOBS_TABLE)},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        timezone="UTC",
    )


def ensure_jobs(made: BackgroundScheduler) -> None:
    """Add the standing jobs that are not there, apply changed intervals and commands, and remove those that are
    no longer wanted.

    An existing job keeps its next run: replacing it at each start would lose a missed run. A job whose
    function has moved since it was stored is made again.
    """
    existing = {job.id: job for job in made.get_jobs()}  # drops what cannot be restored
    steps = {
        "crawl": (("crawl", "--due"), settings().crawl_every_minutes * 60),
        "visitors": (("crawl", "--visitors"), _OTHER_HOURS),
        "recheck": (("recheck",), settings().recheck_every_minutes * 60),
        "quality": (("quality", "draw"), _DAY),
        "tips": (("tips", "follow"), settings().tips_every_minutes * 60),
        **({"gather": (("evidence", "gather"), _DAY)} if settings().evidence_url else {}),
        **({"heads": (("audit", "note"), _DAY)} if settings().heads_dir else {}),
        **({"replay": (("evidence", "replay"), _DAY)} if settings().viewer_dir.is_dir() else {}),
    }
    wanted: dict[str, tuple[Callable[..., object], tuple[str, ...], int]] = {
        name: (run_job, arguments, seconds) for name, (arguments, seconds) in steps.items()
    }
    wanted["webhooks"] = (send_webhooks, (), settings().webhooks_every_seconds)
    wanted["rejudge"] = (rejudge_stored_pages, (), _LISTS_EVERY_SECONDS)
    for name in existing.keys() - wanted.keys():
        made.remove_job(name)
    for name, (work, arguments, seconds) in wanted.items():
        trigger = IntervalTrigger(seconds=seconds, timezone="UTC")
        job = existing.get(name)
        if job is None:
            made.add_job(work, trigger, args=arguments, id=name, name=TITLES[name])
            continue
        if tuple(job.args) != arguments:
            made.modify_job(name, args=arguments)
        if job.trigger.interval != trigger.interval:
            made.reschedule_job(name, trigger=trigger)
