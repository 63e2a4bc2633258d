"""The Makefile's lists are whole: every package is type-checked, before a commit too, and every benchmark is run."""

import subprocess
import tomllib

import yaml

from records.settings import PROJECT

PYPROJECT = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))


def recipe(target: str) -> str:
    """The commands that `make` would run."""
    return subprocess.run(
        ["make", "-n", target], cwd=PROJECT, capture_output=True, text=True, check=True
    ).stdout


def test_every_package_is_type_checked() -> None:
    (mypy,) = (line for line in recipe("types").splitlines() if "bin/mypy" in line)
    assert set(mypy.split("mypy ")[1].split()) == set(PYPROJECT["tool"]["importlinter"]["root_packages"])


def test_the_types_are_checked_alike_before_a_commit() -> None:
    hooks = yaml.safe_load((PROJECT / ".pre-commit-config.yaml").read_text("utf-8"))["repos"][0]["hooks"]
    (entry,) = (hook["entry"] for hook in hooks if hook["id"] == "mypy")
    assert entry.startswith("make ")
    assert recipe(entry.split()[-1]) == recipe("types")


def test_every_benchmark_is_run() -> None:
    folder = PROJECT / "benchmarks"
    modules = {path.stem for path in folder.glob("*.py") if "__main__" in path.read_text("utf-8")}
    modules |= {path.parent.name for path in folder.glob("*/__main__.py")}
    (loop,) = (line for line in recipe("bench").splitlines() if "benchmarks." in line)
    assert set(loop.split("for name in ")[1].split(";")[0].split()) == modules
