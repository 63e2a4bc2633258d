"""Tips 举报线索: typed in or imported, fetched and judged at once, and followed to their case's end."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from records import audit, workflow
from records.cases.flagging import find_latest_cases
from records.local_time import parse_day
from records.models import (
    Case,
    Institution,
    JudgementRecord,
    Level,
    Page,
    PlannedPage,
    Snapshot,
    Source,
    SourceKind,
    Tip,
    TipChannel,
    TipState,
)
from records.sheets.read import read_tables
from records.sheets.table import ImportResult, RowFault, TableFile

_LONGEST_URL, _LONGEST_ORDER_NUMBER = 2_000, 60
# A page needs an institution: the pages of nobody in the registry get this one.
_NOBODY = "UNREGISTERED"
FOLLOWER = workflow.Actor(workflow.SYSTEM, "tips")
# Channels as offices write them in their tables.
_CHANNEL_WORDS = {
    TipChannel.HOTLINE: re.compile("热线|来电|电话|12345|12320|12315"),
    TipChannel.LETTER: re.compile("来信|来访|信访|信件"),
    TipChannel.WEB: re.compile("网络|网上|网站|邮箱|邮件|小程序"),
    TipChannel.OFFICE: re.compile("移送|移交|转送|转办|交办|转来"),
    TipChannel.OWN: re.compile("自行|自查|主动|巡查|监测"),
}
COLUMNS = {
    "网址": "url",
    "来源渠道": "channel",
    "收到日期": "received_on",
    "举报内容": "content",
    "举报人": "reporter",
    "机构": "institution",
    "工单号": "order_number",
}
Value = TypeVar("Value")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_SCHEME = re.compile("https?://", re.I)
# An address ends where a sentence goes on. A blank belongs to it only where no words follow.
_ADDRESS = re.compile(r"(?:https?://|\bwww\.)[^\s<>\"'，。；！、）】》]+(?:[ ]+[!-~]+$)?", re.I)


# Within which a report is to be taken up or not (市场监督管理投诉举报处理暂行办法第十四条), after the day of its receipt.
WORKING_DAYS = 7


class TipRefused(Exception):
    """A tip cannot be added so; `faults` says why, in Chinese, by the column of COLUMNS or the name of a field."""

    def __init__(self, *faults: tuple[str, str]) -> None:
        super().__init__("；".join(f"{column}：{words}" for column, words in faults))
        self.faults = faults


@dataclass(frozen=True)
class NewTip:
    """A tip as it is typed in. `institution` is a registered name, or empty."""

    url: str
    content: str = ""
    channel: str = TipChannel.HOTLINE.value
    received_on: str = ""
    reporter: str = ""
    institution: str = ""
    order_number: str = ""


def add_tip(session: Session, new: NewTip, *, actor: str, today: date, now: datetime) -> Tip:
    """Add a tip; raises TipRefused naming all faults."""
    faults: list[tuple[str, str]] = []

    def read(reading: Callable[[], Value]) -> Value | None:
        try:
            return reading()
        except TipRefused as refused:
            faults.extend(refused.faults)
            return None

    url = read(lambda: checked_url(new.url))
    channel = read(lambda: _channel(new.channel))
    received_on = read(lambda: _received_on(new.received_on, today))
    institution = read(lambda: _institution(session, new.institution))
    order_number = read(lambda: _order_number(new.order_number))
    if faults or url is None or channel is None or received_on is None:
        raise TipRefused(*faults)
    tip = Tip(
        url=url,
        channel=channel,
        received_on=received_on,
        content=new.content.strip(),
        reporter=new.reporter.strip()[:200] or None,
        institution_id=institution.id if institution else None,
        order_number=order_number,
        added_at=now,
        added_by=actor,
        state=TipState.WAITING,
    )
    session.add(tip)
    session.flush()
    # The reporter stays out of the log: more people read it than the tip.
    audit.append(session, actor, "tip_added", now, f"线索 {tip.id}", reason=tip.url)
    return tip


def import_tips(session: Session, file: TableFile, *, actor: str, today: date, now: datetime) -> ImportResult:
    """Take the tips of a table's file, the good rows; the others are named by line and column. Raises
    FileRefused. An existing row (same address, day and words) is not added twice."""
    tables = read_tables(file, COLUMNS, ["网址"])
    result = ImportResult(notes=list(tables.notes))
    for sheet in tables.sheets:
        result.notes += sheet.notes
        for row in sheet.rows:
            if row.unreadable:
                result.faults += row.faults(sheet.name)
                continue
            new = NewTip(**{"url": "", **{COLUMNS[name]: cell for name, cell in row.cells.items()}})
            if _is_there(session, new, today):
                result.unchanged += 1
                continue
            try:
                add_tip(session, new, actor=actor, today=today, now=now)
                result.added += 1
            except TipRefused as refused:
                result.faults += [RowFault(sheet.name, row.line, *fault) for fault in refused.faults]
    return result


def list_waiting_tips(session: Session) -> Sequence[Tip]:
    """The tips whose page is still to be fetched, oldest first."""
    return session.scalars(select(Tip).where(Tip.state == TipState.WAITING).order_by(Tip.id)).all()


def page_of_tip(session: Session, tip: Tip) -> Page:
    """The page that a tip names: a known one; else of the site whose host it is on, of the institution that it names,
    or of nobody in the registry. A site that is made for it is not patrolled."""
    page = session.scalar(select(Page).where(Page.url == tip.url))
    if page is None:
        page = Page(url=tip.url, source_id=_source(session, tip).id)
        session.add(page)
        session.flush()
    tip.page_id = page.id
    return page


def conclude_tip(session: Session, tip: Tip, visit_id: int, now: datetime) -> None:
    """Record the outcome of a tip's page, and the tip in the case's history."""
    snapshot = session.scalar(
        select(Snapshot).where(Snapshot.visit_id == visit_id, Snapshot.page_id == tip.page_id)
    )
    case = session.scalar(select(Case).where(Case.page_id == tip.page_id).order_by(Case.id.desc()).limit(1))
    if case is not None:
        tip.state, tip.reason = TipState.FLAGGED, f"案件 {case.id}"
        words = f"收到线索 {tip.id}（{tip.channel.label}，{tip.received_on}）"
        workflow.note(session, case, actor=FOLLOWER, now=now, reason=words)
    elif snapshot is not None and snapshot.status == 200 and _was_judged(session, snapshot):
        tip.state, tip.reason = TipState.NOTHING_FOUND, "页面已抓取并研判，没有命中"
    else:
        planned = session.scalar(select(PlannedPage).where(PlannedPage.visit_id == visit_id).limit(1))
        answered = snapshot and (snapshot.unjudged_because or f"HTTP {snapshot.status}")
        reason = answered or (planned.reason if planned else None)
        tip.state, tip.reason = TipState.FAILED, reason or "没有得到可研判的内容"


def try_again(session: Session, tip: Tip, *, actor: str, now: datetime) -> None:
    """Fetch a tip's page once more."""
    tip.state, tip.reason = TipState.WAITING, None
    audit.append(session, actor, "tip_added", now, f"线索 {tip.id}", reason="重新抓取")


