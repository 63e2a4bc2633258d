"""Re-checks of disposed cases on a real site: gone, still there, or unreachable, which is neither."""

from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, select

from records import review, takedown
from records.database import reading, transaction
from records.models import Case, DisposalResult, Verification
from records.workflow import actor_of_office
from tests.records import registered
from tests.servers.site import Answer, page, serving

UNLAWFUL = Answer(page(words=registered.UNLAWFUL * 3), etag='"same"')


def report_disposed(engine: Engine, now) -> int:
    with transaction(engine) as session:
        office, user = registered.office(session), registered.reviewer(session)
        case = review.find_case(session, session.scalars(select(Case.id)).one())
        review.decide(session, case, user, review.Decision("confirm", case.version), now)
        review.decide(
            session, case, user, review.Decision("transfer", case.version, offices=(office.id,)), now
        )
        (transfer,) = takedown.office_queue(session, office.id)
        actor = actor_of_office(office)
        takedown.take(session, transfer, actor=actor, now=now)
        disposal = takedown.Disposal(DisposalResult.DELETED, date(2026, 11, 24))
        takedown.report_disposed(
            session, transfer, disposal, actor=actor, now=now, recheck_after=timedelta(0)
        )
        return case.id


@pytest.mark.parametrize(
    ("answer", "state", "outcome"),
    [
        (Answer("gone", 404), "已核验", "内容已消失"),
        (Answer(page()), "已核验", "内容已消失"),
        (UNLAWFUL, "复现", "内容仍在"),
        (Answer("busy", 503), "已处置", "无法访问"),
        (None, "已处置", "无法访问"),
    ],
    ids=["404", "content gone", "still there", "503", "no server"],
)
def test_a_recheck_concludes_by_what_it_sees(
    engine, qingyi, register_site, now, answer, state, outcome
) -> None:
    with serving({"/": UNLAWFUL}) as site:
        register_site(site.url)
        qingyi("crawl")
        case_id = report_disposed(engine, now)
        if answer is not None:
            site.pages["/"] = answer
            done = qingyi("recheck")
    if answer is None:
        done = qingyi("recheck")
    assert done.returncode == 0, done.stderr
    assert registered.state(engine, case_id) == state
    with reading(engine) as session:
        (verification,) = session.scalars(select(Verification)).all()
        assert verification.outcome.label == outcome
        assert (verification.snapshot_id is None) == (answer is None)


def test_nothing_due_is_said(qingyi, engine) -> None:
    assert "没有到期的核验" in qingyi("recheck").stdout
