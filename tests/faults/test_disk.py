"""The disk: full, read-only, and gone."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from records.cases.captures import list_uncaptured
from records.database import reading
from records.models import PlannedPage, PlannedState
from tests.faults.deployment import Deployment, deployed

pytestmark = [pytest.mark.crawl, pytest.mark.soak, pytest.mark.databases("sqlite")]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system with room for a few dozen pages."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", place], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("no file system can be mounted here")
    yield place
    subprocess.run(["umount", "-l", place], check=True)


def waiting(deployment: Deployment) -> int:
    """The pages still to be fetched, and the cases still to be captured."""
    with reading(deployment.engine) as session:
        pages = select(func.count(PlannedPage.id)).where(PlannedPage.state == PlannedState.WAITING)
        return session.scalar(pages) + len(list_uncaptured(session, 100))


def test_a_full_disk_ends_the_crawl_with_its_reason_and_no_page(
    engine: Engine, small_disk: Path, recovers, soak: bool
) -> None:
    with deployed(engine, small_disk, captures=soak) as deployment:
        filler = small_disk / "filler"
        for size in [200_000, 60_000] if soak else [200_000]:
            filler.write_bytes(b"x" * size)
            done = deployment.crawl()
            assert (done.returncode, "磁盘已满" in done.stderr or "disk is full" in done.stderr) == (
                2,
                True,
            ), done.stderr
            assert "Traceback" not in done.stderr
            assert waiting(deployment), "what could not be kept waits"
        filler.unlink()
        subprocess.run(["mount", "-o", "remount,size=64m", small_disk], check=True)
        with recovers(deployment, "disk full"):
            done = deployment.crawl()
            assert done.returncode == 0, done.stderr


def test_a_disk_that_may_only_be_read_ends_the_crawl_with_its_reason(
    engine: Engine, small_disk: Path, recovers, soak: bool
) -> None:
    with deployed(engine, small_disk, captures=soak) as deployment:
        deployment.store.folder.mkdir()
        subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
        done = deployment.crawl()
        assert done.returncode == 2, done.stderr
        assert "只读" in done.stderr or "readonly" in done.stderr
        assert "Traceback" not in done.stderr
        subprocess.run(["mount", "-o", "remount,rw,size=64m", small_disk], check=True)
        with recovers(deployment, "disk read-only"):
            done = deployment.crawl()
            assert done.returncode == 0, done.stderr


def test_a_store_that_has_gone_is_not_begun_anew(
    engine: Engine, tmp_path: Path, recovers, soak: bool
) -> None:
    with deployed(engine, tmp_path, captures=soak) as deployment:
        assert deployment.crawl().returncode == 0
        away = tmp_path / "unmounted"
        for empty in (False, True):
            shutil.move(deployment.store.folder, away)
            if empty:
                deployment.store.folder.mkdir()
            done = deployment.run("flag")
            assert (done.returncode, "检查磁盘是否挂载" in done.stderr) == (2, True), done.stderr
            assert not deployment.store.folder.exists() or not list(deployment.store.folder.iterdir())
            shutil.rmtree(deployment.store.folder, ignore_errors=True)
            shutil.move(away, deployment.store.folder)
        with recovers(deployment, "evidence folder gone"):
            assert deployment.run("flag").returncode == 0
