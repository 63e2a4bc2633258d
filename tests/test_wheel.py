"""The wheel is the whole program: migrations, keyword lists and the guide come with it."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from records.settings import PROJECT


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, unpacked as an installation would be."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=PROJECT, check=True, capture_output=True)
    (wheel,) = folder.glob("qingyi-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "installed")
    return folder / "installed"


def run(installed: Path, home: Path, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """The command `qingyi` of the wheel, away from the checkout, with nothing set."""
    bare = {name: value for name, value in os.environ.items() if not name.startswith("QINGYI_")}
    return subprocess.run(
        [sys.executable, "-m", "qingyi", *arguments],
        cwd=home,
        env={**bare, "PYTHONPATH": str(installed), "XDG_DATA_HOME": str(home / "data")},
        input=stdin,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.slow
def test_the_wheel_makes_tables_judges_and_has_its_guide(installed: Path, tmp_path: Path) -> None:
    upgraded = run(installed, tmp_path, "database", "upgrade")
    assert (upgraded.returncode, upgraded.stderr) == (0, "")
    assert (tmp_path / "data" / "qingyi" / "qingyi.db").is_file()
    judged = run(installed, tmp_path, "judge", "-", stdin="我院治愈率98%，欢迎来电咨询。")
    assert (judged.returncode, "治愈率98%" in judged.stdout) == (1, True), judged.stderr
    asked = "from api.help.manual import read_page; print(read_page('reviewer').title)"
    told = subprocess.run(
        [sys.executable, "-c", asked],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.strip() == "研判员"


def test_nothing_but_the_program_is_in_the_wheel(installed: Path) -> None:
    there = {path.name for path in installed.iterdir()}
    assert {name for name in there if not name.endswith(".dist-info")} == {
        *(
            "api",
            "classifiers",
            "crawler",
            "demo",
            "evidence",
            "jobs",
            "qingyi",
            "records",
            "reports",
            "telemetry",
        ),
    }
