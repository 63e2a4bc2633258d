"""How fast a site is collected whole, compared with bare Scrapy with an empty parse on the same site in the
same run.

Usage: python -m benchmarks.crawl [--pages N] [--rendered N] [--rounds N]

2,000 pages on twenty loopback sites, one in twenty with something unlawful. Qingyi fetches, archives, extracts,
judges and stores every page; bare Scrapy only fetches, with the same concurrency. Peak resident memory is of the
crawling process, and of all of them together, where pages that several share are counted once (PSS). With --rendered,
the given number of pages is built by script, and the browser's memory is read along the way.
"""

import argparse
import multiprocessing
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median

import psutil
from rich.console import Console
from rich.table import Table
from sqlalchemy import func, select

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.made_pages import html
from records.database import open_engine, reading, transaction
from records.models import Institution, JudgementRecord, Level, Source, SourceKind

SITES = 20
_LOOK_SECONDS = 1
_CHARACTERS = 3_500
_BARE = """
import sys, scrapy
from scrapy.crawler import AsyncCrawlerProcess
urls = open(sys.argv[1]).read().split()
class Bare(scrapy.Spider):
    name = "bare"
    async def start(self):
        for url in urls:
            yield scrapy.Request(url, dont_filter=True, meta={"download_slot": url.split("/")[2]})
    def parse(self, response):
        pass
process = AsyncCrawlerProcess({"CONCURRENT_REQUESTS": 16, "CONCURRENT_REQUESTS_PER_DOMAIN": 2, "LOG_LEVEL": "ERROR",
    "ROBOTSTXT_OBEY": True, "DOWNLOAD_DELAY": 0.01})
process.crawl(Bare)
process.start()
"""
_BUILT = """<!doctype html><meta charset="utf-8"><title>{number}</title><div id="app"></div>
<script>document.getElementById("app").innerHTML =
"<p>" + "第{number}页，门诊时间为每日八时至十七时。".repeat(40) + "</p>"</script>"""


def _serve(pages: int, rendered: int, ports: "multiprocessing.Queue[int]") -> None:
    names = [f"/{'app' if number < rendered else 'p'}{number}.html" for number in range(pages)]
    made = [_to_own_pages(html(_CHARACTERS, int(number % 20 == 0), number), names) for number in range(40)]

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            name = self.path.strip("/").removesuffix(".html")
            if self.path == "/":
                links = "".join(f'<a href="{name}">{number}</a>' for number, name in enumerate(names))
                body = f"<title>start</title><p>{'门诊时间为每日八时至十七时。' * 8}</p>{links}".encode()
            elif name.startswith("app"):
                body = _BUILT.format(number=f"{self.server.server_port}-{name}").encode()
            elif name.startswith("p") and name[1:].isdecimal():
                unique = f"<p>本站{self.server.server_port}第{name[1:]}页。</p>".encode()
                body = made[int(name[1:]) % len(made)].replace(b"</body>", unique + b"</body>")
            else:
                self.send_error(404)
                return
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    for _ in range(SITES):
        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        ports.put(server.server_port)
    threading.Event().wait()


def _to_own_pages(page: str, names: Sequence[str]) -> bytes:
    """The page with navigation to pages that the site has: both runs ask for the same ones."""
    return re.sub(r"/page(\d+)\.html", lambda found: names[int(found[1]) % len(names)], page).encode()


@contextmanager
def serving(pages: int, rendered: int) -> Iterator[list[str]]:
    """Sites in a process of their own; their addresses."""
    ports: multiprocessing.Queue[int] = multiprocessing.Queue()
    process = multiprocessing.Process(target=_serve, args=(pages, rendered, ports), daemon=True)
    process.start()
    try:
        yield [f"http://127.0.0.1:{ports.get(timeout=30)}" for _ in range(SITES)]
    finally:
        process.terminate()


@dataclass
class Memory:
    """Peak resident bytes: of the process itself, of it and its children (that write and judge), of the
    browser."""

    process: int = 0
    together: int = 0
    browser: list[int] = field(default_factory=list)

    def look(self, watched: psutil.Process) -> None:
        children = watched.children(recursive=True)
        browser = [child for child in children if "chrom" in child.name()]
        ours = [watched, *(child for child in children if child not in browser)]
        self.process = max(self.process, watched.memory_info().rss)
        self.together = max(self.together, sum(map(_proportional, ours)))
        if browser:
            self.browser.append(sum(process.memory_info().rss for process in browser))


def _proportional(process: psutil.Process) -> int:
    """Proportional resident bytes. Read from the kernel's sum: listing all areas would slow the measured
    process."""
    rollup = Path(f"/proc/{process.pid}/smaps_rollup").read_text()
    return int(rollup.partition("\nPss:")[2].split()[0]) * 1024


def run(command: Sequence[str], environment: dict[str, str]) -> tuple[float, Memory]:
    """Seconds, and memory along the way."""
    started = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    watched, memory = psutil.Process(process.pid), Memory()
    while process.poll() is None:
        with suppress(psutil.Error, OSError):
            memory.look(watched)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_LOOK_SECONDS)
    if process.returncode:
        raise SystemExit(f"{' '.join(map(str, command[:4]))} ended with {process.returncode}")
    return time.perf_counter() - started, memory


