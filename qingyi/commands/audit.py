"""`qingyi audit`: whether the log is whole."""

import typer

from qingyi.console import console, current_engine, errors
from records import audit
from records.database import reading

app = typer.Typer(help="日志。", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """A group also while it has a single command."""


@app.command("verify")
def verify(head: str = typer.Option("", help="此前记下的链尾，核对它仍在链中")) -> None:
    """核验日志链：有改动、删除或插入时说明在哪一条，退出码 1。"""
    with reading(current_engine()) as session:
        verified = audit.verify(session)
        is_known = not head or audit.is_in_chain(session, head)
    if verified.broken_at:
        errors.print(f"日志链在第 {verified.broken_at} 条断开：{verified.fault}", style="red")
        raise typer.Exit(1)
    if not is_known:
        errors.print(f"日志链中没有此前记下的链尾 {head}：末尾被截去", style="red", soft_wrap=True)
        raise typer.Exit(1)
    console.print(
        f"日志链完好，共 {verified.entries} 条\n链尾 {verified.head}", soft_wrap=True, highlight=False
    )
