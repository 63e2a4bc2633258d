"""The main job end to end, as `make demo ONCE=1` runs it."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from records.settings import PROJECT
from tests.servers.postgresql import free_port


@pytest.mark.crawl
@pytest.mark.slow
@pytest.mark.soak
def test_the_demo_finds_all_it_must_and_ends_with_a_verified_takedown(tmp_path: Path, soak: bool) -> None:
    """The long form also takes the documents' pictures, so that they can always be taken again."""
    port = free_port_range(8)
    pictures = ("--screenshots", str(tmp_path)) if soak else ()
    done = subprocess.run(
        [sys.executable, "-m", "demo", "--once", "--port", str(port), *pictures],
        cwd=PROJECT,
        env={**os.environ, "COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "as expected: every violation found, no lawful page flagged" in done.stdout
    assert "待研判 → 研判中 → 认定违法 → 已转送 → 已签收 → 已处置 → 已核验" in done.stdout
    if soak:
        taken = {file.name for file in tmp_path.glob("*.png")}
        assert taken == {file.name for file in (PROJECT / "docs" / "screenshots").glob("*.png")}


def free_port_range(count: int) -> int:
    """The first of `count` consecutive free ports."""
    while True:
        first = free_port()
        try:
            for port in range(first, first + count):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", port))
        except OSError:
            continue
        if first + count < 65000:
            return first


@pytest.mark.slow
def test_a_taken_port_is_told_in_one_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", "demo", "--once", "--port", str(port)],
            cwd=PROJECT,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 1
    assert done.stdout.strip() == f"demo: port {port} is in use: choose others with `make demo PORT=9000`"
