"""How the browser starts, and how it is given a body to show in place of the server's."""

import logging
import os
import subprocess
from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from crawler.browser.proxy import BrowserProxy
from crawler.errors import BrowserMissing
from crawler.network.guard import AddressGuard
from records.settings import settings

if TYPE_CHECKING:
    from playwright.async_api import Page, Route

_LOG = logging.getLogger(__name__)
GOTO_TIMEOUT_MS = 20_000

_ARGUMENTS = [
    "--disable-gpu",
    "--disable-quic",
    "--js-flags=--max-old-space-size=512",  # MiB, of one page's scripts
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
# Playwright turns off what a visitor's browser has against floods: windows without a click, histories without end.
_KEPT = ["--disable-popup-blocking", "--disable-ipc-flooding-protection"]
_GUARDED = [
    # What a proxy does not carry is not sent: calls between browsers (older versions know the first name of the switch,
    # newer ones the second alone), and questions for names, which the proxy asks itself.
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--disable-site-isolation-trials",
]


@lru_cache(maxsize=1)
def browser_proxy() -> tuple[BrowserProxy, str]:
    """This process's proxy and its URL: all requests of the browser go through it."""
    proxy = BrowserProxy(AddressGuard(settings().allowed_networks))
    return proxy, proxy.start()


def guarded_launch_options() -> dict[str, Any]:
    """As `launch_options`, for pages that are not ours: every connection goes through `browser_proxy`.

    Frames of other sites stay in their page's process, where their responses can be read (`wire`). Each page
    has a context and so a process of its own, and nobody is signed in anywhere, so a frame has nothing to
    steal.
    """
    options = launch_options()
    options["args"] = [*options["args"], *_GUARDED]
    return {**options, "proxy": {"server": browser_proxy()[1], "bypass": "<-loopback>"}}


def launch_options() -> dict[str, Any]:
    """How Playwright starts Debian's Chromium; raises BrowserMissing when it is not there."""
    program = settings().chromium
    if not program.exists():
        raise BrowserMissing(f"找不到浏览器 {program}：请运行 make setup，或用 QINGYI_CHROMIUM 指定路径")
    return {
        "executable_path": str(program),
        "headless": True,
        "args": list(_ARGUMENTS),
        "ignore_default_args": _KEPT,
        "chromium_sandbox": can_sandbox(),
    }


@lru_cache(maxsize=1)
def can_sandbox() -> bool:
    """Whether Chromium can shut its pages in here: it needs namespaces of its own, and refuses to as root. A machine or
    a container without them (docs/guides/deploy.md) gets a warning, and pages that the machine alone holds."""
    if os.geteuid() == 0:
        return False
    tried = ["unshare", "--user", "--map-root-user", "chroot", "/", "true"]
    with suppress(OSError, subprocess.SubprocessError):
        if subprocess.run(tried, capture_output=True, timeout=10, check=False).returncode == 0:  # noqa: S603
            return True
    _LOG.warning("浏览器的沙箱在本机不可用：需要用户命名空间（见 docs/guides/deploy.md）")
    return False


async def answer_as_utf8(page: "Page", url: str, status: int, body: bytes) -> None:
    """Give the browser `body` in place of the server's response at `url` from now on, with a header that says
    UTF-8."""
    await answer_with(page, url, status, body, "text/html; charset=utf-8")


async def answer_with(page: "Page", url: str, status: int, body: bytes, content_type: str) -> None:
    """Give the browser `body` in place of the server's response at `url` from now on."""

    from playwright.async_api import Error  # noqa: PLC0415 - there already: it made the page

    async def answer(route: "Route") -> None:
        with suppress(Error):  # the page may be closed meanwhile
            await route.fulfill(status=status, body=body, content_type=content_type)

    await page.route(lambda asked: asked == url, answer)
