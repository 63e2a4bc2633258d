"""The documents say all there is: every setting, command, call and rule field has its line."""

import json
from collections.abc import Iterator

import pytest
import typer
from click import Group

from api.app import make_app
from classifiers.lists.rules import load_rules
from qingyi.command import command_line
from records.database import open_engine
from records.settings import PROJECT, Settings
from records.store.content_store import EvidenceStore

README = (PROJECT / "README.md").read_text("utf-8")


@pytest.mark.parametrize("name", list(Settings.model_fields))
def test_every_setting_is_in_the_readme(name: str) -> None:
    assert f"`QINGYI_{name.upper()}`" in README


def commands(group: Group, before: str = "qingyi") -> Iterator[str]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, f"{before} {name}")
        else:
            yield f"{before} {name}"


@pytest.mark.parametrize("command", list(commands(typer.main.get_command(command_line()))))
def test_every_command_is_in_the_readme(command: str) -> None:
    assert f"`{command}" in README


def test_every_call_of_the_api_is_in_the_readme(tmp_path) -> None:
    lists = load_rules(PROJECT / "keyword_lists")
    application = make_app(open_engine("sqlite://"), EvidenceStore(tmp_path), lists, Settings())
    for path, methods in application.openapi()["paths"].items():
        for method in methods:
            assert f"`{method.upper()} {path}" in README


def test_every_field_of_a_rule_is_in_the_lists_guide() -> None:
    guide = (PROJECT / "keyword_lists" / "README.md").read_text("utf-8")
    schema = json.loads((PROJECT / "keyword_lists" / "schema.json").read_text("utf-8"))
    for name in schema["$defs"]["rule"]["properties"]:
        assert f"| `{name}` |" in guide


def test_every_picture_and_page_that_the_documents_show_is_there() -> None:
    for name in ("README.md", "README.zh-CN.md"):
        text = (PROJECT / name).read_text("utf-8")
        for target in (part.split(")")[0] for part in text.split("](")[1:]):
            assert (PROJECT / target).exists(), f"{name}: {target}"
