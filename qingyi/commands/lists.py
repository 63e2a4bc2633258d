"""`qingyi lists`: the keyword lists, checked."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

import typer
from rich.table import Table
from sqlalchemy import Engine

from classifiers.examples import failing_examples
from classifiers.lists.law_table import law_table
from classifiers.lists.rules import load_rules
from jobs.on_ray import OnRay, RayMissing
from jobs.rejudging import begin, rejudge
from qingyi.clock import utc_now
from qingyi.console import console, counting, current_engine, errors, evidence_store, refuse
from qingyi.rules import rules_in_force
from qingyi.unattended import unattended
from records.database import reading, transaction
from records.lists import trials
from records.lists.agreement import keep_in_database
from records.lists.drafts import ListFolders
from records.lists.in_force import keep_files, keep_version
from records.lists.publications import notice_version
from records.lists.rejudgings import ask_rejudging, find_unfinished
from records.lists.spreading import Spread, in_processes
from records.lists.trial_run import run_trial
from records.local_time import local_day
from records.models import ListTrial
from records.settings import settings
from records.task_locks import hold

app = typer.Typer(help="关键词表：检查、统计。", no_args_is_help=True)


class Engines(StrEnum):
    """The function that spreads the work on stored pages."""

    PROCESSES = "processes"
    RAY = "ray"


ENGINE = typer.Option(
    Engines.PROCESSES, "--engine", help="由本机的两个进程，或由 Ray（QINGYI_RAY 的集群，未设置则本机）研判"
)
WORKERS = typer.Option(None, min=1, help="Ray 用多少个进程，默认集群的处理器数")


def _spread(engine: Engines, workers: int | None) -> Spread:
    if engine is Engines.PROCESSES:
        return in_processes
    return OnRay(settings().ray, workers)


@contextmanager
def _ray_told() -> Iterator[None]:
    """Say in a line that Ray is not there, or does not start."""
    try:
        yield
    except RayMissing as error:
        refuse(str(error))


def _begun_trial(
    engine: Engine, folders: ListFolders, versions: tuple[str, str], sample: int | None
) -> tuple[int, list[int], int]:
    """A trial's id, its pages, and how many of them are judged: the one that was cut off, or a new one."""
    with transaction(engine) as session:
        for version in versions:
            keep_in_database(session, version, folders.of(version))
        if cut_off := trials.find_cut_off(session, versions, sample):
            trials.take_up_trial(cut_off, utc_now())
            ids = trials.pages_to_try(session, sample, 0, cut_off.until_snapshot_id)
            return cut_off.id, ids, cut_off.judged
        ids = trials.pages_to_try(session, sample, 0)
        begun = trials.begin_trial(session, None, versions, ids, "system:command", utc_now(), sample)
        return begun.id, ids, 0


@app.command()
def check(
    folder: Path = typer.Argument(None, help="关键词表文件夹，默认为设置中的文件夹"),
    examples: bool = typer.Option(False, "--examples", help="同时运行全部例句，没有通过的退出码为 1"),
) -> None:
    """检查关键词表的格式与引用，列出全部问题（文件、行、字段）。有问题时退出码为 2。"""
    rules = load_rules(folder or settings().lists_dir)
    table = Table("规则族", "规则", "词条")
    count: Counter[str] = Counter()
    terms: Counter[str] = Counter()
    for rule in rules.live.values():
        count[rule.family_title] += 1
        terms[rule.family_title] += len(rule.terms)
    for family in count:
        table.add_row(family, str(count[family]), str(terms[family]))
    table.add_row("合计", str(count.total()), str(terms.total()), style="bold")
    console.print(table)
    missed = sum(len(rule.examples.todo_match) for rule in rules.live.values())
    alarms = sum(len(rule.examples.todo_spare) for rule in rules.live.values())
    console.print(f"已知漏报 {missed} 条，已知误报 {alarms} 条（写在规则的例句里）")
    console.print(f"版本 {rules.version[:12]}")
    failing = list(failing_examples(rules, local_day(utc_now()))) if examples else []
    for fault in failing:
        errors.print(f"例句没有通过：{fault}", style="red", markup=False)
    if failing:
        raise typer.Exit(1)


