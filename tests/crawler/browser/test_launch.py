"""The browser shuts its pages in where the kernel lets it, and says so where it does not."""

import os
import subprocess
import sys

import pytest

from crawler.browser.launch import can_sandbox, launch_options

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
