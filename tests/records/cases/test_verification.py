"""What a look at a disposed page means: its words decide, not the number that its server puts before them."""

import pytest
from sqlalchemy import Engine

from classifiers.judge import judge
from classifiers.values import Facts, PageText
from crawler.pages.post import GONE_STATES
from records.cases.verification import Seen, look
from records.database import reading
from records.models import Case, VerificationOutcome, Visitor
from tests.records import registered


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("status", "text", "outcome"),
    [
        (404, registered.UNLAWFUL, VerificationOutcome.STILL_THERE),
        (410, registered.UNLAWFUL, VerificationOutcome.STILL_THERE),
        (503, registered.UNLAWFUL, VerificationOutcome.STILL_THERE),
        (404, "页面不存在", VerificationOutcome.GONE),
        (503, "维护中", VerificationOutcome.UNREACHABLE),
        (200, registered.LAWFUL, VerificationOutcome.GONE),
    ],
)
def test_a_page_that_says_the_same_is_still_there(
    engine: Engine, store, rules, now, status: int, text: str, outcome: VerificationOutcome
) -> None:
    case_id = registered.case(engine, store, rules, now)
    judgement = judge(PageText.of_plain(text), rules, Facts(now.date()))
    with reading(engine) as session:
        case = session.get_one(Case, case_id)
        assert look(case, Seen(Visitor.PLAIN, status, "normal", judgement), GONE_STATES).outcome is outcome
