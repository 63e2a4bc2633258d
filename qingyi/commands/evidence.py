"""`qingyi evidence`: take evidence, check it, hand it over as a package, verify a package."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import typer
from rich.table import Column, Table

from evidence.verification import verify_package
from qingyi.clock import utc_now
from qingyi.commands.crawl import CRAWL_TASK, take_evidence
from qingyi.console import (
    console,
    counting,
    current_engine,
    errors,
    evidence_store,
    read_roots,
    refuse,
    typed_day,
)
from qingyi.unattended import unattended
from records.backups.evidence_copy import find_faults, move_evidence
from records.cases.captures import check_captures
from records.cases.evidence_package import EvidenceIncomplete, export_case
from records.database import reading
from records.local_time import begin_of, local_day
from records.settings import settings
from records.store.bucket_store import BucketStore
from records.store.folder_store import FolderStore
from records.task_locks import hold

app = typer.Typer(help="证据：取证、校验、导出证据包、核对证据包。", no_args_is_help=True)


@app.command()
@unattended
def capture() -> None:
    """为尚未取证的案件取证：整页截图、HTTP 交互记录（WARC）、页面、证书链，写入哈希相连的清单。"""
    engine, store = current_engine(), evidence_store()
    with hold(engine, CRAWL_TASK):
        take_evidence(engine, store)


@app.command()
def check() -> None:
    """核对证据库：每份清单、每个文件的哈希，以及清单之间的相连。有不符的，退出码为 1。"""
    engine, store = current_engine(), evidence_store()
    table = Table("取证编号", "不符之处")
    checked = 0
    with reading(engine) as session:
        for number, faults in check_captures(session, store):
            checked += 1
            for fault in faults:
                table.add_row(str(number), fault)
    if table.row_count:
        console.print(table)
        raise typer.Exit(1)
    console.print(f"{checked} 份取证记录全部相符")


@app.command()
def move(
    folder: Path = typer.Argument(None, help="本机的证据文件夹，默认 QINGYI_EVIDENCE_DIR"),
) -> None:
    """把本机文件夹中的证据复制到存储桶（QINGYI_EVIDENCE_URL）。可随时中断，再次运行即从中断处继续；原文件夹不变。"""
    store, source = _bucket(), FolderStore(folder or settings().evidence_dir)
    if not source.folder.is_dir():
        refuse(f"没有文件夹 {source.folder}")
    engine = current_engine()
    with counting("复制证据（件）") as progress, hold(engine, "evidence move"):
        lost = list(move_evidence(source, store, progress))
    with counting("核对证据（件）") as progress:
        faults = list(dict.fromkeys([*lost, *find_faults(source.names(), store, progress)]))
    _exit_with(faults)
    console.print(f"{source.folder} 的证据都在 {store.place} 中，已逐件核对", markup=False, soft_wrap=True)


@app.command()
@unattended
def gather() -> None:
    """把存储桶中的小包合并成大包，合并前逐件核对；时钟每天运行一次。有缺损的，退出码为 1。"""
    from records.store.gathering import gather  # noqa: PLC0415 - a folder has nothing to gather

    with counting("合并（包）") as progress, hold(current_engine(), "evidence gather"):
        done = gather(_bucket(), progress)
    console.print(f"{done.small} 个小包合并为 {done.large} 个大包", highlight=False)
    _exit_with(done.faults)


@app.command()
def index() -> None:
    """按存储桶的内容重新建立证据索引：补上未登记的包，去掉重复的包。索引中的包已不在的，退出码为 1。"""
    from records.store.gathering import index_again  # noqa: PLC0415 - a folder indexes itself

    with hold(current_engine(), "evidence gather"):
        done = index_again(_bucket())
    console.print(f"补登 {done.added} 件证据，去掉 {done.removed} 个重复的包", highlight=False)
    _exit_with(done.lost)


def _bucket() -> BucketStore:
    """The settings' bucket; where there is none, the command ends."""
    store = evidence_store()
    if not isinstance(store, BucketStore):
        refuse("未设置存储桶，请设置 QINGYI_EVIDENCE_URL")
    return store


def _exit_with(faults: Sequence[str]) -> None:
    for fault in faults:
        errors.print(f"不符  {fault}", style="red", markup=False, highlight=False, soft_wrap=True)
    if faults:
        raise typer.Exit(1)


@app.command()
@unattended
def replay(
    since: str = typer.Option(None, "--since", help="这一天起取的证，默认昨天起"),
    case: list[int] = typer.Option([], "--case", help="只重放这些案件的证据，不论何时所取"),
) -> None:
    """用公开的浏览程序（ReplayWeb.page）重放证据，与取证时的文字和截图比较。有不一致的，写入取证记录的备注，退出码为 1。"""
    from jobs.replay import replay_captures  # noqa: PLC0415 - brings the browser

    first = typed_day(since) if since else local_day(utc_now()) - timedelta(days=1)
    engine, store = current_engine(), evidence_store()
    with counting("重放中（页）") as progress, hold(engine, "replay"):
        found = replay_captures(engine, store, begin_of(first), case, progress)
    if differing := [one for one in found if not one.is_as_seen]:
        table = Table(
            "取证编号", Column("网址", overflow="fold"), "文字", "画面", Column("说明", overflow="fold")
        )
        for one in differing:
            table.add_row(str(one.number), one.url, one.share(one.words), one.share(one.picture), one.said)
        console.print(table)
    console.print(f"重放 {len(found)} 页，与取证时所见一致 {len(found) - len(differing)} 页")
    if differing:
        raise typer.Exit(1)


@app.command()
def export(
    case: int = typer.Argument(help="案件编号"),
    output: Path = typer.Option(None, "--output", "-o", help="写到这个文件（默认 case-编号-evidence.zip）"),
) -> None:
    """导出一个案件的证据包：清单、证据文件、可重放的 WACZ、电子数据取证记录（PDF）和校验和。"""
    path = output or Path(f"case-{case}-evidence.zip")
    try:
        with reading(current_engine()) as session:
            export_case(session, evidence_store(), case, path)
    except EvidenceIncomplete as error:
        refuse(str(error))
    except OSError as error:
        refuse(f"无法写入 {path}：{error.strerror}")
    console.print(f"已写入 {path}（{path.stat().st_size:,} 字节）", markup=False)


@app.command()
def verify(
    package: Path = typer.Argument(help="证据包（.zip）"),
    roots: Path = typer.Option(None, "--roots", help="时间戳机构的根证书（PEM），同时核对时间戳的签名"),
) -> None:
    """核对一个证据包，不需要数据库：说出被改动、缺少、后来加入的每个文件。有不符的，退出码为 1。"""
    trusted = read_roots(roots) if roots else ()
    try:
        manifest, faults = verify_package(package, trusted)
    except OSError as error:
        refuse(f"无法读取 {package}：{error.strerror}")
    for fault in faults:
        console.print(f"不符  {fault}", style="red", markup=False, highlight=False)
    if manifest is None or faults:
        console.print(f"{package}：{len(faults)} 处不符", markup=False)
        raise typer.Exit(1)
    console.print(
        f"{package}：完整无改动。第 {manifest.number} 号取证，{manifest.captured_at:%Y-%m-%d %H:%M:%S %Z}，"
        f"{manifest.page['url']}，{len(manifest.items)} 个文件",
        markup=False,
        highlight=False,
    )