@app.command()
def law(folder: Path = typer.Argument(None, help="关键词表文件夹，默认为设置中的文件夹")) -> None:
    """法律条款与规则对照表（Markdown）：每条规定有哪些规则、罚则、例外，没有规则的为什么没有。"""
    typer.echo(law_table(load_rules(folder or settings().lists_dir)), nl=False)


@app.command("rejudge")
@unattended
def rejudge_pages(
    due: bool = typer.Option(False, "--due", help="只做发布之后还没做完的，没有就什么也不做"),
    by: Engines = ENGINE,
    workers: int = WORKERS,
) -> None:
    """按现行关键词表重新研判已存页面：新增命中的立案，未定的案件随之更新或结案，人已作出的决定不动。中断后接着做。"""
    engine, folders = current_engine(), ListFolders(settings().lists_dir, settings().lists_kept_dir)
    with hold(engine, "rejudge"), _ray_told():
        with transaction(engine) as session:
            version = notice_version(session, folders, rules_in_force().version, utc_now()).version
            if find_unfinished(session) is None and not due:
                ask_rejudging(session, version, "system:command", utc_now())
        begun = begin(engine, folders, utc_now())
        if begun is None:
            console.print("没有等待重新研判的版本")
            return
        with counting("重新研判中（页）", len(begun.left)) as progress:
            done = rejudge(engine, evidence_store(), begun, progress, spread=_spread(by, workers))
    console.print(
        f"版本 {done.version[:12]}：重新研判 {done.judged} 页，新增案件 {done.opened} 件，命中变化 {done.changed} 件，"
        f"不再命中而结案 {done.closed} 件，不再命中但已有人处理 {done.left_open} 件"
    )
    if done.missing:
        console.print(f"{done.missing} 页的证据不在证据库中，未能研判", style="yellow")
        raise typer.Exit(1)


@app.command("trial")
def trial(
    folder: Path = typer.Argument(help="修改后的关键词表文件夹"),
    pages: int = typer.Option(None, min=1, help="只抽样这么多页，默认全部"),
    by: Engines = ENGINE,
    workers: int = WORKERS,
) -> None:
    """把另一套关键词表在已存页面上试运行，与现行的比较：哪些页面会新增、不再或改变命中。有差别时退出码为 1。

    中断后再次运行即接着做。
    """
    engine, store = current_engine(), evidence_store()
    folders = ListFolders(settings().lists_dir, settings().lists_kept_dir)
    before, after = load_rules(folders.folder).version, load_rules(folder).version
    keep_version(folders.folder, folders.kept, before)
    keep_files(folder, folders.kept, after)
    with hold(engine, "trial"), _ray_told():
        trial_id, ids, done = _begun_trial(engine, folders, (before, after), pages)
        if done:
            errors.print(f"接着做上次中断的试运行，已研判 {done} 页", highlight=False)
        with counting("试运行中（页）", len(ids)) as progress:
            progress(done)
            run_trial(engine, store, folders, trial_id, ids, progress, _spread(by, workers))
    with reading(engine) as session:
        figures = session.get_one(ListTrial, trial_id).figures or {}
        found = trials.list_differences(session, trial_id, "", 20)
        table = Table("差别", "网址", "不再命中", "新增命中")
        for row in found:
            quotes = ("、".join(f"“{one['quote']}”" for one in side) for side in (row.before, row.after))
            table.add_row(trials.KINDS[row.kind], row.snapshot.page.url, *quotes)
    if found:
        console.print(table)
    for side, title in (("before", "现行"), ("after", "修改后")):
        precision = trials.precision(figures, side)
        share = "—" if precision.share is None else f"{100 * precision.share:.1f}%"
        console.print(
            f"{title}：命中 {figures[side]} 页，按研判员此前的决定准确率 {share}"
            f"（认定 {precision.confirmed}，不予认定 {precision.dismissed}）"
        )
    console.print(
        f"新增 {figures['new']} 页，不再命中 {figures['vanished']} 页，有变 {figures['changed']} 页"
    )
    if found:
        raise typer.Exit(1)
