"""`qingyi evidence`: take evidence, check it, hand it over as a package, verify a package."""

from datetime import timedelta
from pathlib import Path

import typer
from rich.table import Column, Table

from evidence.verification import verify_package
from qingyi.clock import utc_now
from qingyi.commands.crawl import CRAWL_TASK, take_evidence
from qingyi.console import console, counting, current_engine, errors, evidence_store, read_roots, typed_day
from records.cases.captures import check_captures
from records.cases.evidence_package import EvidenceIncomplete, export_case
from records.database import reading
from records.local_time import begin_of, local_day
from records.task_locks import hold

app = typer.Typer(help="证据：取证、校验、导出证据包、核对证据包。", no_args_is_help=True)


@app.command()
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
        errors.print(f"错误：{error}", style="red", markup=False)
        raise typer.Exit(2) from None
    except OSError as error:
        errors.print(f"错误：无法写入 {path}：{error.strerror}", style="red", markup=False)
        raise typer.Exit(2) from None
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
        errors.print(f"错误：无法读取 {package}：{error.strerror}", style="red", markup=False)
        raise typer.Exit(2) from None
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