def answer_tip(
    session: Session,
    tip: Tip,
    words: str,
    answered_on: date | None,
    *,
    actor: str,
    today: date,
    now: datetime,
) -> None:
    """Keep the answer to the reporter, and its day; a later answer replaces it. Raises TipRefused."""
    if not words.strip():
        raise TipRefused(("答复内容", "请填写答复举报人的内容"))
    day = answered_on or today
    if day > today:
        raise TipRefused(("答复日期", f"{day} 在今天之后"))
    if day < tip.received_on:
        raise TipRefused(("答复日期", f"{day} 早于收到日期 {tip.received_on}"))
    tip.answer, tip.answered_on, tip.answered_by = words.strip(), day, actor
    audit.append(session, actor, "tip_added", now, f"线索 {tip.id}", reason=f"{day} 答复举报人")


def show_reporter(session: Session, tip: Tip, *, actor: str, now: datetime) -> str:
    """Who reported, and how to reach them; that it was looked up stands in the log, without the name."""
    audit.append(session, actor, "reporter_shown", now, f"线索 {tip.id}")
    return tip.reporter or ""


def list_tips(
    session: Session, district: str | None, state: str, limit: int, before: int = 0
) -> list[tuple[Tip, Case | None]]:
    """The newest tips with their cases; in a district, those whose page's or named institution is there, and
    those not assigned to anybody yet."""
    query = select(Tip).options(
        joinedload(Tip.institution),
        joinedload(Tip.page).joinedload(Page.source).joinedload(Source.institution),
    )
    if before:
        query = query.where(Tip.id < before)
    if state in {each.value for each in TipState}:
        query = query.where(Tip.state == next(each for each in TipState if each.value == state))
    found = [
        tip
        for tip in session.scalars(query.order_by(Tip.id.desc()).limit(limit))
        if is_in_reach(district, tip)
    ]
    cases = find_latest_cases(session, [tip.page_id for tip in found if tip.page_id])
    return [(tip, cases.get(tip.page_id or 0)) for tip in found]


def list_tips_of_page(session: Session, page_id: int) -> Sequence[Tip]:
    """The tips about a page, oldest first."""
    return session.scalars(select(Tip).where(Tip.page_id == page_id).order_by(Tip.id)).all()


