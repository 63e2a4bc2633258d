"""The image: its recipe, its start and its compose file name things that are there, and agree with each other."""

import ast
import json
import re
import subprocess
import sys
from importlib.metadata import packages_distributions

import pytest

from records.settings import PROJECT, Settings
from tests.image import read_compose

DOCKER = PROJECT / "docker"
RECIPE = (DOCKER / "Dockerfile").read_text("utf-8")
SERVICE = read_compose()["services"]["qingyi"]


def test_what_the_recipe_copies_is_there_and_is_not_left_out() -> None:
    copied = re.findall(r"^COPY (?!--)(\S+) ", RECIPE, re.MULTILINE)
    assert {"requirements-run.lock", "docker", "."} <= set(copied)
    left_out = (PROJECT / ".dockerignore").read_text("utf-8").split()
    assert [name for name in copied if not (PROJECT / name).exists() or name in left_out] == []
    needed = {"alembic", "alembic.ini", "docs", "keyword_lists", "pyproject.toml", "qingyi"}
    assert needed.isdisjoint(left_out)


def test_it_holds_the_packages_that_run_and_no_others() -> None:
    assert (
        re.findall(r"python-packages\.sh (.+?)(?: \\)?$", RECIPE, re.MULTILINE)
        == [".venv requirements-run.lock"] * 2
    )
    whole, runs = (dict(_locked(name)) for name in ("requirements.lock", "requirements-run.lock"))
    assert [name for name in runs if runs[name] != whole[name]] == [], "the same versions and hashes"
    assert {"pytest", "mypy", "ruff", "moto", "boto3", "scikit-learn", "sphinx"} <= whole.keys() - runs.keys()


def test_all_that_the_program_imports_is_in_the_image() -> None:
    made_by = packages_distributions()
    ours = {path.name for path in PROJECT.iterdir() if (path / "__init__.py").exists()}
    runs = {canonical(name) for name, _ in _locked("requirements-run.lock")}
    imported = {
        name.partition(".")[0]
        for folder in ours - {"tests", "benchmarks", "supply_chain", "wording"}
        for path in (PROJECT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        for name in _names(node)
    }
    others = (
        imported - ours - sys.stdlib_module_names - {"ray"}
    )  # an extra of its own, which the image has not
    assert len(others) > 30
    assert [name for name in sorted(others) if runs.isdisjoint(map(canonical, made_by[name]))] == []


def _names(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [one.name for one in node.names]
    return [node.module] if isinstance(node, ast.ImportFrom) and node.module and not node.level else []


def _locked(name: str) -> list[tuple[str, str]]:
    """The packages of a lock, each with its version, its platforms and its hashes."""
    text = re.sub(r"^ *#.*\n", "", (PROJECT / name).read_text("utf-8"), flags=re.MULTILINE)
    return re.findall(r"^([a-z0-9._-]+)(?:\[[^\]]*\])?(==.*(?:\n .*)*)", text, re.MULTILINE)


def canonical(name: str) -> str:
    """A package's name in the one form that PyPI compares."""
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_setting_of_the_image_is_one() -> None:
    known = {f"QINGYI_{name.upper()}" for name in Settings.model_fields}
    start = (DOCKER / "start.sh").read_text("utf-8")
    named = {*re.findall(r"\bQINGYI_[A-Z_]+", RECIPE + start), *SERVICE["environment"]}
    assert named - known == {"QINGYI_SECRETS_DIR"}
    secrets = {secret.removeprefix("qingyi_") for secret in SERVICE["secrets"]}
    assert secrets <= set(Settings.model_fields)


@pytest.mark.parametrize("script", sorted(DOCKER.glob("*.sh")), ids=lambda path: path.name)
def test_a_script_is_one(script) -> None:
    subprocess.run(["bash", "-n", str(script)], check=True, timeout=20)


def test_it_runs_as_a_user_who_may_read_the_secret() -> None:
    (user,) = re.findall(r"useradd .*--uid (\d+) ", RECIPE)
    assert RECIPE.index("USER qingyi") > RECIPE.index("useradd")
    assert f"chown {user} " in (DOCKER / "compose.yaml").read_text("utf-8")


def test_every_image_of_others_can_be_named_by_digest() -> None:
    """By a variable of the environment, whose value the guide looks up; the written tag is for a trial."""
    assert re.findall(r"^FROM (\S+)", RECIPE, re.MULTILINE) == ["${BASE}"] * 2
    given = SERVICE["build"]["args"]["BASE"]
    files = (DOCKER / name for name in ("compose.yaml", "compose.scale.yaml"))
    others = [
        name
        for file in files
        for name in re.findall(r"^ *image: (.+)$", file.read_text("utf-8"), re.MULTILINE)
    ]
    guide = (PROJECT / "docs/guides/deploy.md").read_text("utf-8")
    for name in (given, *others):
        (variable,) = re.findall(r"^\$\{(QINGYI_\w+_IMAGE):-[\w.:-]+\}$", name)
        assert f"{variable}=$(digest " in guide


def test_it_may_write_in_its_data_and_tmp_alone_and_shut_pages_in() -> None:
    assert (SERVICE["read_only"], SERVICE["tmpfs"], SERVICE["cap_drop"]) == (True, ["/tmp"], ["ALL"])
    profile = next(one for one in SERVICE["security_opt"] if one.startswith("seccomp:"))
    rules = json.loads((DOCKER / profile.removeprefix("seccomp:")).read_text("utf-8"))
    denied = {name for rule in rules["syscalls"] for name in rule["names"]}
    assert rules["defaultAction"] == "SCMP_ACT_ALLOW"
    assert denied.isdisjoint({"clone", "clone3", "unshare", "chroot"}), "what Chromium's sandbox is made of"
    assert denied >= {
        "mount",
        "ptrace",
        "bpf",
        "init_module",
        "kexec_load",
        "setns",
        "keyctl",
        "io_uring_setup",
    }
