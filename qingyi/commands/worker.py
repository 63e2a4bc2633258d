"""`qingyi worker`: does what waits in the queue, on any machine."""

import typer

from crawler.workers import process
from qingyi.console import console, current_engine, errors, evidence_store
from records.settings import settings

_QUEUES = ("crawl", "judge", "capture", "webhooks")


def worker(
    queue: list[str] = typer.Option(
        list(_QUEUES), "--queue", help="从哪些队列取工作，可重复：crawl、judge、capture、webhooks（默认全部）"
    ),
    once: bool = typer.Option(False, "--once", help="队列空了就结束，不再等待"),
) -> None:
    """从队列中领取工作并完成（抓取、研判与立案、取证与核验、推送），可在多台机器上同时运行。"""
    if unknown := set(queue) - set(_QUEUES):
        errors.print(
            f"错误：没有名为 {'、'.join(sorted(unknown))} 的队列；可用：{'、'.join(_QUEUES)}", style="red"
        )
        raise typer.Exit(2)
    if settings().queue != "postgresql":
        errors.print("错误：未启用队列，请设置 QINGYI_QUEUE=postgresql", style="red")
        raise typer.Exit(2)
    process.prepare()
    engine, store = current_engine(), evidence_store()
    from jobs.worker import work  # noqa: PLC0415 - beside the process that begins

    console.print(f"领取工作：{'、'.join(queue)}", highlight=False)
    try:
        work(engine, store, queue, wait=not once)
    except ValueError as error:
        errors.print(f"错误：{error}", style="red", markup=False)
        raise typer.Exit(2) from None
