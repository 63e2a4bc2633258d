"""Decided cases as passages to learn from."""

from datetime import datetime

import pytest
from sqlalchemy import Engine

from classifiers.lists.rules import RuleSet
from records.cases import review
from records.database import reading, transaction
from records.figures.decided_passages import list_decided_passages
from records.models import CaseState
from records.store.content_store import EvidenceStore
from tests.records import registered

PLAIN = "门诊楼一层设有导诊台。"
RATE = "我院治愈率98%，永不复发。"
CURED = "本院三个疗程保证根治鼻炎，签约治疗。"


@pytest.fixture
def decided(engine: Engine, store: EvidenceStore, rules: RuleSet, now: datetime) -> dict[str, int]:
    """A case that a person confirmed, one that was dismissed, one undecided, and one that the system closed."""
    with transaction(engine) as session:
        source, person = registered.site(session), registered.reviewer(session)
    cases = {}
    for name, words in (("confirm", RATE), ("dismiss", CURED), ("", RATE + CURED), ("closed", CURED + RATE)):
        text = PLAIN + words + PLAIN
        kept = registered.snapshot(engine, store, source, now, url=f"http://127.0.0.1:1/{name}", text=text)
        found = registered.judged(engine, rules, kept, text, now)
        assert found is not None
        cases[name] = found
        with transaction(engine) as session:
            case = review.find_case(session, found)
            if name == "closed":
                case.state = CaseState.DISMISSED
            elif name:
                decision = review.Decision(name, case.row_version, reason="与事实不符")
                review.decide(session, case, person, decision, now)
    return cases


def test_what_people_decided_is_told_by_its_sentences(
    engine: Engine, store: EvidenceStore, decided: dict[str, int]
) -> None:
    with reading(engine) as session:
        confirmed, dismissed = list_decided_passages(session, store)
    assert (confirmed.case_id, confirmed.text, confirmed.unlawful) == (decided["confirm"], RATE, True)
    assert (dismissed.case_id, dismissed.text, dismissed.unlawful) == (decided["dismiss"], CURED, False)
    assert "cure-rate-percent" in confirmed.rules
    assert confirmed.names == ("云溪第1医院",)


def test_a_page_that_is_no_longer_kept_is_left_out(
    engine: Engine, store: EvidenceStore, decided: dict[str, int], tmp_path
) -> None:
    gone = type(store)(tmp_path / "elsewhere")
    with reading(engine) as session:
        assert list(list_decided_passages(session, gone)) == []
