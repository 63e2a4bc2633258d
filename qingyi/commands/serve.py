"""`qingyi serve`: pages, API and the schedule in one process."""

import socket

import typer
import uvicorn

from api.app import make_app
from api.prompt_heads import PromptHeads
from crawler.workers.garbage_collection import tune_gc
from jobs.processes import end_steps
from jobs.schedule import ensure_jobs, scheduler
from qingyi.console import console, current_engine, evidence_store, refuse
from qingyi.rules import rules_in_force
from qingyi.unattended import unattended
from records.settings import settings


@unattended
def serve(
    host: str = typer.Option("127.0.0.1", help="监听地址"),
    port: int = typer.Option(8800, min=1, max=65535, help="监听端口"),
    schedule: bool = typer.Option(True, "--schedule/--no-schedule", help="是否同时运行定时任务"),
) -> None:
    """启动网页、接口与定时任务（抓取、核验）。"""
    engine = current_engine()
    application = make_app(engine, evidence_store(), rules_in_force(), settings())
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio turns off Nagle's delay (40 ms a response) only where a socket says that it is TCP.
    with socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((host, port))
        except OSError as error:
            refuse(f"无法监听 {host}:{port}：{error.strerror}")
        clock = scheduler(engine)
        if schedule:
            clock.start(paused=True)
            ensure_jobs(clock)
            clock.resume()
        console.print(f"清医已启动：http://{host}:{port}/", highlight=False)
        tune_gc()
        try:
            config = uvicorn.Config(application, http=PromptHeads, log_level="warning", log_config=None)
            uvicorn.Server(config).run(sockets=[listening])
        finally:
            end_steps()
            if schedule:
                clock.shutdown(wait=False)
