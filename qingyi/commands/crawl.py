"""`qingyi crawl`, `qingyi flag`, `qingyi recheck`: the steps from a site list to a verified takedown."""

from datetime import datetime

import typer
from rich.table import Table
from sqlalchemy import Engine

from classifiers.lists import RuleSet
from crawler import recheck as rechecks
from crawler import run
from crawler.capture import capture_new
from crawler.cloaking import look_as_mobile
from crawler.flag import flag_new
from qingyi.console import console, counting, current_engine, errors, evidence_store, rules_in_force
from records.evidence import EvidenceStore
from records.leases import hold
from records.models import Verification

CRAWL_TASK = "crawl"


def crawl(
    site: list[str] = typer.Option(
        None, "--site", help="只抓取这个起始网址（站点）或订阅源网址（公众号），可重复"
    ),
    due: bool = typer.Option(False, "--due", help="抓取所有到期的站点和公众号（默认）"),
    judge: bool = typer.Option(True, "--flag/--no-flag", help="抓取后立即研判新快照"),
    capture: bool = typer.Option(True, "--capture/--no-capture", help="研判后为立案的页面取证（截图、WARC）"),
) -> None:
    """抓取到期的站点与公众号，保存快照，研判并取证。被中断后再次运行即从断点继续。"""
    if site and due:
        errors.print("错误：--site 与 --due 不能同时使用", style="red")
        raise typer.Exit(2)
    engine, store, rules = current_engine(), evidence_store(), rules_in_force()
    with hold(engine, CRAWL_TASK):
        now = run.utc_now()
        try:
            targets = run.named_targets(engine, site, now) if site else run.due_targets(engine, now)
        except KeyError as error:
            errors.print(f"错误：登记库中没有网址 {error.args[0]}", style="red", markup=False)
            raise typer.Exit(2) from None
        resumed = sum(target.resumed for target in targets)
        console.print(
            f"本次抓取 {len(targets)} 个站点与公众号" + (f"，其中 {resumed} 个从断点继续" if resumed else "")
        )
        if targets:
            with counting("抓取中（页）") as progress, counting("识别图片中的文字（张）") as images:
                result = run.crawl(engine, store, targets, progress, images)
            console.print(
                f"已抓取 {result.fetched} 页，失败 {result.failed} 页，不予抓取 {result.skipped} 页"
                + (f"，待续 {result.waiting} 页" if result.waiting else "")
            )
        if judge:
            with counting("研判中（快照）") as progress:
                flagged = flag_new(engine, store, rules, run.utc_now(), progress)
            console.print(f"研判 {flagged.judged} 个快照，其中 {flagged.unlawful} 个有命中")
            if capture:
                compare_visitors(engine, store, rules, now)
                take_evidence(engine, store)


def compare_visitors(engine: Engine, store: EvidenceStore, rules: RuleSet, since: datetime) -> None:
    """Look at flagged sites as a mobile visitor, too, and judge what only such a visitor sees."""
    with counting("换用手机访客核对（页）") as progress:
        result = look_as_mobile(engine, store, rules, since, run.utc_now(), progress)
    if result.cloaked:
        flag_new(engine, store, rules, run.utc_now(), lambda _: None)
        console.print(f"换用手机访客核对 {result.looked_at} 页，其中 {result.cloaked} 页另有违法内容（伪装）")


def take_evidence(engine: Engine, store: EvidenceStore) -> None:
    """Take the evidence of the cases that lack it, and say how many there were."""
    with counting("取证中（页）") as progress:
        result = capture_new(engine, store, progress)
    if result.taken:
        missing = f"，其中 {result.incomplete} 页有缺项（见取证记录）" if result.incomplete else ""
        console.print(f"取证 {result.taken} 页{missing}")


def flag() -> None:
    """研判尚未研判的快照，有命中的立案。"""
    engine, store, rules = current_engine(), evidence_store(), rules_in_force()
    with hold(engine, CRAWL_TASK), counting("研判中（快照）") as progress:
        result = flag_new(engine, store, rules, run.utc_now(), progress)
    console.print(f"研判 {result.judged} 个快照，其中 {result.unlawful} 个有命中")


def recheck(
    case: list[int] = typer.Option(None, "--case", help="只核验这个案件（已处置或已核验的），可重复"),
) -> None:
    """核验已处置的案件：重新抓取页面，内容消失的改为已核验，仍在的改为复现。"""
    engine, store, rules = current_engine(), evidence_store(), rules_in_force()
    with hold(engine, "recheck"):
        found = rechecks.recheck(engine, store, rules, case or None, run.utc_now())
    if not found:
        console.print("没有到期的核验")
        return
    console.print(_table(found))


def _table(found: list[Verification]) -> Table:
    table = Table("案件", "结果", "所见")
    for verification in found:
        table.add_row(str(verification.case_id), verification.outcome.label, verification.reason)
    return table
