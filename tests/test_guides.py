"""The guides work: their blocks are put where they say, and used."""

import os
import re
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from classifiers.examples import failing_examples
from classifiers.lists.rules import load_rules
from records.settings import PROJECT
from tests.classifiers.test_examples import too_few

_BLOCK = re.compile(r"```\w+ (append|file|below):(\S+)\n(.*?)```", re.DOTALL)


def carried_out(guide: str, folder: Path) -> None:
    """Do to the files of `folder` what a guide's blocks say: a new file, lines at a file's end, or lines below one that is
    there already, which the block shows first."""
    for action, name, content in _BLOCK.findall(
        (PROJECT / "docs" / "guides" / f"{guide}.md").read_text("utf-8")
    ):
        file = folder / name
        if action == "file":
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content, "utf-8")
            continue
        before = file.read_text("utf-8")
        if action == "append":
            file.write_text(before + content, "utf-8")
            continue
        there = content.splitlines(keepends=True)[0]
        assert before.count(there) == 1, f"{guide}: {name} has not once the line: {there.strip()}"
        file.write_text(before.replace(there, content), "utf-8")


def test_a_rule_with_a_new_law_finds_what_its_guide_says(tmp_path: Path) -> None:
    folder = tmp_path / "lists"
    shutil.copytree(PROJECT / "keyword_lists", folder)
    carried_out("rule", folder)
    rules = load_rules(folder)
    assert [str(article) for article in rules.by_id["drawn-lots"].law] == [
        "《云河市医疗服务宣传管理规定》第六条"
    ]
    assert [str(fault) for fault in failing_examples(rules, date(2026, 11, 28))] == []
    assert too_few(rules.by_id["drawn-lots"]) == []
    assert set(rules.families) == set(load_rules(PROJECT / "keyword_lists").families)


_READ = """
from crawler.pages.post import GONE_STATES, STATE_LABELS
from crawler.platforms import SOURCES, read_post

url = "https://www.yunxihao.example/p/1"
article = "<article>注意保暖。</article>"
post = read_post(f"<h1>膝盖疼</h1><span class=author>云溪中医</span><time>2026-11-20</time>{article}", url)
assert (post.state, post.account, post.text.title) == ("normal", "云溪中医", "膝盖疼")
assert [page.platform.app.name for page in SOURCES if hasattr(page, "platform") and page.platform.app][-1] == "云溪"
notices = ("这条云溪动态已由作者收回", "这条云溪动态已被平台收走", "稍后再来")
states = [read_post(f"<p>{notice}</p>", url).state for notice in notices]
assert states == ["deleted_by_author", "removed_by_platform", "unknown"], states
assert ("removed_by_platform" in GONE_STATES, STATE_LABELS["removed_by_platform"][:5]) == (True, "被平台移除")
"""


def test_a_platform_and_a_state_are_read_as_their_guide_says(tmp_path: Path) -> None:
    for room in ("crawler", "records"):
        shutil.copytree(PROJECT / room, tmp_path / room)
    carried_out("platform", tmp_path)
    # A program of its own: this one has read the rows that are shipped.
    there = {"cwd": tmp_path, "env": {**os.environ, "PYTHONPATH": str(tmp_path)}}
    subprocess.run([sys.executable, "-c", _READ], check=True, **there)


@pytest.fixture(scope="module")
def changed_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project to which a column, its page, a role and a result were added as the four guides say."""
    copy = tmp_path_factory.mktemp("guides") / "project"
    skipped = shutil.ignore_patterns(
        ".*", "var", "screenshots", "passages", "__pycache__", "*.egg-info", "demo"
    )
    shutil.copytree(PROJECT, copy, ignore=skipped)
    newest = max(file.name[:4] for file in (PROJECT / "alembic" / "versions").glob("[0-9]*.py"))
    for guide in ("migration", "page", "permission", "measure"):
        carried_out(guide, copy)
    for migration in (copy / "alembic" / "versions").glob("9*.py"):
        migration.write_text(migration.read_text("utf-8").replace("<newest>", newest), "utf-8")
    return copy


@pytest.mark.slow
def test_a_column_a_page_a_role_and_a_result_are_added_as_their_guides_say(changed_project: Path) -> None:
    tests = (
        "tests/api/supervision",
        "tests/api/test_every_route.py::test_each_role_is_let_in_where_it_belongs_and_nowhere_else",
        "tests/api/test_roles.py::test_each_role_sees_its_pages_and_no_others",
        "tests/records/models/test_enum_columns.py",
        "tests/records/test_migrations.py::test_models_and_migrations_agree",
        "tests/records/reference/test_suspended.py",
        "tests/records/figures/test_statistics_table.py",
        "tests/test_layout.py",
        "tests/api/by_keyboard/test_every_task.py",
    )
    chosen = (
        "not postgresql and not each_task and (supervis or suspended or every_result or looked_over"
        " or role_has or may_send and reviewer"
        " or sqlite and (nowhere or users.role or transfers.result or agree))"
    )
    # A program of its own: this one has the project's modules, and the copy has modules of the same names.
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-k", chosen, *tests],
        cwd=changed_project,
        env={**os.environ, "PYTHONPATH": str(changed_project)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
    assert (
        str(changed_project)
        in subprocess.run(
            [sys.executable, "-c", "import records; print(records.__file__)"],
            cwd=changed_project,
            env={**os.environ, "PYTHONPATH": str(changed_project)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    )
