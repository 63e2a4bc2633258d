"""From the reviewer's decision over the office to the verification, in the records."""

from datetime import date, timedelta

import pytest
from sqlalchemy import Engine

from classifiers.judge import judge
from classifiers.values import Facts, PageText
from records.cases import review
from records.cases.verification import LATER, RETRY_AFTER, Observation, assess, conclude, list_due_rechecks
from records.database import reading, transaction
from records.models import Case, DisposalResult, User, VisitorKind
from records.transfers import answers, office_queue
from records.workflow import StepRefused, actor_of_office
from tests.records import registered

GONE = frozenset({"deleted_by_author"})


@pytest.fixture
def case_id(engine: Engine, store, rules, now) -> int:
    return registered.case(engine, store, rules, now)


def decide(engine: Engine, case_id: int, action: str, now, who: str = "reviewer", **more) -> None:
    with transaction(engine) as session:
        user = session.query(User).filter_by(name=who).first() or registered.reviewer(session, who)
        case = review.find_case(session, case_id)
        version = more.pop("version", case.row_version)
        review.decide(session, case, user, review.Decision(action, version, **more), now)


def transferred(engine: Engine, case_id: int, now) -> tuple[int, int]:
    with transaction(engine) as session:
        office_id = registered.office(session).id
    decide(engine, case_id, "confirm", now)
    decide(engine, case_id, "transfer", now, offices=(office_id,))
    with reading(engine) as session:
        (transfer,) = office_queue.list_queued(session, office_queue.Queued(office_id))
        return office_id, transfer.id


def disposed(engine: Engine, case_id: int, now) -> None:
    office_id, transfer_id = transferred(engine, case_id, now)
    with transaction(engine) as session:
        transfer = office_queue.find_office_transfer(session, office_id, transfer_id)
        actor = actor_of_office(transfer.office)
        answers.take(session, transfer, actor=actor, now=now)
        report = answers.Disposal(DisposalResult.DELETED, date(2026, 11, 24))
        answers.report_disposed(
            session, transfer, report, actor=actor, now=now, recheck_after=timedelta(hours=24)
        )


@pytest.mark.databases("sqlite")
def test_a_disposal_of_tomorrow_is_refused(engine: Engine, case_id, now) -> None:
    office_id, transfer_id = transferred(engine, case_id, now)
    with transaction(engine) as session:
        transfer = office_queue.find_office_transfer(session, office_id, transfer_id)
        actor = actor_of_office(transfer.office)
        answers.take(session, transfer, actor=actor, now=now)
        report = answers.Disposal(DisposalResult.DELETED, date(2026, 11, 25))
        with pytest.raises(StepRefused, match="2026-11-25 在今天之后"):
            answers.report_disposed(
                session, transfer, report, actor=actor, now=now, recheck_after=timedelta(hours=24)
            )
        assert transfer.closed_at is None


def test_a_decision_on_a_waiting_case_takes_it_up_first(engine: Engine, case_id, now) -> None:
    decide(engine, case_id, "confirm", now)
    with reading(engine) as session:
        steps = [entry.to_state.label for entry in review.list_history(session, case_id)]
    assert steps == ["待研判", "研判中", "认定违法"]


def test_a_decision_on_an_old_page_is_refused(engine: Engine, case_id, now) -> None:
    decide(engine, case_id, "claim", now)
    with pytest.raises(review.CaseChanged):
        decide(engine, case_id, "confirm", now, version=1)


def test_a_case_that_somebody_else_reviews_is_refused(engine: Engine, case_id, now) -> None:
    decide(engine, case_id, "claim", now)
    with pytest.raises(review.CaseChanged, match="正由"):
        decide(engine, case_id, "confirm", now, who="another")


def test_dismissing_needs_its_reason(engine: Engine, case_id, now) -> None:
    with pytest.raises(StepRefused, match="理由"):
        decide(engine, case_id, "dismiss", now)
    assert registered.state(engine, case_id) == "待研判"


def test_taking_twice_changes_nothing(engine: Engine, case_id, now) -> None:
    office_id, transfer_id = transferred(engine, case_id, now)
    for _ in range(2):
        with transaction(engine) as session:
            transfer = office_queue.find_office_transfer(session, office_id, transfer_id)
            answers.take(session, transfer, actor=actor_of_office(transfer.office), now=now)
    with reading(engine) as session:
        assert [entry.to_state.label for entry in review.list_history(session, case_id)][-2:] == [
            "已转送",
            "已签收",
        ]


def test_an_office_does_not_see_anothers_transfers(engine: Engine, case_id, now) -> None:
    _, transfer_id = transferred(engine, case_id, now)
    with transaction(engine) as session:
        other = registered.office(session, "另一网信办")
        assert office_queue.list_queued(session, office_queue.Queued(other.id)) == []
        with pytest.raises(office_queue.NotThisOffice):
            office_queue.find_office_transfer(session, other.id, transfer_id)


