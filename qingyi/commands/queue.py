"""`qingyi queue`: an office pulls its transfers into a folder, and reports results from a file. Needs no database."""

import json
import time
from collections.abc import Iterable
from pathlib import Path

import typer

from qingyi.client import PulledTransfer, QueueClient, QueueRefused, QueueUnreachable, Report
from qingyi.console import console, counting, errors, refuse
from records.local_time import parse_day
from records.models import DisposalResult
from records.sheets.read import read_tables
from records.sheets.table import SheetRow, TableFile
from records.store.whole_files import write_folder

app = typer.Typer(help="处置部门：把转送件取到文件夹，从表格反馈结果。", no_args_is_help=True)

_URL = typer.Option(..., "--url", envvar="QINGYI_URL", help="清医的网址")
_TOKEN = typer.Option(..., "--token", envvar="QINGYI_TOKEN", help="部门令牌，最好放在环境变量里")
_CERTIFICATE = typer.Option(
    None, "--certificate", envvar="QINGYI_CERTIFICATE", help="客户端证书（PEM），服务器要求时用"
)
_KEY = typer.Option(None, "--key", envvar="QINGYI_KEY", help="客户端证书的私钥（PEM）")
_AUTHORITY = typer.Option(None, "--authority", envvar="QINGYI_AUTHORITY", help="签发服务器证书的机构（PEM）")
_RESULTS = {result.label: result.value for result in DisposalResult}
_COLUMNS = ("编号", "结果", "日期", "文书号", "说明")


@app.command("pull")
def pull(
    folder: Path = typer.Argument(help="存放转送件的文件夹，每件一个子文件夹"),
    url: str = _URL,
    token: str = _TOKEN,
    certificate: Path = _CERTIFICATE,
    key: Path = _KEY,
    authority: Path = _AUTHORITY,
    watch: bool = typer.Option(False, "--watch", help="持续运行，每隔一段时间取一次"),
    every: float = typer.Option(60.0, min=1.0, help="持续运行时的间隔秒数"),
    limit: int = typer.Option(20, min=1, max=500, help="一次领取多少件"),
) -> None:
    """领取、下载并签收本部门的转送件。每件先完整写入文件夹再签收，中断后再运行不会重复也不会遗漏。"""
    folder.mkdir(parents=True, exist_ok=True)
    with _client(url, token, certificate, key, authority) as queue:
        while True:
            try:
                console.print(f"取得 {_pull_all(queue, folder, limit)} 件", highlight=False)
            except QueueUnreachable as error:
                if not watch:
                    refuse(str(error))
                errors.print(f"{error}，稍后再试", style="yellow", markup=False)
            except QueueRefused as error:
                refuse(str(error))
            if not watch:
                return
            time.sleep(every)


@app.command("report")
def report(
    file: Path = typer.Argument(
        help="表格（xlsx、xls、et、ods、xlsb、CSV），列：编号、结果、日期、文书号、说明，可有附件（文件路径）"
    ),
    url: str = _URL,
    token: str = _TOKEN,
    certificate: Path = _CERTIFICATE,
    key: Path = _KEY,
    authority: Path = _AUTHORITY,
) -> None:
    """从表格反馈处置结果。结果用本部门的说法，如删除、责令改正、立案。有没有办成的，退出码为 1。"""
    reports: list[Report] = []
    places: list[str] = []  # of the reports
    documents: list[tuple[int, Path]] = []
    faults = 0
    tables = read_tables(TableFile.of(file), (*_COLUMNS, "附件"), _COLUMNS[:3])
    _tell(tables.notes)
    for sheet in tables.sheets:
        _tell(sheet.notes)
        for row in sheet.rows:
            if row.unreadable:
                faults += 1
                _tell(map(str, row.faults(sheet.name)))
                continue
            try:
                document = _document(row, file.parent)
                reports.append(_report(row))
                places.append(f"{sheet.name} 第 {row.line} 行")
                documents += [(reports[-1].transfer_id, document)] if document else []
            except ValueError as error:
                faults += 1
                errors.print(f"{sheet.name} 第 {row.line} 行{error}", style="yellow", markup=False)
    done = 0
    with _client(url, token, certificate, key, authority) as queue:
        try:
            for transfer_id, document in documents:
                faults += _attach(queue, transfer_id, document)
            for first in range(0, len(reports), 100):
                outcomes = queue.report(reports[first : first + 100])
                for place, outcome in zip(places[first:], outcomes, strict=False):
                    done += outcome.done
                    if not outcome.done:
                        faults += 1
                        errors.print(
                            f"{place}：转送件 {outcome.transfer_id}，{outcome.detail}",
                            style="yellow",
                            markup=False,
                        )
        except (QueueRefused, QueueUnreachable) as error:
            refuse(str(error))
    console.print(f"已反馈 {done} 件，未办成 {faults} 件")
    if faults:
        raise typer.Exit(1)


