"""Whether the system can work here: a check of each requirement, with its result in words."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.util import find_spec
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from records.database import DatabaseUnfit, newest_revision, reading, require_fitting
from records.figures.work_status import ClockJob, list_clock_jobs
from records.settings import Settings
from records.store.content_store import EvidenceStore
from records.store.folder_store import FolderStore

LEAST_FREE = 2 << 30  # bytes: a capture writes some MB, a crawl of a large site some hundred
_LEAST_SHARE = 0.05
_CLOCK_LATE = timedelta(minutes=2)
_WEBHOOKS = "webhooks"  # the job that runs every few seconds: it shows whether the scheduler runs


@dataclass(frozen=True)
class Check:
    """One requirement; `is_vital` where nothing can be served or stored without it."""

    name: str
    title: str
    is_good: bool
    words: str
    is_vital: bool = False


def check_all(engine: Engine, store: EvidenceStore, settings: Settings, now: datetime) -> list[Check]:
    """All requirements, checked now."""
    return list(_checks(engine, store, settings, now))


def check_vital(engine: Engine, store: EvidenceStore) -> list[Check]:
    """Only the vital requirements: a load balancer asks for these every few seconds."""
    return [_database(engine), _evidence(store), *_disk(store)]


def _checks(engine: Engine, store: EvidenceStore, settings: Settings, now: datetime) -> Iterator[Check]:
    database = _database(engine)
    yield database
    yield _evidence(store)
    yield from _disk(store)
    if database.is_good:
        with reading(engine) as session:
            yield clock_check(list_clock_jobs(session), now)
    yield _browser(settings.chromium)
    yield _ocr()


def clock_check(jobs: list[ClockJob], now: datetime) -> Check:
    """Whether the scheduler runs: a job that runs every few seconds must not be due for minutes."""
    beat = next((job.next_at for job in jobs if job.name == _WEBHOOKS), None)
    if beat is None:
        return Check("clock", "定时任务", False, "没有运行过（qingyi serve 启动时运行）")
    late = now - beat
    if late > _CLOCK_LATE:
        return Check("clock", "定时任务", False, f"已停止约 {_span(late)}，到期的巡查、核验和推送不会进行")
    return Check("clock", "定时任务", True, "正在运行")


def _database(engine: Engine) -> Check:
    kind = "PostgreSQL" if engine.dialect.name == "postgresql" else "SQLite"
    try:
        revision = require_fitting(engine)
    except DatabaseUnfit as unfit:
        return Check("database", "数据库", False, str(unfit), is_vital=True)
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", error)).strip().splitlines()[0]
        return Check("database", "数据库", False, f"{kind} 无法使用：{reason}", is_vital=True)
    ahead = "" if revision == newest_revision() else f"，程序 {newest_revision()} 可继续使用，请升级程序"
    return Check("database", "数据库", True, f"{kind}，结构版本 {revision}{ahead}", is_vital=True)


def _evidence(store: EvidenceStore) -> Check:
    fault = store.fault()
    return Check("evidence", "证据库", fault is None, fault or store.place, is_vital=True)


def _disk(store: EvidenceStore) -> Iterator[Check]:
    """The disk of the evidence, where it is on this machine."""
    if not isinstance(store, FolderStore):
        return
    usage = shutil.disk_usage(_nearest(store.folder))
    good = usage.free >= LEAST_FREE or usage.free / usage.total >= _LEAST_SHARE
    words = f"剩余 {usage.free / 1e9:.1f} GB，共 {usage.total / 1e9:.1f} GB（{usage.free / usage.total:.0%}）"
    yield Check("disk", "磁盘空间", good, words if good else f"{words}，请尽快清理或扩容", is_vital=True)


def _nearest(folder: Path) -> Path:
    """The folder, or its nearest existing parent."""
    return next(one for one in (folder, *folder.absolute().parents) if one.exists())


def _browser(program: Path) -> Check:
    good = os.access(program, os.X_OK)
    words = str(program) if good else f"没有 {program}，由脚本生成的页面和取证截图无法进行"
    return Check("browser", "浏览器", good, words)


def _ocr() -> Check:
    lacking = [name for name in ("rapidocr", "onnxruntime") if find_spec(name) is None]
    words = f"缺少 {'、'.join(lacking)}，图片中的文字不会识别" if lacking else "rapidocr"
    return Check("ocr", "图片文字识别", not lacking, words)


def _span(time: timedelta) -> str:
    minutes = int(time.total_seconds() // 60)
    return (
        f"{minutes // 1440} 天"
        if minutes >= 2880
        else f"{minutes // 60} 小时"
        if minutes >= 120
        else f"{minutes} 分钟"
    )
