"""How long a reviewer waits from the key that decides a case to the next case, and how many keys a decision costs.

Usage: python -m benchmarks.decide [--cases N] [--decisions N] [--sqlite]

Real Chromium, a real uvicorn, the database filled as by `benchmarks.pages`, on SQLite and on PostgreSQL. Each case is read
for `READING` seconds, in which the browser fetches the next one ahead, as it does for a person. The time is from the key's
event to the frame that shows the next case, and in addition the time until the server has responded to the decision.
The baseline is a bare page that answers a key by fetching another bare page and showing it: the ratio says how many of
these waits one of ours costs.
"""

import argparse
import statistics
import tempfile
from pathlib import Path

import psycopg
from playwright.sync_api import Page, sync_playwright
from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine, func, select

from api.app import make_app
from benchmarks.pages import PASSWORD, bare, fill, serving
from classifiers.lists.rules import load_rules
from crawler.browser.launch import launch_options
from records.database import open_engine, reading
from records.migrations import upgrade
from records.models import Case, CaseState
from records.settings import PROJECT, Settings
from records.store.folder_store import FolderStore
from tests.servers.postgresql import running_server

READING = 1.0
_WATCH = """() => {
  window.waits = [];
  addEventListener("keydown", () => { window.pressed = performance.now(); }, true);
  document.addEventListener("content-changed", () => requestAnimationFrame(() => {
    window.waits.push(performance.now() - window.pressed);
  }));
}"""
_RESPONSES = r"""() => performance.getEntriesByType("resource")
  .filter((entry) => entry.initiatorType === "fetch" && /\/cases\/\d+$/.test(new URL(entry.name).pathname))
  .map((entry) => entry.duration)"""
_BARE = """() => addEventListener("keydown", async () => {
  const answer = await fetch(location.href);
  const next = new DOMParser().parseFromString(await answer.text(), "text/html");
  document.body.replaceWith(document.adoptNode(next.body));
  document.dispatchEvent(new Event("content-changed"));
})"""


def decided(page: Page, url: str, decisions: int) -> tuple[list[float], list[float], float]:
    """The waits and the server's response times in milliseconds, and the keys that a decision cost."""
    page.goto(f"{url}/signin")
    page.fill("input[name=name]", "reviewer")
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/cases")
    page.goto(f"{url}/cases?state=pending")  # cases returned by an office are not decided, but sent on
    page.keyboard.press("g")
    page.wait_for_url("**/cases/*?state=pending")
    page.evaluate(_WATCH)
    page.evaluate("performance.setResourceTimingBufferSize(10000)")
    waits = _waits(page, decisions, "y")
    page.wait_for_function("() => !sending")
    return waits, page.evaluate(_RESPONSES), (decisions + 1) / decisions


def _waits(page: Page, times: int, key: str) -> list[float]:
    for number in range(1, times + 1):
        page.wait_for_timeout(READING * 1000)
        page.keyboard.press(key)
        page.wait_for_function("count => window.waits.length >= count", arg=number)
    found: list[float] = page.evaluate("window.waits")
    return found


def measure(engine: Engine, name: str, decisions: int, folder: Path, table: Table) -> None:
    """Add the rows of one database."""
    rules = load_rules(PROJECT / "keyword_lists")
    application = make_app(engine, FolderStore(folder / "evidence"), rules, Settings())
    with serving(bare()) as plain, serving(application) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(**launch_options())
        page = browser.new_page()
        page.goto(plain)
        page.evaluate(_WATCH)
        page.evaluate(_BARE)
        base = _waits(page, max(20, decisions // 4), "y")
        page.close()
        waits, responses, keys = decided(browser.new_page(), url, decisions)
        browser.close()
    with reading(engine) as session:
        stored = session.scalar(select(func.count()).where(Case.state == CaseState.UNLAWFUL))
    if stored != decisions:
        raise AssertionError(f"{decisions} were decided, {stored} are stored")
    whole = statistics.median(base)
    rows = (
        ("bare page", base, ""),
        ("next case", waits, f"{keys:.2f}"),
        ("response to the decision", responses, ""),
    )
    for title, times, cost in rows:
        p50, p95 = statistics.median(times), statistics.quantiles(times, n=20)[-1]
        table.add_row(name, title, cost, f"{p50:.0f}", f"{p95:.0f}", f"{p50 / whole:.1f}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=50_000)
    parser.add_argument("--decisions", type=int, default=100)
    parser.add_argument("--sqlite", action="store_true", help="on SQLite alone")
    options = parser.parse_args()
    console = Console(width=110)
    title = f"{options.decisions} decisions among {options.cases} cases"
    table = Table("database", "", "keys each", "p50 ms", "p95 ms", "bare pages", title=title)
    with tempfile.TemporaryDirectory() as scratch, running_server(durable=True) as server:
        with psycopg.connect(f"postgresql://{server.address}/postgres", autocommit=True) as connection:
            connection.execute("CREATE DATABASE decide")
        urls = {
            "SQLite": f"sqlite:///{scratch}/decide.db",
            "PostgreSQL": f"postgresql+psycopg://{server.address}/decide",
        }
        for name, url in list(urls.items())[: 1 if options.sqlite else 2]:
            engine = open_engine(url)
            upgrade(engine)
            fill(engine, options.cases, console)
            measure(engine, name, options.decisions, Path(scratch), table)
            engine.dispose()
    console.print(table)


if __name__ == "__main__":
    main()