def start_up(environment: dict[str, str]) -> float:
    """Seconds that the command needs before it does anything: shown, not subtracted."""
    started = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "qingyi", "crawl", "--due"],
        env=environment,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return time.perf_counter() - started


@dataclass(frozen=True)
class Round:
    """Both runs over the same pages: seconds and memory of bare Scrapy, of all of it, and the command's start-up."""

    pages: int
    bare: tuple[float, Memory]
    whole: tuple[float, Memory]
    start_up: float

    @property
    def share(self) -> float:
        """Pages a second of the whole collection, as a share of bare Scrapy's."""
        return self.bare[0] / self.whole[0]


def one_round(pages: int, rendered: int) -> Round:
    """Measure both, one after the other, on sites made for it."""
    each, rendered = pages // SITES, rendered // SITES
    with tempfile.TemporaryDirectory() as scratch, serving(each, rendered) as sites:
        folder = Path(scratch)
        environment = {
            **os.environ,
            "QINGYI_DATABASE_URL": f"sqlite:///{folder / 'qingyi.db'}",
            "QINGYI_EVIDENCE_DIR": str(folder / "evidence"),
            "QINGYI_ALLOW_NETWORKS": "127.0.0.0/8",
        }
        urls = [f"{site}/" for site in sites]
        kinds = ["app" if number < rendered else "p" for number in range(each)]
        urls += [f"{site}/{kind}{number}.html" for number, kind in enumerate(kinds) for site in sites]
        (folder / "urls.txt").write_text("\n".join(urls))
        bare = run([sys.executable, "-c", _BARE, str(folder / "urls.txt")], environment)
        _register(folder, sites, environment, each)
        empty = start_up({**environment, "QINGYI_DATABASE_URL": f"sqlite:///{folder / 'empty.db'}"})
        whole = run([sys.executable, "-m", "qingyi", "crawl", "--no-capture"], environment)
        _check_whole(folder, len(urls))
        return Round(len(urls), bare, whole, empty)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=2_000, help="pages over all sites")
    parser.add_argument("--rendered", type=int, default=0, help="of these, pages that need the browser")
    parser.add_argument("--rounds", type=int, default=5, help="how often both are measured, in turn")
    options = parser.parse_args()
    console = Console(width=110)
    table = Table(
        "round", "run", "pages", "seconds", "pages/s", "share", "peak MB", "all processes", title="crawl"
    )
    rounds = []
    for number in range(1, options.rounds + 1):
        rounds.append(measured := one_round(options.pages, options.rendered))
        for name, (took, used), share in (
            ("bare Scrapy, empty parse", measured.bare, 1.0),
            ("Qingyi, all of it", measured.whole, measured.share),
        ):
            figures = (f"{took:.1f}", f"{measured.pages / took:.0f}", f"{share:.2f}")
            memory = (f"{used.process / 1e6:.0f}", f"{used.together / 1e6:.0f}")
            table.add_row(str(number), name, str(measured.pages), *figures, *memory)
    shares = [measured.share for measured in rounds]
    console.print(
        table,
        f"share of bare Scrapy's pages a second: {median(shares):.2f} in the middle ({min(shares):.2f} to "
        f"{max(shares):.2f}); start-up of the command, included: "
        f"{median(measured.start_up for measured in rounds):.1f} s",
    )
    if browser := rounds[-1].whole[1].browser:
        quarter = max(1, len(browser) // 4)
        early, late = sum(browser[quarter : 2 * quarter]) / quarter, sum(browser[-quarter:]) / quarter
        console.print(
            f"browser, resident: {early / 1e6:.0f} MB in the second quarter, {late / 1e6:.0f} MB in the last "
            f"({late / max(early, 1):.2f}); most {max(browser) / 1e6:.0f} MB; {options.rendered} pages rendered"
        )


def _check_whole(folder: Path, pages: int) -> None:
    """Check that every page was kept and judged, so that the whole collection was measured."""
    with reading(open_engine(f"sqlite:///{folder / 'qingyi.db'}")) as session:
        judged = session.scalar(select(func.count(JudgementRecord.id)))
    if judged != pages:
        raise SystemExit(f"{judged} of {pages} pages were judged: the figures would mean nothing")


def _register(folder: Path, sites: Sequence[str], environment: dict[str, str], each: int) -> None:
    """A database with one institution a site, by the commands that a user has."""
    for name in ("qingyi.db", "empty.db"):
        url = f"sqlite:///{folder / name}"
        subprocess.run(
            [sys.executable, "-m", "qingyi", "database", "upgrade"],
            env={**environment, "QINGYI_DATABASE_URL": url},
            check=True,
            stdout=subprocess.DEVNULL,
        )
    with transaction(open_engine(f"sqlite:///{folder / 'qingyi.db'}")) as session:
        for number, site in enumerate(sites):
            owner = Institution(
                credit_code=f"BENCH{number:013d}",
                name=f"云溪第{number}医院",
                other_names=[],
                level=Level.OTHER,
                district="城东区",
                departments=[],
                addresses=[],
                phones=[],
            )
            session.add(owner)
            session.flush()
            session.add(
                Source(
                    institution_id=owner.id,
                    kind=SourceKind.SITE,
                    address=f"{site}/",
                    delay_seconds=0.0,
                    max_pages=each + 10,
                )
            )


if __name__ == "__main__":
    main()
