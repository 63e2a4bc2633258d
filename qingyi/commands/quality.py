"""`qingyi quality`: the weekly random sample."""

from datetime import timedelta

import typer

from qingyi.clock import utc_now
from qingyi.console import console, current_engine
from records.cases.quality_checks import Sizes, draw_checks
from records.database import transaction
from records.figures.period import Period
from records.local_time import local_day
from records.settings import settings
from records.task_locks import hold

app = typer.Typer(help="抽检。", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """A group also while it has a single command."""


@app.command("draw")
def draw() -> None:
    """抽取上一周的抽检样本：未命中的页面和已作的研判，由研判员盲审。每周只抽一次。"""
    engine = current_engine()
    last_week = Period.week(local_day(utc_now()) - timedelta(days=7)).first
    sizes = Sizes(settings().quality_pages_a_week, settings().quality_decisions_a_week)
    with hold(engine, "quality"), transaction(engine) as session:
        drawn = draw_checks(session, last_week, sizes)
    console.print(f"{last_week} 一周抽取 {drawn} 件")
