"""Re-checks of disposed cases on a real site: gone, still there, or unreachable, which is neither."""

from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, select

from records.cases import review
from records.database import reading, transaction
from records.models import Case, DisposalResult, Snapshot, Verification, VisitorKind
from records.snapshots.snapshots import read_text
from records.transfers import answers, office_queue
from records.workflow import actor_of_office
from tests.records import registered
from tests.servers.names import naming
from tests.servers.site import Answer, page, serving

pytestmark = [pytest.mark.crawl, pytest.mark.databases("sqlite")]

UNLAWFUL = Answer(page(words=registered.UNLAWFUL * 3), etag='"same"')


def report_disposed(engine: Engine, now) -> int:
    with transaction(engine) as session:
        office, user = registered.office(session), registered.reviewer(session)
        case = review.find_case(session, session.scalars(select(Case.id)).one())
        review.decide(session, case, user, review.Decision("confirm", case.row_version), now)
        review.decide(
            session, case, user, review.Decision("transfer", case.row_version, offices=(office.id,)), now
        )
        (transfer,) = office_queue.list_queued(session, office_queue.Queued(office.id))
        actor = actor_of_office(office)
        answers.take(session, transfer, actor=actor, now=now)
        disposal = answers.Disposal(DisposalResult.DELETED, date(2026, 11, 24))
        answers.report_disposed(session, transfer, disposal, actor=actor, now=now, recheck_after=timedelta(0))
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
        qingyi("crawl", "--no-capture")
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


FOR_MOBILES = page().replace(
    "</body>",
    f"""<script>if (/Mobile/.test(navigator.userAgent) && /baidu/.test(document.referrer))
    document.body.insertAdjacentHTML("beforeend", "<p>{registered.UNLAWFUL * 3}</p>")</script></body>""",
)
BY_SCRIPT = page().replace(
    "</body>",
    f"""<script>document.body.insertAdjacentHTML("beforeend", "<p>{registered.UNLAWFUL * 3}</p>")</script></body>""",
)
UTF8 = {"Content-Type": "text/html; charset=utf-8"}


@pytest.mark.parametrize(
    ("after", "who"),
    [(FOR_MOBILES, VisitorKind.MOBILE), (BY_SCRIPT, None)],
    ids=["only to mobiles from a search", "only by script"],
)
def test_content_that_only_some_visitors_see_is_there(
    engine, store, qingyi, register_site, now, after, who
) -> None:
    with serving({"/": UNLAWFUL}) as site:
        register_site(site.url)
        qingyi("crawl", "--no-capture")
        case_id = report_disposed(engine, now)
        site.pages["/"] = Answer(after, headers=UTF8)
        done = qingyi("recheck")
    assert done.returncode == 0, done.stderr
    assert registered.state(engine, case_id) == "复现"
    with reading(engine) as session:
        (verification,) = session.scalars(select(Verification)).all()
        assert verification.outcome.label == "内容仍在"
        kept = session.get_one(Snapshot, verification.snapshot_id)
        assert registered.UNLAWFUL in read_text(store, kept).text
        if who is not None:
            assert verification.reason.startswith(who.label)
            assert kept.is_mobile
            seen = {one["visitor"]: one["outcome"] for one in verification.observations}
            assert seen == {"plain": "gone", "rendered": "gone", "mobile": "still_there"}


@pytest.mark.parametrize(
    ("known", "failing", "state"),
    [
        (("test",), False, "已核验"),
        (("test",), True, "已处置"),
        (("test", "gone.qingyi.test"), False, "已处置"),
        ((), False, "已处置"),
    ],
    ids=["no such name", "the DNS server fails", "the name is there", "the DNS server knows nothing at all"],
)
def test_a_domain_that_is_gone_is_gone_and_one_that_nobody_answers_for_is_not(
    engine, store, rules, qingyi, now, known, failing, state
) -> None:
    with transaction(engine) as session:
        source = registered.site(session, "http://gone.qingyi.test/")
    url, words = "http://gone.qingyi.test/page.html", registered.UNLAWFUL
    kept = registered.snapshot(engine, store, source, now, url=url, text=words)
    case_id = registered.judged(engine, rules, kept, words, now)
    report_disposed(engine, now)
    with naming(*known, failing=failing) as nameserver:
        done = qingyi("recheck", QINGYI_NAMESERVER=nameserver)
    assert done.returncode == 0, done.stderr
    assert registered.state(engine, case_id) == state


def test_nothing_due_is_said(qingyi, engine) -> None:
    assert "没有到期的核验" in qingyi("recheck").stdout


ARTICLE = """<!doctype html><html><head><meta charset="utf-8"></head><body><h1 id="activity-name">门诊</h1>
<a id="js_name">云溪号</a><div id="js_content"><p>{words}</p></div></body></html>"""
NOTICE = '<!doctype html><meta charset="utf-8"><div class="weui-msg"><h2>{words}</h2></div>'


@pytest.mark.parametrize(
    ("words", "state", "is_asked"),
    [("该文章已被作者移到别处", "已处置", True), ("该内容已被作者删除", "已核验", False)],
    ids=["a notice that nobody knows", "one that tells of removal"],
)
def test_a_post_is_gone_by_a_known_notice_alone_and_else_a_person_sees_it(
    engine, store, qingyi, now, words: str, state: str, is_asked: bool
) -> None:
    pages = {"/s/1": Answer(ARTICLE.format(words=registered.UNLAWFUL * 3), headers=UTF8)}
    pages["/feed.csv"] = lambda: Answer(f"网址\n{site.url}/s/1\n", headers={"Content-Type": "text/csv"})
    with serving(pages) as site:
        with transaction(engine) as session:
            registered.account(session, f"{site.url}/feed.csv")
        qingyi("crawl", "--no-capture")
        case_id = report_disposed(engine, now)
        site.pages["/s/1"] = Answer(NOTICE.format(words=words), headers=UTF8)
        done = qingyi("recheck")
    assert done.returncode == 0, done.stderr
    assert registered.state(engine, case_id) == state
    with reading(engine) as session:
        (verification,) = session.scalars(select(Verification)).all()
        assert verification.for_person is is_asked
        shown = [look["screenshot"] for look in verification.observations if look["screenshot"]]
        assert [store.get(sha256)[:4] for sha256 in shown] == [b"\x89PNG"] * is_asked
