"""The random sample: drawn once a week from every kind of page, decided blind by another person, and the
consequences."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import Engine, select

from records.cases import review
from records.cases.quality_checks import (
    CheckRefused,
    Sizes,
    count_waiting,
    decide_check,
    draw_checks,
    take_check,
)
from records.cases.review import Decision
from records.database import reading, transaction
from records.figures.period import Period
from records.figures.quality_figures import find_quality
from records.models import Case, CaseState, CheckKind, CheckVerdict, JudgementRecord, QualityCheck, Role, User
from records.people.sign_in import add_user
from tests.records import registered

WEEK = date(2026, 11, 23)
AFTER = datetime.fromisoformat("2026-12-01T09:00+08:00")


@pytest.fixture
def judged(engine: Engine, store, rules, now: datetime) -> Engine:
    """Of a site: twelve pages without findings and two cases that the first reviewer decided, one each way; of an
    account: three posts without findings."""
    with transaction(engine) as session:
        site = registered.site(session, "http://127.0.0.1:1/")
        account = registered.account(session, "http://127.0.0.1:1/feed")
        for name in ("first", "second"):
            add_user(session, name, "a-long-password", Role.REVIEWER, display_name=name)
    for source, path, count in ((site, "page", 12), (account, "post", 3)):
        for number in range(count):
            text = f"{registered.LAWFUL}第{number}号楼。"
            url = f"http://127.0.0.1:1/{path}{number}"
            kept = registered.snapshot(engine, store, source, now, url=url, text=text)
            assert registered.judged(engine, rules, kept, text, now) is None
    for number, action in ((1, "confirm"), (2, "dismiss")):
        case_id = registered.case(engine, store, rules, now, 100 + number)
        with transaction(engine) as session:
            user = session.scalars(select(User).where(User.name == "first")).one()
            case = session.get_one(Case, case_id)
            review.decide(session, case, user, Decision(action, case.row_version, "科普"), now)
    return engine


def draw(engine: Engine, pages: int = 10, decisions: int = 5) -> int:
    with transaction(engine) as session:
        return draw_checks(session, WEEK, Sizes(pages, decisions))


def user_of(session, name: str) -> User:
    return session.scalars(select(User).where(User.name == name)).one()


def decide(
    engine: Engine, name: str, verdict: CheckVerdict, families=(), text: str = "文字"
) -> CheckKind | None:
    with transaction(engine) as session:
        user = user_of(session, name)
        check = take_check(session, user, AFTER)
        if check is None:
            return None
        decide_check(session, check.id, verdict, families, text, by=user, now=AFTER)
        return check.kind


def test_each_stratum_is_drawn_from_once_a_week(judged: Engine) -> None:
    assert draw(judged) == 12
    assert draw(judged) == 0
    with reading(judged) as session:
        checks = session.scalars(select(QualityCheck)).all()
    strata = {(one.stratum, one.stratum_pages) for one in checks if one.kind is CheckKind.UNFLAGGED}
    assert strata == {("站点，无可疑表述", 12), ("公众号，无可疑表述", 3)}
    assert sum(one.stratum.startswith("公众号") for one in checks) == 3, "a small stratum is taken whole"
    firsts = {one.first_verdict for one in checks if one.kind is CheckKind.REPEATED}
    assert firsts == {CheckVerdict.LAWFUL, CheckVerdict.UNLAWFUL}


def test_another_week_has_pages_of_its_own(judged: Engine) -> None:
    with transaction(judged) as session:
        assert draw_checks(session, WEEK - timedelta(days=7), Sizes(10, 5)) == 0


def test_nobody_decides_their_own_decision_again_nor_what_a_colleague_holds(judged: Engine) -> None:
    draw(judged)
    with transaction(judged) as session:
        first, second = user_of(session, "first"), user_of(session, "second")
        assert (count_waiting(session, first), count_waiting(session, second)) == (10, 12)
        held = take_check(session, first, AFTER)
        assert take_check(session, first, AFTER).id == held.id, "one's own unfinished one comes first"
        assert take_check(session, second, AFTER).id != held.id
        with pytest.raises(CheckRefused):
            decide_check(session, held.id, CheckVerdict.LAWFUL, (), "", by=second, now=AFTER)
        assert take_check(session, second, AFTER + timedelta(hours=1)) is not None
    while decide(judged, "first", CheckVerdict.LAWFUL):
        pass
    with reading(judged) as session:
        own = session.scalars(select(QualityCheck).where(QualityCheck.kind == CheckKind.REPEATED)).all()
    assert all(one.verdict is None for one in own)


def test_a_missed_page_becomes_a_case_with_the_words_that_were_seen(judged: Engine) -> None:
    draw(judged)
    with transaction(judged) as session:
        session.query(QualityCheck).filter_by(kind=CheckKind.REPEATED).delete()
        for record in session.query(JudgementRecord).filter_by(unlawful=False):
            record.page_text = ""  # as without findings: the snapshot's text applies
    decide(judged, "second", CheckVerdict.UNLAWFUL, ["cure-rate"], "治好率奇高")
    with reading(judged) as session:
        case = session.scalars(select(Case).order_by(Case.id.desc()).limit(1)).one()
        assert (case.state, case.judgement.page_text) == (CaseState.PENDING, "治好率奇高")


def test_what_was_decided_twice_and_missed_is_told(judged: Engine) -> None:
    draw(judged, pages=15)
    while (kind := decide(judged, "second", CheckVerdict.UNLAWFUL, ["cure-rate"])) is not None:
        assert kind in CheckKind
    with reading(judged) as session:
        figures = find_quality(session, Period(WEEK, WEEK))
    assert (figures.whole.looked_at, figures.whole.seen, figures.whole.found) == (15, 15, 1)
    assert figures.whole.rate.value == pytest.approx(15 / 16)
    assert [one.title for one in figures.by_family] == ["cure-rate"]
    assert (figures.agreement.pairs, figures.agreement.equal, figures.agreement.kappa) == (2, 0.5, 0)
    assert {one.title for one in figures.by_reviewer} == {"first", "second"}
    assert figures.by_rule
