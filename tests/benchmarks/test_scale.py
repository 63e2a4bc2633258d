"""The document of scale follows from the costs, and costs of older code are refused."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from benchmarks.scale import (
    CODE,
    DOCUMENT,
    SCALES,
    Costs,
    CostsOutdated,
    document,
    fingerprint,
    least,
    limits_of,
    needs_of,
    read_costs,
)

COSTS = Costs("2026-11-29", "f" * 16, 100, 8.0, 2.0, 10.0, 3.0, 140_000, 40_000, 2_000, 5_000, 1_000)


def test_the_document_is_what_the_committed_costs_come_to() -> None:
    committed = json.loads(DOCUMENT.parent.parent.joinpath("benchmarks/scale_costs.json").read_text("utf-8"))
    assert document(Costs(**committed)) == DOCUMENT.read_text("utf-8")


def test_costs_of_other_code_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "costs.json"
    path.write_text(json.dumps(asdict(COSTS)), "utf-8")
    assert read_costs(path, "f" * 16) == COSTS
    with pytest.raises(CostsOutdated, match="is of 2026-11-29, and the code has changed since"):
        read_costs(path, "0" * 16)


@pytest.mark.parametrize(
    ("changed", "is_seen"),
    [
        ("# why\ndef f(x):\n    'Twice.'\n    return 2 * x  # twice\n", False),
        ("def f(x):\n    return 3 * x\n", True),
        ("def f(x):\n    return (2 *\n        x)\n", False),
        ("def f(x):\n    return '2 * x'\n", True),
        ("def f(x):\n    log('why')\n    return 2 * x\n", True),
    ],
)
def test_a_change_of_code_is_seen_and_of_words_is_not(tmp_path: Path, changed: str, is_seen: bool) -> None:
    for name in CODE:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("def f(x):\n    return 2 * x\n", "utf-8")
    before = fingerprint(tmp_path)
    (tmp_path / CODE[-1]).write_text(changed, "utf-8")
    assert (fingerprint(tmp_path) != before) is is_seen


def test_the_comment_of_a_column_may_change(tmp_path: Path) -> None:
    for name in CODE:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("score = column(comment='of the page')\n", "utf-8")
    before = fingerprint(tmp_path)
    (tmp_path / CODE[0]).write_text("score = column(comment='of the text')\n", "utf-8")
    assert fingerprint(tmp_path) == before
    (tmp_path / CODE[0]).write_text("score = column(index=True, comment='of the text')\n", "utf-8")
    assert fingerprint(tmp_path) != before


def test_a_place_needs_what_its_pages_cost() -> None:
    city, province, _ = (needs_of(scale, COSTS) for scale in SCALES)
    # 1 M pages: (10 + 8) ms each to fetch and read, and of a fifth 2 + 10 + 3 to write, judge and store.
    assert city.hours == pytest.approx(1e6 * (18 + 0.2 * 15) / 3.6e6)
    assert city.browser_hours == pytest.approx(1e6 * (0.1 * 1_150 + 0.01 * 11_500) / 3.6e6)
    assert city.evidence == pytest.approx(1e6 * 0.2 * 40_000)
    assert city.database == pytest.approx(1e6 * (0.2 * 2_000 + 0.8 * 1_000 + 0.01 * 65_000))
    assert province.evidence == pytest.approx(10 * city.evidence)


def test_other_work_on_the_machine_makes_no_page_cost_more() -> None:
    busy = replace(COSTS, read_ms=15.0, judge_ms=9.5, evidence_bytes=40_001)
    both = least([busy, COSTS])
    assert (both.read_ms, both.judge_ms, both.evidence_bytes) == (8.0, 9.5, 40_000)


def test_what_breaks_first_stands_first() -> None:
    names = [name for name, _ in limits_of(COSTS)]
    assert names[0].startswith("one person")
    larger = replace(COSTS, database_bytes=1e9)
    assert limits_of(larger)[0][0].endswith("database")
