"""The stages of a case in figures and reports: groups of states that the queue can show, too."""

from collections.abc import Mapping
from dataclasses import dataclass

from records.models import CaseState as S


@dataclass(frozen=True)
class CaseStage:
    """A group of states, with its title."""

    title: str
    states: frozenset[S]


# A case belongs to several: a verified one was also disposed, transferred and found unlawful.
# States in which a reviewer decides a case, alone or with others.
DECIDABLE = frozenset({S.PENDING, S.REVIEWING, S.NEEDS_MORE})
STAGES: Mapping[str, CaseStage] = {
    "all": CaseStage("线索", frozenset(S)),
    "is-open": CaseStage("未研判", frozenset({S.PENDING, S.REVIEWING, S.NEEDS_MORE, S.PROPOSED})),
    "is-confirmed": CaseStage(
        "认定违法",
        frozenset({S.UNLAWFUL, S.TRANSFERRED, S.RECEIVED, S.DISPOSED, S.RETURNED, S.VERIFIED, S.RECURRED}),
    ),
    "is-dismissed": CaseStage("不予认定", frozenset({S.DISMISSED})),
    "is-transferred": CaseStage(
        "转送", frozenset({S.TRANSFERRED, S.RECEIVED, S.DISPOSED, S.RETURNED, S.VERIFIED, S.RECURRED})
    ),
    "is-disposed": CaseStage("处置", frozenset({S.DISPOSED, S.VERIFIED, S.RECURRED})),
    "is-verified": CaseStage("核验已消失", frozenset({S.VERIFIED})),
    "is-recurred": CaseStage("复现", frozenset({S.RECURRED})),
}


def by_stage(counts: Mapping[S, int]) -> dict[str, int]:
    """The numbers of cases by stage, from those by state."""
    return {name: sum(counts.get(state, 0) for state in stage.states) for name, stage in STAGES.items()}
