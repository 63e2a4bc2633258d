"""Browsers apart from the crawlers: one Chromium, in whose contexts crawlers of other machines open pages.

All that it asks for goes through the proxy of the process that started it, so that the rules on addresses hold there.
Whoever knows the pool's address can open any page in it: the address has a secret in it, and it listens where it is told.
"""

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright._impl._driver import compute_driver_executable, get_driver_env

from crawler.browser.launch import guarded_launch_options


def server_options(url: str, host: str) -> dict[str, Any]:
    """The options of Playwright's server of browsers, which listens on `host` at the port and path of `url`. Raises
    BrowserMissing."""
    asked, guarded = urlsplit(url), guarded_launch_options()
    return {
        "host": host,
        "port": asked.port,
        "wsPath": asked.path,
        "executablePath": guarded["executable_path"],
        "headless": guarded["headless"],
        "args": guarded["args"],
        "ignoreDefaultArgs": guarded["ignore_default_args"],
        "chromiumSandbox": guarded["chromium_sandbox"],
        "proxy": guarded["proxy"],
    }


@contextmanager
def browser_server(options: dict[str, Any]) -> Iterator["subprocess.Popen[str]"]:
    """A browser that is served, until the block ends; its process has an end of its own where the browser has. The first
    line that it writes is its address."""
    node, program = compute_driver_executable()
    with tempfile.TemporaryDirectory() as scratch:
        config = Path(scratch) / "options.json"  # every user of the machine can read arguments
        config.touch(0o600)
        config.write_text(json.dumps(options), "utf-8")
        command = [node, program, "launch-server", "--browser", "chromium", "--config", str(config)]
        environment = {**os.environ, **get_driver_env()}
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as server:  # noqa: S603 - ours
            try:
                yield server
            finally:
                server.terminate()  # it ends its browser first
