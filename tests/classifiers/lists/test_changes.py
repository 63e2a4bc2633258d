"""A text that a change of the lists does not touch is judged as before; whatever cannot be told is taken to touch it."""

import random
import shutil
from datetime import date
from pathlib import Path

import pytest

from benchmarks.accuracy.corpus import own_passages
from classifiers.judge import judge
from classifiers.lists.changes import Change
from classifiers.lists.rules import RuleSet, load_rules
from classifiers.matching.homophones import homophones
from classifiers.values import Facts, PageText
from records.lists.term_edits import add_term, remove_term
from records.settings import PROJECT

FACTS = Facts(date(2026, 11, 24))


def found(rules: RuleSet, text: str) -> list[tuple[str, int, int]]:
    return [
        (each.rule, each.start, each.end) for each in judge(PageText.of_plain(text), rules, FACTS).findings
    ]


def changed(folder: Path, file: str, written: str, instead: str) -> RuleSet:
    """The lists with one thing in a file replaced."""
    shutil.copytree(PROJECT / "keyword_lists", folder)
    text = (folder / file).read_text("utf-8")
    assert written in text
    (folder / file).write_text(text.replace(written, instead, 1), "utf-8")
    return load_rules(folder)


def disguised(text: str, chance: random.Random) -> str:
    """A text with some of its characters misspelt, and a stretch of it held apart by a mark."""
    characters = list(text)
    for place in chance.sample(range(len(text)), min(4, len(text))):
        if "\u4e00" <= text[place] <= "\u9fa5":
            characters[place] = chance.choice(homophones(text[place]) or [text[place]])
    start = chance.randrange(len(text))
    mark = chance.choice("★、*\n")
    return (
        "".join(characters[:start])
        + mark.join(characters[start : start + 8])
        + "".join(characters[start + 8 :])
    )


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_what_random_changes_do_not_touch_is_judged_as_before(
    tmp_path: Path, rules: RuleSet, seed: int
) -> None:
    chance = random.Random(seed)
    texts = [passage.text for passage in chance.sample(own_passages(), 250)]
    texts += [disguised(text, chance) for text in texts]
    folder = tmp_path / "lists"
    shutil.copytree(PROJECT / "keyword_lists", folder)
    for _ in range(2):
        rule = chance.choice([rule for rule in rules.live.values() if rule.terms])
        file = next(path for path in folder.glob("*.yaml") if f"id: {rule.id}\n" in path.read_text("utf-8"))
        start = chance.randrange(40)
        said = ["".join(one for one in text[start:] if "\u4e00" <= one <= "\u9fff")[:4] for text in texts]
        taken = chance.choice([four for four in said if len(four) == 4])
        edited = add_term(file.read_text("utf-8"), rule.id, f"{taken[:2]}{{gap:3}}{taken[2:]}试验")
        edited = add_term(edited, rule.id, taken or "试验词")
        file.write_text(remove_term(edited, rule.id, chance.choice(rule.written)), "utf-8")
    after = load_rules(folder)
    change = Change(rules, after)
    assert not change.touches_all
    left_alone = [text for text in texts if not change.touches(text)]
    assert len(left_alone) > len(texts) / 2
    assert [found(rules, text) for text in left_alone] == [found(after, text) for text in left_alone]


@pytest.fixture
def with_a_term(tmp_path: Path, rules: RuleSet) -> Change:
    folder = tmp_path / "lists"
    shutil.copytree(PROJECT / "keyword_lists", folder)
    file = folder / "cure_rate.yaml"
    file.write_text(add_term(file.read_text("utf-8"), "cure-rate-percent", "院内取片机"), "utf-8")
    return Change(rules, load_rules(folder))


@pytest.mark.parametrize(
    ("text", "touched"),
    [
        ("本院院内取片机在三楼。", True),
        ("本院院★内★取★片★机在三楼。", True),
        ("本院院内取骗机在三楼。", True),
        ("本院院、内、取、片、机在三楼。", True),
        ("本院院内有取片处。", False),
        ("治愈率98%，永不复发。", False),
        ("", False),
    ],
)
def test_a_new_term_touches_what_has_it_however_it_is_written(
    with_a_term: Change, text: str, touched: bool
) -> None:
    assert with_a_term.touches(text) is touched


@pytest.mark.parametrize(
    ("file", "written", "instead"),
    [
        ("overall_wording.yaml", "why: ", "why: 又，"),
        ("cure_rate.yaml", "severity: high", "severity: low"),
    ],
)
def test_what_a_rule_only_says_touches_nothing(
    tmp_path: Path, rules: RuleSet, file: str, written: str, instead: str
) -> None:
    assert not Change(rules, changed(tmp_path / "lists", file, written, instead)).touches(
        "治愈率98%，永不复发。"
    )


@pytest.mark.parametrize(
    ("file", "written", "instead"),
    [
        ("contexts.yaml", "within: 10\n", "within: 11\n"),
        ("wording.tsv", "(suspects)\t0.", "(suspects)\t0.1"),
    ],
)
def test_a_context_or_a_threshold_touches_everything(
    tmp_path: Path, rules: RuleSet, file: str, written: str, instead: str
) -> None:
    change = Change(rules, changed(tmp_path / "lists", file, written, instead))
    assert change.touches("图书室为住院患者提供借阅服务。")
