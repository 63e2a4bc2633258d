"""`qingyi crawl`: fetches due sources, judges in parallel, and takes the evidence. `qingyi flag` judges later;
`qingyi worker` does the same by a queue, `qingyi browsers` opens crawlers' pages."""

import signal
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import typer
from sqlalchemy import Engine

from crawler.workers import process
from qingyi.clock import utc_now
from qingyi.console import (
    console,
    counting,
    current_engine,
    errors,
    evidence_store,
    refuse,
    warn_of_lists,
    warn_of_unjudged,
)
from qingyi.unattended import unattended
from records.database import reading
from records.settings import settings
from records.store.content_store import EvidenceStore
from records.task_locks import TaskRunning, hold
from records.visits.cloaking import list_pages_to_compare
from records.visits.targets import Target

if TYPE_CHECKING:
    from jobs.judging import Judging

CRAWL_TASK = "crawl"
_SUSPECTED = timedelta(days=3)  # for which a source is looked at again as visitors, at other hours
_MEBIBYTE = 1 << 20
_QUEUES = ("crawl", "judge", "capture", "webhooks")


@unattended
def crawl(
    site: list[str] = typer.Option(
        None, "--site", help="只抓取这个起始网址（站点）或订阅源网址（公众号），可重复"
    ),
    due: bool = typer.Option(False, "--due", help="抓取所有到期的站点和公众号（默认）"),
    visitors: bool = typer.Option(
        False, "--visitors", help="不抓取，只对近三天有命中的来源再换用访客核对是否伪装"
    ),
    judge: bool = typer.Option(True, "--flag/--no-flag", help="抓取后立即研判新快照"),
    capture: bool = typer.Option(
        True, "--capture/--no-capture", help="研判后为有命中的页面取证（截图、WARC）"
    ),
) -> None:
    """抓取到期的站点与公众号，保存快照，研判并取证。被中断后再次运行即从断点继续。"""
    if site and due:
        refuse("--site 与 --due 不能同时使用")
    if visitors:
        process.prepare()
        with hold(current_engine(), CRAWL_TASK):
            compare_visitors(current_engine(), evidence_store(), utc_now() - _SUSPECTED)
            take_evidence(current_engine(), evidence_store())
        return
    if settings().queue and not site:
        from jobs.queued.work import enqueue_due  # noqa: PLC0415 - most crawls do not need it

        added = enqueue_due(current_engine(), utc_now())
        console.print(f"{added} 个到期的站点与公众号已进入队列，由 qingyi worker 抓取")
        return
    process.prepare()
    engine, store = current_engine(), evidence_store()
    with hold(engine, CRAWL_TASK):
        now = utc_now()
        judging = _begin_judging(engine, store) if judge else None
        try:
            if targets := _targets(engine, site, now):
                _fetch(engine, store, targets, judging)
        except BaseException:
            if judging:
                judging.abandon()
            raise
        if judging:
            with counting("研判中（快照）") as progress:
                judged, unlawful, refused = judging.finish(progress)
            console.print(f"研判 {judged} 个快照，其中 {unlawful} 个有命中")
            warn_of_unjudged(refused)
            if capture:
                compare_visitors(engine, store, now)
                take_evidence(engine, store)


@unattended
def flag() -> None:
    """研判尚未研判的快照，有命中的列为待研判案件。"""
    from jobs.flag import flag_new  # noqa: PLC0415 - a crawl judges in a process of its own
    from qingyi.rules import rules_in_force  # noqa: PLC0415

    engine, store, rules = current_engine(), evidence_store(), rules_in_force()
    with hold(engine, CRAWL_TASK), counting("研判中（快照）") as progress:
        result = flag_new(engine, store, rules, utc_now(), progress)
    console.print(f"研判 {result.judged} 个快照，其中 {result.unlawful} 个有命中")
    warn_of_unjudged(result.refused)


def _begin_judging(engine: Engine, store: EvidenceStore) -> "Judging":
    from jobs.judging import Judging  # noqa: PLC0415 - while the worker process starts

    judging = Judging(engine, store, (settings().lists_dir, settings().lists_kept_dir), warn_of_lists)
    judging.start()
    return judging


def _targets(engine: Engine, site: list[str], now: datetime) -> list[Target]:
    """The visits to be made; says how many, and ends the command where a named one is not known."""
    # Imported while the lists are read: both take a second.
    from crawler.run import due_targets, named_targets  # noqa: PLC0415

    try:
        targets = named_targets(engine, site, now) if site else due_targets(engine, now)
    except KeyError as error:
        refuse(f"登记库中没有网址 {error.args[0]}")
    resumed = sum(target.resumed for target in targets)
    console.print(
        f"本次抓取 {len(targets)} 个站点与公众号" + (f"，其中 {resumed} 个从断点继续" if resumed else "")
    )
    return targets


