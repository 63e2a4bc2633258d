"""The meaning of a view of a disposed page: its words decide, not the status; and only known signs mean
gone."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from classifiers.judge import judge
from classifiers.values import Facts, PageText
from crawler.pages.post import GONE_STATES
from records.cases import review_queue
from records.cases.review_queue import QueueFilter
from records.cases.verification import (
    RETRY_AFTER,
    Observation,
    assess,
    conclude,
    conclude_by_person,
    list_due_rechecks,
)
from records.database import reading, transaction
from records.local_time import local_day
from records.models import Case, CaseState, User, VerificationOutcome, VisitorKind
from records.workflow import StepRefused
from tests.records import registered

GONE = GONE_STATES
PLAIN, RENDERED, MOBILE = VisitorKind.PLAIN, VisitorKind.RENDERED, VisitorKind.MOBILE
pytestmark = pytest.mark.databases("sqlite")


@pytest.fixture
def of_account(engine: Engine, store, rules, now) -> int:
    """A disposed case of an account's post."""
    with transaction(engine) as session:
        source = registered.account(session, "http://127.0.0.1:1/feed")
    return disposed(engine, store, rules, now, source)


@pytest.fixture
def of_site(engine: Engine, store, rules, now) -> int:
    with transaction(engine) as session:
        source = registered.site(session)
    return disposed(engine, store, rules, now, source)


def disposed(engine: Engine, store, rules, now, source) -> int:
    text = registered.UNLAWFUL
    kept = registered.snapshot(engine, store, source, now, url="http://127.0.0.1:1/s/1", text=text)
    case_id = registered.judged(engine, rules, kept, text, now)
    with transaction(engine) as session:
        registered.reviewer(session)
        case = session.get_one(Case, case_id)
        case.state, case.recheck_at = CaseState.DISPOSED, now
    return case_id


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
    judgement = judge(PageText.of_plain(text), rules, Facts(local_day(now)))
    with reading(engine) as session:
        case = session.get_one(Case, case_id)
        assert (
            assess(case, Observation(VisitorKind.PLAIN, status, "normal", judgement), GONE_STATES).outcome
            is outcome
        )


def seen(
    rules, now, text: str, visitor: VisitorKind = PLAIN, state: str = "normal", **more: object
) -> Observation:
    judgement = judge(PageText.of_plain(text), rules, Facts(local_day(now)))
    return Observation(visitor, 200, state, judgement, words=len(text), **more)


def concluded(engine: Engine, case_id: int, now, *all_seen: Observation):
    with transaction(engine) as session:
        case = session.get_one(Case, case_id)
        found = conclude(session, case, [assess(case, one, GONE) for one in all_seen], now)
        return found.outcome.label, found.for_person, case.state.label


UNCLEAR = ("无法访问", True, "已处置")
GONE_NOW = ("内容已消失", False, "已核验")


def test_an_accounts_page_is_gone_only_by_a_known_notice(engine, rules, now, of_account) -> None:
    assert concluded(engine, of_account, now, seen(rules, now, "新的提示页面", state="unknown")) == UNCLEAR
    assert concluded(engine, of_account, now, seen(rules, now, "一个没有文章的普通页面而已")) == UNCLEAR
    notice = seen(rules, now, "该内容已被发布者删除", state="deleted_by_author", shown="发布者已删除")
    assert concluded(engine, of_account, now, notice) == GONE_NOW


def test_a_post_that_was_rewritten_is_no_longer_unlawful(engine, rules, now, of_account) -> None:
    text = "本院门诊时间为周一至周五上午八点。"
    assert concluded(engine, of_account, now, seen(rules, now, text, is_post=True)) == GONE_NOW


def test_what_is_still_there_is_seen_on_a_page_that_is_no_post_either(engine, rules, now, of_account) -> None:
    outcome = concluded(engine, of_account, now, seen(rules, now, registered.UNLAWFUL, state="unknown"))
    assert outcome == ("内容仍在", False, "复现")


@pytest.mark.parametrize("state", ["not_public", "needs_verification", "failed", "suspended", "bad_link"])
def test_a_known_notice_that_tells_of_no_removal_is_tried_again_by_itself(
    engine, rules, now, of_account, state: str
) -> None:
    outcome = concluded(engine, of_account, now, seen(rules, now, "稍后再来看看吧各位", state=state))
    assert outcome == ("无法访问", False, "已处置")
    with reading(engine) as session:
        assert session.get_one(Case, of_account).recheck_at == now + RETRY_AFTER


def test_a_sites_page_that_shows_nothing_is_unclear(engine, rules, now, of_site) -> None:
    assert concluded(engine, of_site, now, seen(rules, now, "首页")) == UNCLEAR


def test_what_the_browser_makes_of_a_shell_decides(engine, rules, now, of_site) -> None:
    empty = seen(rules, now, "")
    lawful = "本院门诊时间为周一至周五上午八点。"
    both = [seen(rules, now, lawful, RENDERED), seen(rules, now, lawful, MOBILE)]
    assert concluded(engine, of_site, now, empty, *both) == GONE_NOW


def test_what_is_unclear_to_one_visitor_is_not_gone(engine, rules, now, of_site) -> None:
    lawful = "本院门诊时间为周一至周五上午八点。"
    assessments = [seen(rules, now, lawful), seen(rules, now, lawful, RENDERED), seen(rules, now, "", MOBILE)]
    assert concluded(engine, of_site, now, *assessments) == UNCLEAR


@pytest.mark.databases("sqlite", "postgresql")
def test_a_person_is_asked_and_concludes(engine, rules, now, of_account) -> None:
    concluded(engine, of_account, now, seen(rules, now, "新的提示页面", state="unknown"))
    unclear = QueueFilter(state="all", reached="unclear")
    with transaction(engine) as session:
        user = session.query(User).one()
        assert review_queue.count_notices(session, user, now)["unclear"] == 1
        assert [one.id for one in review_queue.list_cases(session, unclear, user, now, 10)] == [of_account]
        case = session.get_one(Case, of_account)
        with pytest.raises(StepRefused, match="请写明所见"):
            conclude_by_person(session, case, user, True, " ", now)
        found = conclude_by_person(session, case, user, True, "平台新的删除提示", now + timedelta(hours=1))
        assert (found.outcome.label, found.reason) == ("内容已消失", "人工核验：平台新的删除提示")
        assert case.state is CaseState.VERIFIED
    with transaction(engine) as session:
        user = session.query(User).one()
        assert review_queue.count_notices(session, user, now)["unclear"] == 0
        with pytest.raises(StepRefused, match="没有等待人工核验"):
            conclude_by_person(session, session.get_one(Case, of_account), user, True, "再来", now)
        assert list_due_rechecks(session, now + timedelta(days=7)), "looked at again on the seventh day"


def test_a_person_may_see_that_it_is_there(engine, rules, now, of_account) -> None:
    concluded(engine, of_account, now, seen(rules, now, "新的提示页面", state="unknown"))
    with transaction(engine) as session:
        case, user = session.get_one(Case, of_account), session.query(User).one()
        found = conclude_by_person(session, case, user, False, "换了样式，内容还在", now)
        assert (found.outcome.label, case.state) == ("内容仍在", CaseState.RECURRED)
