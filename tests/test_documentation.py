"""The documents are complete: every setting, command, call and rule field has its line."""

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import typer
from click import Group

from api.app import make_app
from classifiers.lists.rules import load_rules
from qingyi.command import command_line
from records.database import open_engine
from records.settings import PROJECT, Settings
from records.store.folder_store import FolderStore

REFERENCE = PROJECT / "docs" / "reference"
SETTINGS, COMMANDS, API = (
    (REFERENCE / f"{name}.md").read_text("utf-8") for name in ("settings", "commands", "api")
)
DOCUMENTS = sorted(
    path
    for path in (*PROJECT.glob("*.md"), *PROJECT.glob("docs/**/*.md"), *PROJECT.glob("keyword_lists/*.md"))
)
LINK = re.compile(r"\]\(([^)\s]+)\)")


@pytest.mark.parametrize("name", list(Settings.model_fields))
def test_every_setting_has_its_line(name: str) -> None:
    assert f"`QINGYI_{name.upper()}`" in SETTINGS


def commands(group: Group, before: str = "qingyi") -> Iterator[str]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, f"{before} {name}")
        else:
            yield f"{before} {name}"


@pytest.mark.parametrize("command", list(commands(typer.main.get_command(command_line()))))
def test_every_command_has_its_line(command: str) -> None:
    assert f"`{command}" in COMMANDS


def test_every_call_of_the_api_has_its_line(tmp_path) -> None:
    lists = load_rules(PROJECT / "keyword_lists")
    application = make_app(open_engine("sqlite://"), FolderStore(tmp_path), lists, Settings())
    for path, methods in application.openapi()["paths"].items():
        for method in methods:
            assert f"`{method.upper()} {path}" in API


# Settings of programs that have no database (an office's client, compose), and where settings are read from.
ELSEWHERE = {
    "QINGYI_URL",
    "QINGYI_TOKEN",
    "QINGYI_CERTIFICATE",
    "QINGYI_KEY",
    "QINGYI_AUTHORITY",
    "QINGYI_DATABASE_PASSWORD",
    "QINGYI_SECRETS_DIR",
    "QINGYI_BASE_IMAGE",  # what compose.yaml builds and runs
    "QINGYI_POSTGRES_IMAGE",
    "QINGYI_NGINX_IMAGE",
}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(PROJECT)))
def test_every_setting_and_command_that_a_document_names_exists(document: Path) -> None:
    text = document.read_text("utf-8")
    known = ELSEWHERE | {f"QINGYI_{name.upper()}" for name in Settings.model_fields}
    assert set(re.findall(r"QINGYI_[A-Z_]+[A-Z]", text)) <= known
    program = typer.main.get_command(command_line())
    for words in re.findall(r"(?:^|`|bin/)qingyi((?: [a-z][a-z-]+)+)", text, re.MULTILINE):
        assert named(program, words.split()), words


def named(program: Group, words: list[str]) -> bool:
    """Whether the words begin with a command, as far as they are commands."""
    found = program
    for word in words:
        if not hasattr(found, "commands"):
            return True
        if word not in found.commands:
            return False
        found = found.commands[word]
    return True


def test_every_field_of_a_rule_is_in_the_lists_guide() -> None:
    guide = (PROJECT / "keyword_lists" / "README.md").read_text("utf-8")
    schema = json.loads((PROJECT / "classifiers" / "lists" / "schema.json").read_text("utf-8"))
    for name in schema["$defs"]["rule"]["properties"]:
        assert f"| `{name}` |" in guide


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(PROJECT)))
def test_every_picture_and_page_that_a_document_names_is_there(document: Path) -> None:
    """A part of a page (`#…`) is a heading of it, written as GitHub writes its anchors."""
    for target in LINK.findall(document.read_text("utf-8")):
        if urlsplit(target).scheme:
            continue
        name, _, part = target.partition("#")
        found = (document.parent / name).resolve() if name else document
        assert found.exists(), target
        assert not part or part in anchors(found), target


