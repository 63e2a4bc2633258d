"""The image: its recipe, its start and its compose file name things that are there, and agree with each other."""

import json
import re
import subprocess

import pytest

from records.settings import PROJECT, Settings
from tests.image import read_compose

DOCKER = PROJECT / "docker"
RECIPE = (DOCKER / "Dockerfile").read_text("utf-8")
SERVICE = read_compose()["services"]["qingyi"]


def test_what_the_recipe_copies_is_there_and_is_not_left_out() -> None:
    copied = re.findall(r"^COPY (?!--)(\S+) ", RECIPE, re.MULTILINE)
    assert {"requirements.lock", "docker", "."} <= set(copied)
    left_out = (PROJECT / ".dockerignore").read_text("utf-8").split()
    assert [name for name in copied if not (PROJECT / name).exists() or name in left_out] == []
    needed = {"alembic", "alembic.ini", "docs", "keyword_lists", "pyproject.toml", "qingyi"}
    assert needed.isdisjoint(left_out)


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
