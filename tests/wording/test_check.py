"""Words not to use are found in docstrings, comments and documents, and nowhere else."""

import subprocess
import sys
from pathlib import Path

import pytest

from records.settings import PROJECT
from wording.check import WORDS, Word, find_uses, load_words

ROWS = "pattern\tinstead\treason\nanew\tagain\tarchaic\n(?<!there\\s)is none\tis not one\tdenial by a noun\n"


@pytest.fixture
def words(tmp_path: Path) -> list[Word]:
    (tmp_path / "words.tsv").write_text(ROWS, "utf-8")
    return load_words(tmp_path / "words.tsv")


def uses(folder: Path, name: str, text: str, words: list[Word]) -> list[str]:
    root = folder / "project"
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(text, "utf-8")
    return [str(use) for use in find_uses(root, words)]


def test_a_use_is_named_with_its_place_and_the_word_to_use(tmp_path: Path, words: list[Word]) -> None:
    found = uses(tmp_path, "a/b.py", 'def f():\n    """Begin\n    Anew."""\n', words)
    assert found == ["a/b.py:3: “Anew”: write again (archaic)"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("m.py", '"""Made anew."""\n'),
        ("m.py", "x = 1  # made anew\n"),
        ("m.py", "# a page that is\n# none\n"),
        ("m.py", 'class A:\n    """Made of what\n    is none of these."""\n'),
        ("m.py", 'async def f():\n    # first\n    """Made anew."""\n'),
        ("m.md", "A page that is\nnone\n"),
        ("m.toml", 'x = "a"  # made anew\n'),
        ("Makefile", "lock: ## Made anew\n"),
        ("m.js", "let x = 1; // made anew\n"),
        ("m.css", "/* Made\n   anew */\n"),
        ("m.html", "<p>{# Made anew #}</p>\n"),
    ],
)
def test_prose_is_checked_across_lines(tmp_path: Path, words: list[Word], name: str, text: str) -> None:
    assert len(uses(tmp_path, name, text, words)) == 1


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("m.py", 'anew = "made anew"\n'),
        ("m.py", "if x is None:\n    is_none = x  # a comment\n"),
        ("m.py", '"""The function `anew`, or "anew"."""\n'),
        ("m.py", '"""Whether there is none."""\n'),
        ("m.py", '"""Renewed, of Canewdon."""\n'),
        ("m.md", "The word `anew`.\n\n```sh\nanew\n```\n"),
        ("m.md", "See [it](made-anew.md).\n"),
        ("m.yaml", "anew: 1\n"),
        ("m.js", "let anew = 'https://anew.example';\n"),
        ("m.html", "<p>anew</p>\n"),
        (".venv/m.py", "# anew\n"),
        ("var/m.md", "anew\n"),
    ],
)
def test_code_names_and_quotations_are_not(tmp_path: Path, words: list[Word], name: str, text: str) -> None:
    assert uses(tmp_path, name, text, words) == []


@pytest.mark.parametrize(
    ("row", "fault"),
    [("anew\tagain", "not a pattern"), ("(anew\tagain\tarchaic", "missing"), ("\ta\tb", "not a")],
)
def test_a_row_that_cannot_be_used_is_named_by_its_line(tmp_path: Path, row: str, fault: str) -> None:
    (tmp_path / "words.tsv").write_text(ROWS + row + "\n", "utf-8")
    with pytest.raises(ValueError, match=rf"words\.tsv:4: .*{fault}"):
        load_words(tmp_path / "words.tsv")


def test_a_file_that_is_not_python_is_named(tmp_path: Path, words: list[Word]) -> None:
    with pytest.raises(ValueError, match=r"a/b\.py: not Python"):
        uses(tmp_path, "a/b.py", "def f():\n        pass  # anew\n    return 1\n", words)


PLAIN = [row.split("\t")[0] for row in WORDS.read_text("utf-8").splitlines()[1:] if row[0].isalpha()]


@pytest.mark.parametrize("written", [row for row in PLAIN if row.replace(" ", "").isalpha()])
def test_every_plain_row_of_the_project_is_found_with_a_capital_too(tmp_path: Path, written: str) -> None:
    text = f"# {written}\n# {written.capitalize()}\n"
    assert len(uses(tmp_path, "m.py", text, load_words())) >= 2


def test_the_command_tells_what_it_finds_by_its_exit_code() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "wording.check"], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
