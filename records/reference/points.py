"""The standard of demerits 不良执业行为记分: the points that the commission's own table gives for each misconduct."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import Field
from sqlalchemy.orm import Session

from records.people.permissions import Permission
from records.reference.tables import KeptRow, KeptTable, read_rows


class PointRule(KeptRow):
    """Points for a kind of misconduct, by the name of the kind or of one of its rules."""

    words: str = Field(title="违法情形", min_length=1, max_length=60)
    points: int = Field(title="分值", ge=0, le=100)
    basis: str = Field(default="", title="依据", max_length=200)

    def key(self) -> object:
        """A kind of misconduct has one number."""
        return self.words


# Each province has its own standard, so that none is shipped.
POINTS = KeptTable(
    "points",
    "记分标准",
    "本地的不良执业行为记分标准：违法情形按统计页或规则的名称填。机构页据此列出一年内认定的案件可记几分；决定记分时不填分值，就按这里的分值。",
    PointRule,
    (),
    Permission.KEEP_FIGURES,
)


@dataclass(frozen=True)
class ApplicablePoints:
    """A row of the standard that an institution's cases of a year fall under."""

    words: str
    points: int
    basis: str
    cases: int


def list_applicable_points(
    session: Session, kinds_by_case: Mapping[int, Sequence[str]]
) -> Sequence[ApplicablePoints]:
    """What the standard gives for cases, whose kinds of misconduct and rules are given in words, the most points
    first. A case counts once in a row."""
    counts = Counter(kind for kinds in kinds_by_case.values() for kind in set(kinds))
    found = [
        ApplicablePoints(rule.words, rule.points, rule.basis, counts[rule.words])
        for rule in read_rows(session, POINTS)
        if counts[rule.words]
    ]
    return sorted(found, key=lambda one: (-one.points * one.cases, one.words))
