"""The text in segments: nothing is added between its words, and where findings overlap the most severe one colours."""

import itertools

import pytest

from api.cases.highlight import Mark, lines

TEXT = "患者满意度98%，三天\n见效，永不复发。"
SEVERITIES = ("low", "medium", "high")
ORDER = {"high": 0, "medium": 1, "low": 2}


def cut(*marks: Mark | None) -> list[tuple[str, tuple[int, ...], str]]:
    return [(each.text, each.numbers, each.severity) for line in lines(TEXT, marks) for each in line]


def test_a_text_is_the_same_with_and_without_its_marks() -> None:
    marks = [Mark(2, 5, "low"), Mark(4, 8, "high"), Mark(9, 14, "medium")]
    whole = "\n".join("".join(segment.text for segment in line) for line in lines(TEXT, marks))
    assert whole == TEXT


@pytest.mark.parametrize(("first", "second"), list(itertools.permutations(SEVERITIES, 2)))
def test_where_two_findings_overlap_the_more_severe_one_colours(first: str, second: str) -> None:
    both = min(first, second, key=ORDER.__getitem__)
    assert cut(Mark(2, 5, first), Mark(4, 8, second)) == [
        ("患者", (), ""),
        ("满意", (1,), first),
        ("度", (1, 2), both),
        ("98%", (2,), second),
        ("，三天", (), ""),
        ("见效，永不复发。", (), ""),
    ]


@pytest.mark.parametrize(("outer", "inner"), list(itertools.permutations(SEVERITIES, 2)))
def test_a_finding_within_another_keeps_the_colour_of_the_more_severe(outer: str, inner: str) -> None:
    both = min(outer, inner, key=ORDER.__getitem__)
    assert cut(Mark(2, 8, outer), Mark(3, 5, inner))[1:4] == [
        ("满", (1,), outer),
        ("意度", (1, 2), both),
        ("98%", (1,), outer),
    ]


def test_a_finding_without_a_place_keeps_its_number() -> None:
    assert cut(None, Mark(0, 2, "low"))[0] == ("患者", (2,), "low")


class Counted(Mark):
    """A mark that counts how often its place is read."""

    reads = 0

    def __getattribute__(self, name: str) -> object:
        if name in ("start", "end"):
            Counted.reads += 1
        return super().__getattribute__(name)


def test_each_of_thousands_of_findings_is_looked_at_a_few_times_only() -> None:
    marks = [Counted(at, at + 1, "low") for at in range(0, 6_000, 2)]
    Counted.reads = 0
    assert len(lines("字" * 6_000, marks)[0]) == 6_000
    assert Counted.reads < 20 * len(marks)
