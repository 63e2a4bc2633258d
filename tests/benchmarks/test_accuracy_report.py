"""The page of accuracy is made from the figures that are kept, and labelled files are read strictly."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.accuracy.corpus import real_passages
from benchmarks.accuracy.figures import Bin, Counts, Figures, Flagged, Round, read_figures, write_figures
from benchmarks.accuracy.report import REFERENCE, pages

ROW = {"text": "本院周六开诊。", "label": "lawful", "kind": "clinic-page", "source": "甲站"}


def _figures() -> Figures:
    half = Counts("by source", 40, 20, 20, 10)
    return Figures(
        corpus="0",
        own=100,
        sources_count=4,
        by_source=half,
        by_passage=half,
        sources=(half,),
        kinds=(half,),
        documents=(Flagged("qa", 1000, 3),),
        curve=(replace(half, name="50%"), replace(half, name="100%")),
        calibration=(Bin(0.0, 0.5, 30, 0.2, 5), Bin(0.5, 1.0, 10, 0.8, 8)),
        rounds=(Round("first", 10, 8, 6, 7, 4, 3, 20, 19),),
    )


def test_the_page_and_its_pictures_are_made_from_the_kept_figures() -> None:
    for name, content in pages(read_figures()).items():
        made_again = "make it again: python -m benchmarks.accuracy.report"
        assert (REFERENCE / name).read_text("utf-8") == content, made_again


def test_a_target_that_is_missed_is_called_so() -> None:
    page = pages(_figures())["accuracy.md"]
    assert "- precision by source, target 0.95: 0.500, short by 0.450" in page
    assert "- false alarms in 1,000, qa, target at most 2: 3.0, not reached" in page


def test_a_blind_round_stands_on_the_page_with_its_intervals() -> None:
    page = pages(_figures())["accuracy.md"]
    row = "| first | 10 | 0.800 | 0.600 (0.313–0.832) | 0.700 (0.397–0.892) | 0.750 (0.301–0.954) | 0.950 (0.764–0.991) |"
    assert row in page


def test_figures_are_kept_as_they_were_measured(tmp_path: Path) -> None:
    write_figures(_figures(), tmp_path / "figures.json")
    assert read_figures(tmp_path / "figures.json") == _figures()


def test_more_real_passages_are_read_once_each(tmp_path: Path) -> None:
    file = tmp_path / "more.jsonl"
    file.write_text(
        "".join(json.dumps(row) + "\n" for row in (ROW, ROW | {"text": "包治百病", "label": "violation"}))
    )
    found = real_passages(tmp_path, [file, file])
    assert [(passage.unlawful, passage.source, passage.real) for passage in found] == [
        (False, "甲站", True),
        (True, "甲站", True),
    ]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("{", "1: expected a JSON object"),
        ("[]", "1: expected"),
        (json.dumps(ROW | {"label": "bad"}), "not “bad”"),
    ],
)
def test_a_line_that_is_no_labelled_passage_is_named(tmp_path: Path, line: str, fault: str) -> None:
    file = tmp_path / "more.jsonl"
    file.write_text(line + "\n", "utf-8")
    with pytest.raises(ValueError, match=fault):
        real_passages(tmp_path, [file])