def _fetch(engine: Engine, store: EvidenceStore, targets: list[Target], judging: "Judging | None") -> None:
    from crawler.run import crawl as crawl_all  # noqa: PLC0415 - as above

    whole = judging.offer if judging else lambda _: None
    with counting("抓取中（页）") as progress, counting("识别图片中的文字（张）") as images:
        result = crawl_all(engine, store, targets, progress, images, whole)
    console.print(
        f"已抓取 {result.fetched} 页，失败 {result.failed} 页，不予抓取 {result.skipped} 页"
        + (f"，待续 {result.waiting} 页" if result.waiting else "")
    )
    if result.taken:
        raise TaskRunning(
            f"本进程停顿太久，{result.taken} 个巡查已由另一个进程接手，本进程到此为止；已保存的快照都在，不会重复"
        )


def compare_visitors(engine: Engine, store: EvidenceStore, since: datetime) -> None:
    """Look at suspected sources as patients do, too, and judge content that only such visitors see."""
    with reading(engine) as session:
        compared = list_pages_to_compare(session, since)
    if not compared:
        return
    # The lists and their readers take memory that the crawl before this does not need.
    from jobs.cloaking import look_as_visitors  # noqa: PLC0415
    from jobs.flag import flag_new  # noqa: PLC0415
    from qingyi.rules import rules_in_force  # noqa: PLC0415

    rules = rules_in_force()
    with counting("换用访客核对（页）", len(compared)) as progress:
        result = look_as_visitors(engine, store, rules, compared, utc_now(), progress)
    if result.cloaked:
        flag_new(engine, store, rules, utc_now(), lambda _: None)
        console.print(f"换用访客核对 {result.looked_at} 页，其中 {result.cloaked} 页另有违法内容（伪装）")


def take_evidence(engine: Engine, store: EvidenceStore) -> None:
    """Take the evidence of the cases that lack it, and say how many there were."""
    from jobs.capture import capture_new  # noqa: PLC0415 - as above

    with counting("取证中（页）") as progress:
        result = capture_new(engine, store, progress)
    if result.taken:
        missing = f"，其中 {result.incomplete} 页有缺项（见取证记录）" if result.incomplete else ""
        console.print(f"取证 {result.taken} 页{missing}")


@unattended
def worker(
    queue: list[str] = typer.Option(
        list(_QUEUES), "--queue", help="从哪些队列取工作，可重复：crawl、judge、capture、webhooks（默认全部）"
    ),
    visits: int = typer.Option(None, "--visits", min=1, help="同时进行的巡查至多多少个，默认 200"),
    once: bool = typer.Option(False, "--once", help="队列空了就结束，不再等待"),
) -> None:
    """从队列中领取工作并完成（抓取、研判与立案、取证与核验、推送），可在多台机器上同时运行。"""
    if unknown := set(queue) - set(_QUEUES):
        refuse(f"没有名为 {'、'.join(sorted(unknown))} 的队列；可用：{'、'.join(_QUEUES)}")
    if settings().queue != "postgresql":
        refuse("未启用队列，请设置 QINGYI_QUEUE=postgresql")
    process.prepare()
    engine, store = current_engine(), evidence_store()
    from crawler.spiders.turns import VISITS_AT_ONCE  # noqa: PLC0415 - as below
    from jobs.queued.worker import work  # noqa: PLC0415 - while the worker process starts

    console.print(f"领取工作：{'、'.join(queue)}", highlight=False)
    try:
        work(engine, store, queue, visits_at_once=visits or VISITS_AT_ONCE, wait=not once)
    except ValueError as error:
        refuse(str(error))


@unattended
def browsers(
    host: str = typer.Option("127.0.0.1", "--host", help="监听的地址；只让巡查的机器能到达"),
    memory: int = typer.Option(
        1600, "--memory", min=400, help="所有页面至多占用的内存（MiB），超过的中止最大的一页"
    ),
) -> None:
    """浏览器池：供各台机器上的巡查打开页面，端口和密钥取自 QINGYI_BROWSERS_URL。取证仍用本机的浏览器。"""
    if not (url := settings().browsers_url.get_secret_value()):
        refuse("未设置浏览器池，请设置 QINGYI_BROWSERS_URL=ws://HOST:PORT/SECRET")
    from crawler.browser.memory_watch import MemoryWatch  # noqa: PLC0415 - nobody else here needs a browser
    from crawler.browser.pool import browser_server, server_options  # noqa: PLC0415

    options = server_options(url, host)
    MemoryWatch(memory * _MEBIBYTE)
    signal.signal(signal.SIGTERM, _end)
    while True:
        with browser_server(options) as server:
            assert server.stdout is not None
            if not server.stdout.readline():
                refuse(f"浏览器无法启动，或端口 {options['port']} 已被占用")
            console.print(f"浏览器池已启动：{host}:{options['port']}", highlight=False)
            server.wait()
        errors.print("浏览器意外结束，重新启动", style="yellow")


def _end(*_: object) -> None:
    """End the browser, and then the command."""
    raise SystemExit(0)
