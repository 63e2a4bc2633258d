"""A crawler opens its pages in a browser of another process, by whose proxy the rules on addresses hold."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator

import psutil
import pytest
from playwright.sync_api import Browser, Error
from sqlalchemy import Engine, select

from crawler.browser.pool import server_options
from records.database import reading
from records.models import Snapshot
from tests.servers.postgresql import free_port
from tests.servers.site import Answer, serving

BUILT = """<!doctype html><html><head><meta charset="utf-8"><title>站</title></head><body><div id="app"></div>
<script>document.getElementById("app").innerHTML = "<p>" + "这是脚本写出的正文。".repeat(30) + "</p>"</script></body>"""
SECRET = "a-secret-that-is-for-this-test"


@pytest.fixture(scope="module")
def pool() -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """A pool that may reach loopback's 127.0.0.1 alone, and its address."""
    url = f"ws://127.0.0.1:{free_port()}/{SECRET}"
    settings = {"QINGYI_BROWSERS_URL": url, "QINGYI_ALLOW_NETWORKS": "127.0.0.1/32"}
    command = [sys.executable, "-m", "qingyi", "browsers"]
    with subprocess.Popen(
        command, env={**os.environ, **settings}, stdout=subprocess.PIPE, text=True
    ) as begun:
        assert begun.stdout is not None
        assert "浏览器池已启动" in begun.stdout.readline()
        yield url, begun
        begun.terminate()
        assert begun.wait(60) == 0


@pytest.mark.browser
@pytest.mark.crawl
@pytest.mark.databases("sqlite")
def test_pages_are_opened_elsewhere_under_the_rules_there_and_after_a_crash_too(
    chromium: Browser, pool, engine: Engine, store, qingyi, register_site
) -> None:
    url, process = pool
    with socket.create_server(("127.0.0.2", 0)) as inner:
        inner.setblocking(False)
        browser = chromium.browser_type.connect(url)
        page = browser.new_page()
        with pytest.raises(Error):
            page.goto(f"http://127.0.0.2:{inner.getsockname()[1]}/")
        with pytest.raises(BlockingIOError):
            inner.accept()
    with pytest.raises(Error, match="400"):
        chromium.browser_type.connect(url.replace(SECRET, "another-secret-of-that-length"))
    children = psutil.Process(process.pid).children(recursive=True)
    programs = [one for one in children if one.status() != psutil.STATUS_ZOMBIE]  # of the page that was left
    arguments = [word for one in programs for word in one.cmdline()]
    assert not any(SECRET in word for word in arguments), "every user of the machine can read them"
    (main,) = (one for one in programs if "chrom" in one.name() and "--type" not in " ".join(one.cmdline()))
    main.kill()
    with serving({"/": Answer(BUILT)}) as site:
        register_site(site.url)
        # The crawl waits for the browser that begins again, and needs none of its own.
        done = qingyi("crawl", "--no-flag", QINGYI_BROWSERS_URL=url, QINGYI_CHROMIUM="/no/such/browser")
    assert done.returncode == 0, done.stderr
    with reading(engine) as session:
        kept = session.scalars(select(Snapshot)).one()
    assert "脚本写出的正文" in store.get(kept.rendered_sha256).decode()


def test_it_listens_where_it_is_told() -> None:
    options = server_options(f"wss://pool.example:3100/{SECRET}", "10.0.0.7")
    assert (options["host"], options["port"], options["wsPath"]) == ("10.0.0.7", 3100, f"/{SECRET}")
    assert options["proxy"]["bypass"] == "<-loopback>"
