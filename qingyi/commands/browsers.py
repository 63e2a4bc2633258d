"""`qingyi browsers`: a browser that crawlers of other machines open their pages in."""

import signal

import typer

from crawler.browser.memory_watch import MemoryWatch
from crawler.browser.pool import browser_server, server_options
from qingyi.console import console, errors, refuse
from records.settings import settings

_MEBIBYTE = 1 << 20


def browsers(
    host: str = typer.Option("127.0.0.1", "--host", help="监听的地址；只让巡查的机器能到达"),
    memory: int = typer.Option(
        1600, "--memory", min=400, help="所有页面至多占用的内存（MiB），超过的中止最大的一页"
    ),
) -> None:
    """浏览器池：供各台机器上的巡查打开页面，端口和密钥取自 QINGYI_BROWSERS_URL。取证仍用本机的浏览器。"""
    if not (url := settings().browsers_url.get_secret_value()):
        refuse("未设置浏览器池，请设置 QINGYI_BROWSERS_URL=ws://HOST:PORT/SECRET")
    options = server_options(url, host)
    MemoryWatch(memory * _MEBIBYTE)
    signal.signal(signal.SIGTERM, _end)
    while True:
        with browser_server(options) as server:
            assert server.stdout is not None
            if not server.stdout.readline():
                refuse(f"浏览器无法启动，或端口 {options['port']} 已被占用")
            console.print(f"浏览器池已启动：{host}:{options['port']}", highlight=False)
            server.wait()
        errors.print("浏览器意外结束，重新启动", style="yellow")


def _end(*_: object) -> None:
    """End the browser, and then the command."""
    raise SystemExit(0)