def test_returning_needs_its_reason_and_goes_back_to_the_reviewer(engine: Engine, case_id, now) -> None:
    office_id, transfer_id = transferred(engine, case_id, now)
    with transaction(engine) as session:
        transfer = office_queue.find_office_transfer(session, office_id, transfer_id)
        actor = actor_of_office(transfer.office)
        answers.take(session, transfer, actor=actor, now=now)
        with pytest.raises(StepRefused):
            answers.give_back(session, transfer, " ", actor=actor, now=now)
        answers.give_back(session, transfer, "不属本地管辖", actor=actor, now=now)
    assert registered.state(engine, case_id) == "退回"


def test_a_disposal_is_due_for_its_recheck_after_a_day(engine: Engine, case_id, now) -> None:
    disposed(engine, case_id, now)
    with reading(engine) as session:
        assert list_due_rechecks(session, now + timedelta(hours=23)) == []
        assert [case.id for case in list_due_rechecks(session, now + timedelta(hours=24))] == [case_id]


@pytest.mark.parametrize(
    ("status", "page_state", "text", "after"),
    [
        (404, "normal", "404", "已核验"),
        (410, "normal", "410", "已核验"),
        (200, "deleted_by_author", "该内容已被发布者删除", "已核验"),
        (200, "normal", registered.LAWFUL, "已核验"),
        (200, "normal", registered.UNLAWFUL, "复现"),
        (200, "normal", "全新改版：治愈率百分之九十九", "复现"),
        (503, "normal", "稍后再试", "已处置"),
        (403, "normal", "禁止访问", "已处置"),
        (200, "needs_verification", "环境异常", "已处置"),
        (None, "normal", "", "已处置"),
    ],
)
def test_what_a_recheck_sees_decides(
    engine: Engine, store, rules, case_id, now, status, page_state, text, after
):
    disposed(engine, case_id, now)
    later = now + timedelta(hours=24)
    with transaction(engine) as session:
        case = session.get_one(Case, case_id)
        judgement = judge(PageText.of_plain(text), rules, Facts(later.date())) if status else None
        seen = Observation(VisitorKind.PLAIN, status, page_state, judgement, failure="超时")
        verification = conclude(session, case, [assess(case, seen, GONE)], later)
        assert verification.reason
    assert registered.state(engine, case_id) == after
    with reading(engine) as session:
        case = session.get_one(Case, case_id)
        again = {"已处置": later + RETRY_AFTER, "已核验": later + LATER[0], "复现": None}
        assert case.recheck_at == again[after]


def test_a_page_that_is_gone_is_looked_at_again_on_the_seventh_and_thirtieth_day(
    engine: Engine, case_id, now
) -> None:
    disposed(engine, case_id, now)
    looked_at = []
    for days in range(1, 60):
        day = now + timedelta(days=days)
        with transaction(engine) as session:
            for case in list_due_rechecks(session, day):
                gone = assess(case, Observation(VisitorKind.PLAIN, 404), GONE)
                conclude(session, case, [gone], day)
                looked_at.append(days)
    assert looked_at == [1, 7, 30]
    assert registered.state(engine, case_id) == "已核验"


def concluded(engine: Engine, case_id: int, rules, now, *seen: tuple[VisitorKind, int | None, str]) -> str:
    """The conclusion from visitors' views: visitor, HTTP status, the page's text."""
    with transaction(engine) as session:
        case = session.get_one(Case, case_id)
        assessments = [
            assess(
                case,
                Observation(who, status, "normal", judge(PageText.of_plain(text), rules, Facts(now.date()))),
                GONE,
            )
            for who, status, text in seen
        ]
        return conclude(session, case, assessments, now).outcome.label


PLAIN, RENDERED, MOBILE = VisitorKind.PLAIN, VisitorKind.RENDERED, VisitorKind.MOBILE


@pytest.mark.parametrize(
    ("seen", "outcome", "after"),
    [
        ([(PLAIN, 404, ""), (RENDERED, 404, ""), (MOBILE, 404, "")], "内容已消失", "已核验"),
        ([(PLAIN, 404, ""), (RENDERED, 404, ""), (MOBILE, 200, registered.UNLAWFUL)], "内容仍在", "复现"),
        ([(PLAIN, 200, ""), (RENDERED, 200, registered.UNLAWFUL)], "内容仍在", "复现"),
        ([(PLAIN, 404, ""), (RENDERED, None, ""), (MOBILE, 404, "")], "无法访问", "已处置"),
        ([(PLAIN, 200, "治愈率高达百分之九十五，欢迎咨询。")], "已改动仍违法", "复现"),
    ],
    ids=["gone for all", "there for mobiles", "there when rendered", "not known for all", "changed"],
)
def test_the_gravest_that_any_visitor_saw_decides(engine, rules, case_id, now, seen, outcome, after) -> None:
    disposed(engine, case_id, now)
    assert concluded(engine, case_id, rules, now, *seen) == outcome
    assert registered.state(engine, case_id) == after


