"""The commission's checks of its own work: `qingyi audit`, the integrity of the log, and the heads noted
outside; `qingyi quality`, the random sample that is decided blind."""

from datetime import timedelta
from functools import partial
from pathlib import Path

import typer

from evidence.stamp import StampRefused, request_stamp
from qingyi.clock import utc_now
from qingyi.console import console, current_engine, errors, read_roots, refuse
from qingyi.unattended import unattended
from records import audit
from records.cases.quality_checks import Sizes, draw_checks
from records.chain_heads import compare_heads, current_heads, note_heads
from records.database import reading, transaction
from records.figures.period import Period
from records.local_time import local_day
from records.settings import settings
from records.task_locks import hold

app = typer.Typer(help="日志。", no_args_is_help=True)
quality = typer.Typer(help="抽检。", no_args_is_help=True)


@quality.callback()
def _group() -> None:
    """A group even with a single command."""


@app.command("verify")
def verify(
    head: str = typer.Option("", help="此前记下的链尾，核对它仍在链中"),
    noted: Path = typer.Option(None, "--noted", help="qingyi audit note 写入的文件夹，逐一核对当时的链尾"),
    roots: Path = typer.Option(None, "--roots", help="时间戳机构的根证书（PEM），同时核对链尾的时间戳"),
) -> None:
    """核验日志链：有改动、删除或插入时说明在哪一条，退出码 1。对照记下的链尾，末尾被截去、整条重做也能发现。"""
    trusted = read_roots(roots) if roots else ()
    with reading(current_engine()) as session:
        differing = list(compare_heads(session, noted, trusted)) if noted else []
        verified = audit.verify(session)
        is_known = not head or audit.is_in_chain(session, head)
    if verified.broken_at:
        errors.print(f"日志链在第 {verified.broken_at} 条断开：{verified.fault}", style="red")
        raise typer.Exit(1)
    if not is_known:
        errors.print(f"日志链中没有此前记下的链尾 {head}：末尾被截去", style="red", soft_wrap=True)
        raise typer.Exit(1)
    for fault in differing:
        errors.print(fault, style="red", markup=False, soft_wrap=True)
    if differing:
        raise typer.Exit(1)
    console.print(
        f"日志链完好，共 {verified.entries} 条\n链尾 {verified.head}", soft_wrap=True, highlight=False
    )


@app.command("note")
@unattended
def note(
    folder: Path = typer.Argument(
        None, help="记到这个文件夹（另一块磁盘或另一台机器），默认 QINGYI_HEADS_DIR"
    ),
) -> None:
    """记下日志链和取证清单链此刻的链尾，并盖时间戳（QINGYI_STAMP_URL）。系统每天自动记一次。"""
    place, authority = folder or settings().heads_dir, settings().stamp_url
    if place is None:
        refuse("请指明文件夹，或设置 QINGYI_HEADS_DIR")
    with reading(current_engine()) as session:
        heads = current_heads(session, utc_now())
    try:
        path = note_heads(heads, place, partial(request_stamp, authority) if authority else None)
    except StampRefused as error:
        errors.print(f"链尾已记下，但没有时间戳：{error}", style="yellow", markup=False, soft_wrap=True)
        raise typer.Exit(1) from None
    console.print(f"已记下：{path}", markup=False, highlight=False, soft_wrap=True)


@quality.command("draw")
@unattended
def draw() -> None:
    """抽取上一周的抽检样本：未命中的页面和已作的研判，由研判员盲审。每周只抽一次。"""
    engine = current_engine()
    last_week = Period.week(local_day(utc_now()) - timedelta(days=7)).first
    sizes = Sizes(settings().quality_pages_a_week, settings().quality_decisions_a_week)
    with hold(engine, "quality"), transaction(engine) as session:
        drawn = draw_checks(session, last_week, sizes)
    console.print(f"{last_week} 一周抽取 {drawn} 件")
