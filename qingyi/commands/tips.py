"""`qingyi tips`: tips taken in from files, fetched and judged."""

from datetime import UTC, datetime
from pathlib import Path

import typer
from rich.table import Table

from qingyi.console import console, counting, current_engine, errors, evidence_store
from records.database import transaction
from records.local_time import local_day
from records.sheets.table import TableFile
from records.task_locks import hold
from records.tips import import_tips

app = typer.Typer(help="举报线索：导入、抓取并研判。", no_args_is_help=True)


@app.command("import")
def import_file(
    file: Path = typer.Argument(
        help="CSV 或 xlsx 文件，列：网址、来源渠道、收到日期、举报内容、举报人、机构"
    ),
) -> None:
    """导入举报线索。有误的行按行列报告，其余照收；已收过的不重复。有误行时退出码为 1。"""
    now = datetime.now(UTC)
    with transaction(current_engine()) as session:
        result = import_tips(
            session, TableFile.of(file), actor="system:command", today=local_day(now), now=now
        )
    for note in result.notes:
        console.print(note, style="dim", markup=False, highlight=False)
    for fault in result.faults:
        errors.print(str(fault), style="yellow", markup=False, highlight=False)
    console.print(f"新收 {result.added} 件，已有 {result.unchanged} 件，有误未收 {result.bad_rows} 行")
    if result.faults:
        raise typer.Exit(1)


@app.command("follow")
def follow(
    capture: bool = typer.Option(True, "--capture/--no-capture", help="研判后为立案的页面取证"),
) -> None:
    """抓取并研判所有待抓取的线索，有命中的立案并取证。"""
    # The crawler and the lists take seconds to import, and importing tips needs neither.
    from jobs.tips import follow_tips  # noqa: PLC0415
    from qingyi.commands.crawl import take_evidence  # noqa: PLC0415
    from qingyi.rules import rules_in_force  # noqa: PLC0415

    engine, store = current_engine(), evidence_store()
    with hold(engine, "tips"):
        with counting("抓取线索中（页）") as progress:
            found = follow_tips(engine, store, rules_in_force(), datetime.now(UTC), progress)
        if not found:
            console.print("没有待抓取的线索")
            return
        table = Table("线索", "网址", "结果", "说明")
        for one in found:
            table.add_row(str(one.tip_id), one.url, one.state, one.reason)
        console.print(table)
        if capture:
            take_evidence(engine, store)