def is_in_reach(district: str | None, tip: Tip) -> bool:
    """Whether a user limited to a district (None: unlimited) sees a tip: the district's own, and unassigned
    ones."""
    return district is None or _district(tip) in {district, None}


def _district(tip: Tip) -> str | None:
    owner = tip.institution or (tip.page.source.institution if tip.page else None)
    return owner.district if owner and owner.credit_code != _NOBODY else None


def _source(session: Session, tip: Tip) -> Source:
    parts = urlsplit(tip.url)
    host = parts.netloc.lower()
    sites = select(Source).where(Source.kind == SourceKind.SITE).order_by(Source.enabled.desc(), Source.id)
    for site in session.scalars(sites):
        if urlsplit(site.address).netloc.lower() == host or host in site.other_hosts:
            return site
    owner = session.get(Institution, tip.institution_id) if tip.institution_id else _nobody(session)
    assert owner is not None, "a tip's institution is a foreign key"
    site = Source(
        institution_id=owner.id, kind=SourceKind.SITE, address=f"{parts.scheme}://{host}/", enabled=False
    )
    session.add(site)
    session.flush()
    return site


def _nobody(session: Session) -> Institution:
    found = session.scalar(select(Institution).where(Institution.credit_code == _NOBODY))
    if found is None:
        found = Institution(
            credit_code=_NOBODY,
            name="（未登记机构）",
            other_names=[],
            level=Level.OTHER,
            district="（未登记）",
            departments=[],
            addresses=[],
            phones=[],
        )
        session.add(found)
        session.flush()
    return found


def _was_judged(session: Session, snapshot: Snapshot) -> bool:
    ids = [snapshot.id, snapshot.unchanged_since_id or 0]
    query = select(JudgementRecord.id).where(JudgementRecord.snapshot_id.in_(ids)).limit(1)
    return session.scalar(query) is not None


def _is_there(session: Session, new: NewTip, today: date) -> bool:
    try:
        received_on = _received_on(new.received_on, today)
    except TipRefused:
        return False  # it is refused when it is added, with its other faults
    query = select(Tip.id).where(
        Tip.url == new.url.strip(), Tip.content == new.content.strip(), Tip.received_on == received_on
    )
    return session.scalar(query.limit(1)) is not None


def checked_url(written: str) -> str:
    """An http or https address, without its fragment, as people write it: with full-width marks, without its scheme, in
    a sentence. Raises TipRefused."""
    url = written.strip()
    if _CONTROL.search(url):
        raise TipRefused(("网址", "含有控制字符"))
    if not _SCHEME.match(url):
        url = unicodedata.normalize("NFKC", url)
    if found := _ADDRESS.search(url):
        url = found[0]
        url = url if _SCHEME.match(url) else f"http://{url}"
    try:
        parts = urlsplit(url)
        port = parts.port  # raises for an invalid port
    except ValueError:
        raise TipRefused(("网址", f"“{url[:80]}”不是网址")) from None
    if parts.scheme not in {"http", "https"} or not parts.hostname or port == 0:
        raise TipRefused(("网址", f"“{url[:80]}”不是 http 或 https 网址"))
    if len(url) > _LONGEST_URL:
        raise TipRefused(("网址", f"长过 {_LONGEST_URL} 个字符"))
    return url.split("#", 1)[0]


def _channel(written: str) -> TipChannel:
    """The one channel that a person's words name; raises TipRefused."""
    text = written.strip()
    named = [
        channel
        for channel in TipChannel
        if text in {channel.value, channel.label} or _CHANNEL_WORDS[channel].search(text)
    ]
    if len(named) != 1:
        labels = "、".join(channel.label for channel in TipChannel)
        raise TipRefused(("来源渠道", f"{'看不出' if named else '没有'}“{text[:20]}”，可用：{labels}"))
    return named[0]


def _institution(session: Session, written: str) -> Institution | None:
    name = written.strip()
    found = session.scalar(select(Institution).where(Institution.name == name)) if name else None
    if name and found is None:
        raise TipRefused(("机构", f"登记库中没有“{name}”，请填登记的第一名称，或留空"))
    return found


def _order_number(written: str) -> str | None:
    number = " ".join(written.split())
    if len(number) > _LONGEST_ORDER_NUMBER:
        raise TipRefused(("工单号", f"长过 {_LONGEST_ORDER_NUMBER} 个字符"))
    return number or None


def _received_on(written: str, today: date) -> date:
    if not written.strip():
        return today
    try:
        day = parse_day(written)
    except ValueError as fault:
        raise TipRefused(("收到日期", str(fault))) from None
    if day > today:
        raise TipRefused(("收到日期", f"{day} 在今天之后"))
    return day
