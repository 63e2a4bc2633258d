"""A bad list is refused with file, line and reason: all of them, not the first."""

import shutil
from pathlib import Path

import pytest

from classifiers.lists.faults import ListsRefused
from classifiers.lists.rules import LEARNED_FILES, SUPPORT_FILES, load_rules
from records.settings import PROJECT

GOOD = """\
family: trial
title: 试验
rules:
  - id: trial-rule
    title: 试验规则
    status: live
    law: [{law: 中华人民共和国广告法, article: 28}]
    severity: high
    why: 试验
    terms: [试验词语]
    known_false_alarms: 没有
    examples:
      match: [这里有试验词语一, 这里有试验词语二, 这里有试验词语三]
      disguised: [这里有试★验★词★语]
      spare: [这里什么都没有, 这里也是没有的, 这里还是没有的]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in (*LEARNED_FILES, *SUPPORT_FILES):
        shutil.copy(PROJECT / "keyword_lists" / name, tmp_path / name)
    return tmp_path


def faults(folder: Path, text: str) -> list[str]:
    (folder / "trial.yaml").write_text(text, "utf-8")
    with pytest.raises(ListsRefused) as refused:
        load_rules(folder)
    return [str(fault) for fault in refused.value.faults]


def test_a_good_list_is_taken(folder: Path) -> None:
    (folder / "trial.yaml").write_text(GOOD, "utf-8")
    assert list(load_rules(folder).live) == ["trial-rule"]


def test_the_same_files_give_the_same_rules_and_changed_ones_others(folder: Path) -> None:
    (folder / "trial.yaml").write_text(GOOD, "utf-8")
    first = load_rules(folder)
    assert load_rules(folder) is first
    (folder / "trial.yaml").write_text(GOOD.replace("[试验词语]", "[试验词语, 另外词语]"), "utf-8")
    second = load_rules(folder)
    assert [rules.live["trial-rule"].terms for rules in (first, second)] == [
        ("试验词语",),
        ("试验词语", "另外词语"),
    ]
    assert len(second.matcher.scan("试验词语和另外词语").hits) == 2
    (folder / "trial.yaml").write_text(GOOD, "utf-8")
    assert load_rules(folder) is first


def test_a_missing_field_is_named_with_its_line(folder: Path) -> None:
    found = faults(folder, GOOD.replace("    why: 试验\n", ""))
    assert found == ["trial.yaml:4: rules.1: 缺少字段：why"]


def test_a_wrong_value_is_named_with_what_is_allowed(folder: Path) -> None:
    found = faults(folder, GOOD.replace("severity: high", "severity: huge"))
    assert found == ["trial.yaml:8: rules.1.severity: “huge”不在可选值之内：low、medium、high"]


def test_several_faults_are_all_named(folder: Path) -> None:
    text = GOOD.replace("severity: high", "severity: huge").replace("status: live", "status: maybe")
    assert len(faults(folder, text + "    colour: red\n")) == 3


def test_no_fault_hides_another_in_the_same_rule_or_in_another(folder: Path) -> None:
    (folder / "another.yaml").write_text(
        GOOD.replace("family: trial", "family: another").replace("article: 28", "article: 9999"), "utf-8"
    )
    text = GOOD.replace("severity: high", "severity: huge").replace("[试验词语]", '[试验词语, "{number}天"]')
    found = faults(folder, text.replace("    terms:", "    unless: [no_such]\n    terms:"))
    assert [fault.split(": ")[:2] for fault in found] == [
        ["trial.yaml:8", "rules.1.severity"],
        ["another.yaml:7", "rules.1.law.1"],
        ["trial.yaml:4", "rules.1.id"],
        ["trial.yaml:10", "rules.1.unless.1"],
        ["trial.yaml:11", "rules.1.terms.2"],
    ]


def test_an_unknown_article_is_refused(folder: Path) -> None:
    found = faults(folder, GOOD.replace("article: 28", "article: 9999"))
    assert found == ["trial.yaml:7: rules.1.law.1: laws.yaml 中没有这一条款，请先在其中登记"]


def test_an_unknown_context_is_refused(folder: Path) -> None:
    found = faults(folder, GOOD.replace("    terms:", "    unless: [no_such]\n    terms:"))
    assert found == ["trial.yaml:10: rules.1.unless.1: contexts.yaml 中没有名为 no_such 的语境"]


def test_a_term_that_would_hit_everything_is_refused(folder: Path) -> None:
    found = faults(folder, GOOD.replace("[试验词语]", '["{number}天"]'))
    assert "不足两个字" in found[0]
    assert found[0].startswith("trial.yaml:10:")


def test_an_id_used_twice_is_refused(folder: Path) -> None:
    (folder / "another.yaml").write_text(GOOD.replace("family: trial", "family: another"), "utf-8")
    assert "编号不可重复" in faults(folder, GOOD)[0]


def test_broken_yaml_is_named_with_its_line(folder: Path) -> None:
    assert faults(folder, GOOD + "  - id: [\n")[0].startswith("trial.yaml:1")


def test_a_file_that_is_not_utf8_is_named(folder: Path) -> None:
    (folder / "trial.yaml").write_bytes(GOOD.encode("gb18030"))
    with pytest.raises(ListsRefused, match=r"trial\.yaml:2: -: 不是 UTF-8 编码"):
        load_rules(folder)


def test_lists_without_the_cues_that_the_judgement_asks_for_are_refused(folder: Path) -> None:
    kinds = folder / "page_kinds.yaml"
    kinds.write_text(kinds.read_text("utf-8").replace("id: contact", "id: contacts"), "utf-8")
    found = faults(folder, GOOD)
    assert found == ["page_kinds.yaml:3: cues: 缺少名为 contact 的线索词，研判离不开它"]


@pytest.mark.parametrize(
    "path", sorted((PROJECT / "keyword_lists").glob("*.yaml")), ids=lambda path: path.name
)
def test_a_list_can_be_surveyed_line_by_line(path: Path) -> None:
    longest = max(path.read_text("utf-8").splitlines(), key=len)
    assert len(longest) <= 120, longest


def test_lists_of_another_version_are_refused_by_line_and_field(folder: Path) -> None:
    """The format is the program's: a schema that lies with the lists, as versions before 1.0 had it, is not asked."""
    (folder / "trial.yaml").write_text(GOOD, "utf-8")
    (folder / "schema.json").write_text('{"$defs": {"laws": {}}}', "utf-8")
    laws = (folder / "laws.yaml").read_text("utf-8")
    line = next(line for line in laws.splitlines(keepends=True) if "checked_on:" in line)
    (folder / "laws.yaml").write_text(laws.replace(line, "", 1), "utf-8")
    with pytest.raises(ListsRefused) as caught:
        load_rules(folder)
    assert [str(fault) for fault in caught.value.faults] == ["laws.yaml:7: laws.1: 缺少字段：checked_on"]