def anchors(document: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", document.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_readme_is_short_and_its_rooms_are_there() -> None:
    readme = (PROJECT / "README.md").read_text("utf-8")
    assert len(readme.splitlines()) <= 120
    rooms = readme.split("| room |")[1].split("\n\n")[0]
    for name in re.findall(r"`([\w/]+(?:/|\.py))`", rooms):
        assert (PROJECT / name).exists(), name


# A folder a subject, found by the route, the table or the figure.
WIDE = {"api/", "records/", "benchmarks/"}


def test_no_row_of_the_readme_leads_to_more_than_can_be_read() -> None:
    rooms = (PROJECT / "README.md").read_text("utf-8").split("| room |")[1].split("\n\n")[0]
    for row in rooms.splitlines()[2:]:
        named = re.findall(r"`([\w/]+(?:/|\.py))`", row.split("|")[1])
        files = [
            file
            for name in named
            for file in ((PROJECT / name).rglob("*.py") if name[-1] == "/" else [PROJECT / name])
        ]
        lines = sum(len(file.read_text("utf-8").splitlines()) for file in files)
        assert lines <= 2_200 or WIDE & set(named), row


RECORDS = sorted((PROJECT / "docs" / "adr").glob("[0-9]*.md"))


@pytest.mark.parametrize("record", RECORDS, ids=lambda path: path.stem)
def test_every_decision_says_whether_it_still_holds(record: Path) -> None:
    number = int(record.stem[:4])
    assert re.match(
        rf"# {number}\. .+\n\nStatus: (accepted|superseded by \[\d+\])", record.read_text("utf-8")
    )


def test_the_decisions_are_listed_in_their_order_each_with_a_number_of_its_own() -> None:
    titles = [record.read_text("utf-8").splitlines()[0].removeprefix("# ") for record in RECORDS]
    listed = re.findall(
        r"^- \[(.+)\]\((\d{4}.+)\): \w", (RECORDS[0].parent / "README.md").read_text("utf-8"), re.M
    )
    assert listed == [(title, record.name) for title, record in zip(titles, RECORDS, strict=True)]
    assert len({record.stem[:4] for record in RECORDS}) == len(RECORDS)


def test_what_holds_a_promise_is_there() -> None:
    promises = (REFERENCE / "compatibility.md").read_text("utf-8")
    named = re.findall(r"`((?:tests|classifiers)/[\w/.]+)`", promises)
    assert named
    assert [name for name in named if not (PROJECT / name).exists()] == []


def test_the_changelog_is_sorted_and_its_newest_number_is_the_packages() -> None:
    versions = re.split(r"^## ", (PROJECT / "CHANGELOG.md").read_text("utf-8"), flags=re.MULTILINE)[1:]
    numbered = [one for one in versions if not one.startswith("Unreleased\n")]
    assert len(versions) - len(numbered) <= 1
    assert versions[-len(numbered) :] == numbered, "what is not released yet stands first"
    newest = re.match(r"(\d+\.\d+\.\d+) \(\d{4}-\d\d-\d\d\)\n", numbered[0])
    assert (
        newest
        and newest[1] == tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    )
    for version in versions:
        kinds = re.findall(r"^### (.+)$", version, flags=re.MULTILINE)
        assert kinds == [kind for kind in ("Added", "Changed", "Fixed") if kind in kinds], (
            version.splitlines()[0]
        )


# A path in the evidence store, a target that was not taken, and files that the guides make.
NOT_HERE = {"evidence/packs/1.pack", "make test-changed", "api/supervision/routes.py"}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(PROJECT)))
def test_every_file_module_and_target_that_a_document_names_is_there(document: Path) -> None:
    text = document.read_text("utf-8")
    roots = "alembic|docker|docs|keyword_lists|" + "|".join(
        path.name for path in PROJECT.iterdir() if (path / "__init__.py").exists()
    )
    named = re.findall(rf"`((?:{roots})/[\w./-]+)`", text)
    named += [
        module.replace(".", "/") for module in re.findall(r"python -m ((?:benchmarks|demo)[\w.]*)", text)
    ]
    makefile = (PROJECT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    asked = re.findall(r"(?:^|`)make ([a-z][a-z-]*)", text, re.MULTILINE)
    missing = {name for name in named if not ((PROJECT / name).exists() or (PROJECT / f"{name}.py").exists())}
    missing |= {f"make {target}" for target in asked if target not in targets}
    assert document.name == "CHANGELOG.md" or missing <= NOT_HERE, (
        "what it names must exist; the changelog is history"
    )
