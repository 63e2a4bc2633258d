"""Ready-made rows for tests: one institution with a site and an account, pages, judged cases."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from classifiers.judge import judge
from classifiers.lists.rules import RuleSet
from classifiers.values import Facts, PageText
from evidence.manifest import Item
from evidence.package import WARC
from evidence.warc import Exchange, write_warc
from records.cases.captures import Captured, keep_capture
from records.cases.flagging import find_latest_cases, flag
from records.database import transaction
from records.judgements.judgements import record_judgement
from records.models import (
    Case,
    Institution,
    Level,
    Office,
    OfficeKind,
    Role,
    SignIn,
    Snapshot,
    Source,
    SourceKind,
    User,
)
from records.people.sign_in import add_user, find_sign_in, open_sign_in
from records.snapshots.page_text import StoredText
from records.snapshots.snapshots import Fetched, keep_snapshot
from records.store.content_store import EvidenceStore
from records.visits.ending import finish_visit
from records.visits.targets import open_visit

UNLAWFUL = "我院治愈率98%，永不复发，欢迎咨询。"
LAWFUL = "我院设内科、外科。"


def institution(session: Session, number: int = 1) -> Institution:
    row = Institution(
        credit_code=f"CODE{number:014d}",
        name=f"云溪第{number}医院",
        other_names=[],
        level=Level.OTHER,
        district="城东区",
        departments=["内科"],
        addresses=[],
        phones=[],
    )
    session.add(row)
    session.flush()
    return row


def site(session: Session, address: str = "http://127.0.0.1:1/", **values: object) -> Source:
    found = session.query(Institution).first() or institution(session)
    row = Source(
        institution_id=found.id, kind=SourceKind.SITE, address=address, **{"delay_seconds": 0.0, **values}
    )
    session.add(row)
    session.flush()
    return row


def account(session: Session, address: str, **values: object) -> Source:
    found = session.query(Institution).first() or institution(session)
    row = Source(
        institution_id=found.id,
        kind=SourceKind.ACCOUNT,
        address=address,
        name="云溪号",
        max_depth=1,
        delay_seconds=0.0,
        **values,
    )
    session.add(row)
    session.flush()
    return row


def snapshot(
    engine: Engine,
    store: EvidenceStore,
    source: Source,
    now: datetime,
    *,
    url: str,
    text: str,
    status: int = 200,
    state: str = "normal",
) -> Snapshot:
    """A snapshot of one page, as one whole visit of the site."""
    target = open_visit(engine, source, now)
    fetched = Fetched(
        url=url,
        final_url=url,
        status=status,
        headers={"etag": ['"1"']},
        body=text.encode(),
        fetched_at=now,
        text=StoredText.of(PageText.of_plain(text, "题目")),
        page_state=state,
    )
    with transaction(engine) as session:
        kept = keep_snapshot(session, store, target, fetched)
    finish_visit(engine, target, now, "完成")
    return kept


def judged(engine: Engine, rules: RuleSet, kept: Snapshot, text: str, now: datetime) -> int | None:
    """Judge a snapshot and flag it; the id of its case."""
    page = PageText.of_plain(text)
    judgement = judge(page, rules, Facts(now.date()))
    with transaction(engine) as session:
        own = session.get_one(Snapshot, kept.id)
        record = record_judgement(session, own, page, judgement, version=rules.version, now=now)
        latest = find_latest_cases(session, [own.page_id]).get(own.page_id)
        case = flag(session, own.page, record, latest, now)
        return case.id if case else None


def case(engine: Engine, store: EvidenceStore, rules: RuleSet, now: datetime, number: int = 1) -> int:
    """A case of an unlawful page, 待研判."""
    with transaction(engine) as session:
        source = session.query(Source).first() or site(session)
    url = f"http://127.0.0.1:1/page{number}.html"
    kept = snapshot(engine, store, source, now, url=url, text=UNLAWFUL)
    found = judged(engine, rules, kept, UNLAWFUL, now)
    assert found is not None
    return found


def reviewer(session: Session, name: str = "reviewer") -> User:
    return add_user(session, name, "a-long-password", Role.REVIEWER, display_name="甲")


def signed_in(session: Session, user: User, now: datetime) -> SignIn:
    """A session of work of the user's."""
    found = find_sign_in(session, open_sign_in(session, user, now, 10), now)
    assert found is not None
    return found


def office(session: Session, name: str = "云溪市网信办") -> Office:
    row = Office(name=name, kind=OfficeKind.CYBERSPACE)
    session.add(row)
    session.flush()
    return row


def state(engine: Engine, case_id: int) -> str:
    with transaction(engine) as session:
        return session.get_one(Case, case_id).state.label


def captured(
    engine: Engine,
    store: EvidenceStore,
    case_id: int,
    *,
    more: Mapping[str, bytes] = MappingProxyType({}),
    collector: Mapping[str, object] = MappingProxyType({}),
) -> None:
    """The evidence of a case, as far as it needs no browser; with more files, and facts about how it was taken."""
    with transaction(engine) as session:
        case = session.get_one(Case, case_id)
        snapshot = case.judgement.snapshot
        body = store.get(snapshot.body_sha256)
        exchange = Exchange(snapshot.final_url, snapshot.fetched_at, [], snapshot.status, [], body)
        warc = write_warc([exchange], [], {"software": "test"})
        files = [(Item.of(WARC, "HTTP 交互记录", "application/warc", warc), warc)]
        files += [(Item.of(name, name, "image/png", content), content) for name, content in more.items()]
        keep_capture(session, store, case, Captured(snapshot.fetched_at, {}, collector, files, None))