def _client(
    url: str, token: str, certificate: Path | None, key: Path | None, authority: Path | None
) -> QueueClient:
    if (certificate is None) != (key is None):
        refuse("客户端证书和私钥要一起给出：--certificate 和 --key")
    both = (certificate, key) if certificate and key else None
    try:
        return QueueClient(url, token, certificate=both, authority=authority)
    except OSError as error:
        refuse(f"证书无法使用：{error}")


def _pull_all(queue: QueueClient, folder: Path, limit: int) -> int:
    """Pull batch by batch until nothing is left; returns how many."""
    pulled = 0
    while True:
        held = queue.lease(limit=limit)
        if not held.transfers:
            return pulled
        with counting("下载中（件）", len(held.transfers)) as progress:
            for transfer in held.transfers:
                _write(folder / str(transfer.id), transfer, queue.package(transfer.id))
                queue.take(transfer.id, lease=held.id)
                pulled += 1
                progress(1)
        queue.release(held.id)


def _write(folder: Path, transfer: PulledTransfer, package: bytes | None) -> None:
    """Write a transfer's files whole, or not at all."""
    files = {
        "transfer.json": json.dumps(transfer.whole, ensure_ascii=False, indent=2).encode(),
        "说明.txt": _words(transfer, package is not None).encode(),
    }
    if package is not None:
        files["evidence.zip"] = package
    write_folder(folder, files)


def _words(transfer: PulledTransfer, has_package: bool) -> str:
    lines = [
        f"转送件 {transfer.id}：{transfer.title}",
        f"机构：{transfer.institution}",
        f"网址：{transfer.url}",
        f"请于 {transfer.due_on} 前反馈",
        "",
        *(f"“{one['quote']}”：{one['why']}" for one in transfer.whole["findings"]),
        "",
        "证据包：evidence.zip" if has_package else "证据包尚未完成，可稍后在网页下载",
    ]
    return "\n".join(lines) + "\n"


def _document(row: SheetRow, folder: Path) -> Path | None:
    """The file that a row names, from the table's own folder. Raises ValueError."""
    named = _cell(row, "附件")
    if not named:
        return None
    if not (folder / named).is_file():
        raise ValueError(f"“附件”：没有文件“{named}”")
    return folder / named


def _attach(queue: QueueClient, transfer_id: int, document: Path) -> bool:
    """Add a document; returns whether that failed. The result is reported all the same."""
    try:
        queue.attach(transfer_id, document)
    except QueueRefused as refused:
        errors.print(f"转送件 {transfer_id} 附件“{document.name}”：{refused}", style="yellow", markup=False)
        return True
    return False


def _cell(row: SheetRow, name: str) -> str:
    return row.cells.get(name, "")


def _report(row: SheetRow) -> Report:
    cells = {name: _cell(row, name) for name in _COLUMNS}
    number = cells["编号"]
    if not number.isdecimal():
        raise ValueError(f"“编号”：{cells['编号']!r} 不是编号")
    result = _RESULTS.get(cells["结果"], cells["结果"])
    # A word that is not a result's is the office's own: the server knows these, and lists them where the word
    # is unknown.
    measure = "" if result in _RESULTS.values() else cells["结果"]
    if not result:
        raise ValueError("“结果”：不能为空")
    try:
        day = parse_day(row.cells.get("日期"))
    except ValueError as fault:
        raise ValueError(f"“日期”：{fault}") from None
    return Report(int(number), result, day, cells["文书号"], cells["说明"], measure)


def _tell(notes: Iterable[str]) -> None:
    for note in notes:
        errors.print(note, style="yellow", markup=False, highlight=False)
