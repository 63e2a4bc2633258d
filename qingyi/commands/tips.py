"""`qingyi tips`: tips taken in from files, fetched and judged."""

from datetime import UTC, datetime
from pathlib import Path

import typer
from rich.table import Table

from qingyi.console import console, counting, current_engine, errors, evidence_store, refuse
from qingyi.unattended import unattended
from records.database import transaction
from records.local_time import local_day
from records.sheets.table import TableFile
from records.task_locks import hold
from records.tips import import_tips

app = typer.Typer(help="举报线索：导入、抓取并研判。", no_args_is_help=True)


@app.command("import")
def import_file(
    file: Path = typer.Argument(
        help="表格文件（xlsx、xls、et、ods、xlsb、CSV），列：网址、来源渠道、收到日期、举报内容、举报人、机构"
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
@unattended
def follow(
    capture: bool = typer.Option(True, "--capture/--no-capture", help="研判后为有命中的页面取证"),
) -> None:
    """抓取并研判所有待抓取的线索，有命中的列为线索案件并取证。"""
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


@app.command("search")
def search(
    institution: list[str] = typer.Option(None, "--institution", help="机构名称，可重复"),
    disease: list[str] = typer.Option(None, "--disease", help="病种或项目，可重复"),
    engine: list[str] = typer.Option(None, "--engine", help="只问模板中的这个搜索网站，可重复"),
    template: Path = typer.Option(None, "--template", help="搜索网站与查询词的模板；不填用自带的"),
    list_only: bool = typer.Option(False, "--list/--take", help="--list 只列出将要查询的词，不提问"),
) -> None:
    """到搜索网站查询，把结果中登记库以外的页面收为线索（自行发现），由 follow 抓取并研判。有未能读取的查询时退出码为 1。"""
    # The crawler takes a second to import, and importing tips does not need it.
    from crawler.search.results import TEMPLATE, load_template  # noqa: PLC0415

    rows = load_template(template or TEMPLATE)
    queries = rows.queries_of(institution or [], disease or [])
    names = [page.name for page in rows.engines]
    if unknown := [name for name in engine or [] if name not in names]:
        refuse(f"模板中没有搜索网站 {unknown[0]}，有：{'、'.join(names)}")
    if not queries:
        refuse("没有可查询的词，请用 --institution 或 --disease 给出")
    if list_only:
        for query in queries:
            console.print(query, markup=False, highlight=False)
        return
    from jobs.search import search as search_pages  # noqa: PLC0415 - as above

    with hold(current_engine(), "search"):
        pages = [page for page in rows.engines if page.name in (engine or names)]
        result = search_pages(current_engine(), pages, queries, datetime.now(UTC))
    for fault in result.faults:
        errors.print(fault, style="yellow", markup=False, highlight=False)
    console.print(
        f"查询 {len(queries)} 个词，得到 {result.found} 个网址：新收线索 {result.taken.added} 件，"
        f"已知 {result.taken.known} 个，不能收 {result.taken.refused} 个"
    )
    if result.faults:
        raise typer.Exit(1)
