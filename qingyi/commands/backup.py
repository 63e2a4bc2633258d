"""`qingyi backup` and `qingyi restore`: database and evidence into a folder, and back."""

from collections.abc import Sequence
from pathlib import Path

import typer

from qingyi.clock import utc_now
from qingyi.console import configured_store, console, counting, current_engine, errors, evidence_store, refuse
from qingyi.unattended import unattended
from records.backups.backup import drop_older, put_back, put_evidence_back, take_backup
from records.backups.dump import BackupFailed
from records.database import open_engine
from records.settings import settings
from records.store.content_store import EvidenceStore


@unattended
def backup(
    folder: Path = typer.Argument(help="备份写入这个文件夹：证据逐次增补，数据库每次一份"),
    keep: int = typer.Option(0, min=0, help="只保留最近这么多份数据库，0 表示全部保留；证据总是保留"),
) -> None:
    """备份数据库、它所记的全部证据和历次关键词表，系统可照常运行；备份后逐一核对。证据有缺损的，退出码为 1。"""
    engine = current_engine()
    with counting("备份证据（件）") as progress:
        try:
            done = take_backup(
                engine, evidence_store(), settings().lists_kept_dir, folder, utc_now(), progress
            )
        except (BackupFailed, OSError) as error:
            _fail(error)
    console.print(
        f"已备份到 {folder / done.backup.name}：{sum(done.backup.rows.values())} 行，{done.backup.evidence} 件证据",
        markup=False,
        highlight=False,
        soft_wrap=True,
    )
    for name in drop_older(folder, keep) if keep else ():
        console.print(f"已删除较早的数据库备份 {name}", markup=False, highlight=False)
    _report(done.faults)


def restore(
    folder: Path = typer.Argument(help="qingyi backup 写入的文件夹"),
    name: str = typer.Option(None, "--backup", help="恢复哪一份（文件夹名），默认最新一份"),
    only_evidence: bool = typer.Option(False, "--evidence-only", help="数据库完好，只补回证据库中缺少的证据"),
) -> None:
    """把备份恢复到设置所指的空数据库和证据库，并逐一核对：行数、日志链、清单链、每件证据。有不符的，退出码为 1。"""
    store = configured_store()
    if only_evidence:
        _restore_evidence(folder, store)
        return
    engine = open_engine(settings().database_url)
    with counting("恢复证据（件）") as progress:
        try:
            done = put_back(folder, name, engine, store, settings().lists_kept_dir, utc_now(), progress)
        except (BackupFailed, OSError) as error:
            _fail(error)
    console.print(
        f"已恢复 {done.backup.made_at} 的备份：{sum(done.backup.rows.values())} 行，{done.backup.evidence} 件证据。"
        "所有登录已失效；此后吊销的令牌、停用的用户请重新处理",
        markup=False,
        highlight=False,
        soft_wrap=True,
    )
    _report(done.faults)


def _restore_evidence(folder: Path, store: EvidenceStore) -> None:
    engine = current_engine()
    with counting("恢复证据（件）") as progress:
        try:
            faults = put_evidence_back(folder, engine, store, progress)
        except (BackupFailed, OSError) as error:
            _fail(error)
    console.print("证据已补回，数据库所记的每件都已核对", highlight=False)
    _report(faults)


def _report(faults: Sequence[str]) -> None:
    for fault in faults:
        errors.print(f"不符  {fault}", style="red", markup=False, highlight=False, soft_wrap=True)
    if faults:
        raise typer.Exit(1)


def _fail(error: Exception) -> None:
    reason = f"{error.filename or ''} {error.strerror}" if isinstance(error, OSError) else str(error)
    refuse(reason)