def test_what_comes_back_after_it_was_gone_is_told_apart(engine, rules, case_id, now) -> None:
    disposed(engine, case_id, now)
    assert concluded(engine, case_id, rules, now, (PLAIN, 404, "")) == "内容已消失"
    later = now + LATER[0]
    assert concluded(engine, case_id, rules, later, (PLAIN, 200, registered.UNLAWFUL)) == "再次出现"
    assert registered.state(engine, case_id) == "复现"


def test_the_same_text_elsewhere_opens_a_case_that_names_the_first(
    engine: Engine, store, rules, case_id, now
) -> None:
    disposed(engine, case_id, now)
    mirror = registered.case(engine, store, rules, now, number=2)
    with reading(engine) as session:
        assert session.get_one(Case, mirror).mirror_of_id == case_id
        assert f"与案件 {case_id}（已处置）的页面内容相同" in review.list_history(session, mirror)[0].reason
        assert f"相同内容换址发布：案件 {mirror}" in review.list_history(session, case_id)[-1].reason


def several(engine: Engine, case_id: int, now) -> list[tuple[int, int]]:
    """The case with two offices; each office with its transfer."""
    with transaction(engine) as session:
        offices = [registered.office(session, name).id for name in ("网信办", "市场监管局")]
    decide(engine, case_id, "confirm", now)
    decide(engine, case_id, "transfer", now, offices=tuple(offices))
    with reading(engine) as session:
        return [
            (office, office_queue.list_queued(session, office_queue.Queued(office))[0].id)
            for office in offices
        ]


def answer(engine: Engine, pair: tuple[int, int], now, result: DisposalResult | None) -> None:
    with transaction(engine) as session:
        transfer = office_queue.find_office_transfer(session, *pair, to_change=True)
        actor = actor_of_office(transfer.office)
        answers.take(session, transfer, actor=actor, now=now)
        if result is None:
            answers.give_back(session, transfer, "不属本地", actor=actor, now=now)
        else:
            report = answers.Disposal(result, date(2026, 11, 24))
            answers.report_disposed(
                session, transfer, report, actor=actor, now=now, recheck_after=timedelta(hours=24)
            )


@pytest.mark.parametrize(
    ("first", "second", "after"),
    [
        (DisposalResult.DELETED, DisposalResult.BLOCKED, "已处置"),
        (DisposalResult.DELETED, None, "已处置"),
        (None, DisposalResult.DELETED, "已处置"),
        (None, None, "退回"),
        (DisposalResult.NO_ACTION, None, "退回"),
        (DisposalResult.NO_ACTION, DisposalResult.DELETED, "已处置"),
    ],
)
def test_a_case_ends_when_the_last_of_its_offices_has_answered(
    engine: Engine, case_id, now, first, second, after: str
) -> None:
    one, other = several(engine, case_id, now)
    answer(engine, one, now, first)
    assert registered.state(engine, case_id) == "已签收"
    answer(engine, other, now, second)
    assert registered.state(engine, case_id) == after


def test_a_returned_case_is_handed_over_anew(engine: Engine, case_id, now) -> None:
    for pair in several(engine, case_id, now):
        answer(engine, pair, now, None)
    with reading(engine) as session:
        office_id = review.find_case(session, case_id).transfers[0].office_id
    decide(engine, case_id, "transfer", now, offices=(office_id,))
    with reading(engine) as session:
        (again,) = office_queue.list_queued(session, office_queue.Queued(office_id))
        assert (again.round, again.state.label) == (2, "已转送")
    answer(engine, (office_id, again.id), now, DisposalResult.DELETED)
    assert registered.state(engine, case_id) == "已处置"


def test_another_office_is_added_while_one_has_the_case(engine: Engine, case_id, now) -> None:
    office_id, transfer_id = transferred(engine, case_id, now)
    with transaction(engine) as session:
        second = registered.office(session, "公安局").id
    decide(engine, case_id, "transfer", now, offices=(second,))
    with pytest.raises(StepRefused, match="已转送公安局"):
        decide(engine, case_id, "transfer", now, offices=(second,))
    answer(engine, (office_id, transfer_id), now, DisposalResult.DELETED)
    assert registered.state(engine, case_id) == "已签收"


def test_content_that_comes_back_after_verification_recurs(
    engine: Engine, store, rules, case_id, now
) -> None:
    disposed(engine, case_id, now)
    with transaction(engine) as session:
        case = session.get_one(Case, case_id)
        conclude(session, case, [assess(case, Observation(VisitorKind.PLAIN, 404), GONE)], now)
        source, url = case.page.source, case.page.url
    assert registered.state(engine, case_id) == "已核验"
    kept = registered.snapshot(engine, store, source, now, url=url, text=registered.UNLAWFUL + "再版")
    registered.judged(engine, rules, kept, registered.UNLAWFUL + "再版", now)
    assert registered.state(engine, case_id) == "复现"
