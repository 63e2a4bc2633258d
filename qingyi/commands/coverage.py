"""`qingyi coverage`: which institutions were seen in a period."""

from datetime import date, timedelta

import typer
from rich.table import Table

from qingyi.clock import utc_now
from qingyi.console import console, current_engine, refuse, typed_day
from records.database import reading
from records.local_time import begin_of, end_of, local_day
from records.visits.coverage import SourceState, plan_coverage, source_coverage

_USUALLY = timedelta(days=30)
# The first last day that has thirty days before it.
_FIRST_DAY = date.min + _USUALLY


def coverage(
    since: str = typer.Option(None, "--since", help="从这一天起（2026-07-01 或 2026年7月1日），默认三十天前"),
    until: str = typer.Option(None, "--until", help="到这一天止（含），默认今天"),
    every: bool = typer.Option(False, "--all", help="列出所有站点与公众号，不只是没有看到的"),
) -> None:
    """巡查覆盖率：多少机构已看到，哪些站点打不开、已迁移、拒绝访问，为什么。未达标的，退出码为 1。"""
    last = typed_day(until) if until else local_day(utc_now())
    first = typed_day(since) if since else max(last, _FIRST_DAY) - _USUALLY
    if first > last:
        refuse(f"起始日 {first} 晚于截止日 {last}")
    with reading(current_engine()) as session:
        sources = source_coverage(session, begin_of(first), end_of(last))
        groups = plan_coverage(session, sources)
    summary = Table("机构", "总数", "已看到", "覆盖率", "要求", title=f"{first} 至 {last}")
    for group in groups:
        mark = "达标" if group.is_reached else "未达标"
        summary.add_row(
            group.group,
            str(group.institutions),
            str(group.seen),
            f"{group.share:.0%}",
            f"{group.target or 0:.0%}（{mark}）",
        )
    console.print(summary)
    shown = [source for source in sources if every or source.state is not SourceState.SEEN]
    if shown:
        table = Table("机构", "站点或公众号", "状况", "页数", "原因")
        for source in shown:
            table.add_row(source.institution, source.source, source.state, str(source.pages), source.reason)
        console.print(table)
    if not all(group.is_reached for group in groups):
        raise typer.Exit(1)
