"""The browser shuts its pages in where the kernel lets it, and says so where it does not."""

import os
import socket
import subprocess
import sys
from contextlib import suppress

import pytest
from playwright.sync_api import Browser

from crawler.browser.launch import can_sandbox, guarded_launch_options, launch_options

LOOK = """
from playwright.sync_api import sync_playwright
from crawler.browser.launch import can_sandbox, launch_options
with sync_playwright() as playwright:
    browser = playwright.chromium.launch(**launch_options())
    page = browser.new_page()
    page.goto("chrome://sandbox")
    print(can_sandbox(), "You are adequately sandboxed." in page.inner_text("body"))
    browser.close()
"""


@pytest.mark.browser
def test_an_ordinary_user_has_a_browser_that_shuts_pages_in() -> None:
    # Root is shown as another user, with root's files.
    as_user = ["unshare", "--user", "--map-user=1000", "--map-group=1000"] if os.geteuid() == 0 else []
    done = subprocess.run(
        [*as_user, sys.executable, "-c", LOOK], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout.split() in (["True", "True"], ["False", "False"]), done.stderr
    assert (done.stdout.split()[0] == "True") == ("沙箱" not in done.stderr)


def test_without_namespaces_the_browser_starts_unshut_and_a_warning_says_it(monkeypatch, caplog) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setenv("PATH", "/nowhere")
    try:
        can_sandbox.cache_clear()
        assert launch_options()["chromium_sandbox"] is False
        assert "浏览器的沙箱在本机不可用" in caplog.text
    finally:
        can_sandbox.cache_clear()


CALLS = """async address => {
    const call = new RTCPeerConnection({iceServers: [{urls: `stun:${address}`}]});
    call.createDataChannel("");
    await call.setLocalDescription(await call.createOffer());
    const complete = done => call.onicegatheringstatechange = () => call.iceGatheringState == "complete" && done();
    await Promise.race([new Promise(complete), new Promise(done => setTimeout(done, 1000))]);
}"""


@pytest.mark.browser
def test_a_page_sends_nothing_past_the_proxy(chromium: Browser) -> None:
    """Calls between browsers go over UDP, which a proxy does not carry."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as inner:
        inner.bind(("127.0.0.1", 0))
        inner.setblocking(False)
        address = f"127.0.0.1:{inner.getsockname()[1]}"
        context = chromium.new_context()  # our own pages': nothing holds it back
        context.new_page().evaluate(CALLS, address)
        context.close()
        assert inner.recv(100), "it would be heard"
        with suppress(BlockingIOError):
            while inner.recv(100):
                pass
        guarded = chromium.browser_type.launch(**guarded_launch_options())
        guarded.new_page().evaluate(CALLS, address)
        guarded.close()
        with pytest.raises(BlockingIOError):
            inner.recv(100)


FLOOD = """data:text/html,<script>
    for (let i = 0; i < 9; i++) window.open("about:blank");
    for (let i = 0; i < 2000; i++) history.pushState(i, "");
</script>"""


@pytest.mark.browser
def test_a_page_cannot_flood_the_browser_with_windows_and_addresses(chromium: Browser) -> None:
    context = chromium.new_context()
    page = context.new_page()
    page.goto(FLOOD)
    assert page.evaluate("history.state") < 1999
    assert context.pages == [page]
    context.close()
