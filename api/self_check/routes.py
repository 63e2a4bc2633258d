"""The self-check 自查: the findings of a text or page, with nothing stored; its report and its ledger of corrections as
files, for the institution to complete."""

import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response

from api.attached import DOCX, XLSX, attached
from api.cases.highlight import Mark, Segment, lines
from api.context import App, AppState, Now, page, signed_in_or_nobody
from api.errors import SignInNeeded
from api.steps import environment_of
from classifiers.found_words import Explained, FoundWords, gather_words
from classifiers.judge import judge
from classifiers.values import Facts, Judgement, PageText
from jobs.processes import run_step
from records import audit, tips
from records.database import transaction
from records.local_time import local_day
from records.models import SignIn
from records.tips import TipRefused
from reports.self_check import Correction, correction_ledger, self_check_report

router = APIRouter(prefix="/self-check", include_in_schema=False)

_LONGEST_TEXT = 100_000
_FETCH_SECONDS = 120.0

TypedText = Annotated[str, Form(max_length=_LONGEST_TEXT)]
TypedAddress = Annotated[str, Form(max_length=2_000)]


@dataclass(frozen=True)
class Checked:
    """The result of a self-check: the text with its places, and the words found, each once a rule."""

    lines: list[list[Segment]]
    found: list[FoundWords]
    kind: str


@router.get("")
def self_check_form(request: Request, app: App, now: Now) -> HTMLResponse:
    """The form of the self-check."""
    sign_in = _who(request, app, now)
    return page(request, "self_check.html", sign_in=sign_in, text="", url="", checked=None, fault="")


@router.post("")
def self_check(
    request: Request,
    app: App,
    now: Now,
    text: TypedText = "",
    url: TypedAddress = "",
) -> HTMLResponse:
    """The findings of a text or a page. Nothing is stored; a signed-in user is logged."""
    sign_in = _who(request, app, now)
    checked, fault = _check(app, sign_in, text, url, now)
    return _page(request, app, sign_in, text, url, checked, fault)


@router.post("/report.docx")
def report(request: Request, app: App, now: Now, text: TypedText = "", url: TypedAddress = "") -> Response:
    """The report of a self-check (docx), with its ledger of corrections."""
    sign_in = _who(request, app, now)
    checked, fault = _check(app, sign_in, text, url, now)
    if checked is None:
        return _page(request, app, sign_in, text, url, None, fault)
    content = self_check_report(_corrections(app, checked), url or f"文字 {len(text)} 字", now)
    return attached(content, DOCX, f"医疗广告自查报告（{local_day(now)}）.docx")


@router.post("/ledger.xlsx")
def ledger(request: Request, app: App, now: Now, text: TypedText = "", url: TypedAddress = "") -> Response:
    """The ledger of corrections (xlsx)."""
    sign_in = _who(request, app, now)
    checked, fault = _check(app, sign_in, text, url, now)
    if checked is None:
        return _page(request, app, sign_in, text, url, None, fault)
    content = correction_ledger(_corrections(app, checked), now)
    return attached(content, XLSX, f"整改台账（{local_day(now)}）.xlsx")


def _check(
    app: AppState, sign_in: SignIn | None, text: str, url: str, now: datetime
) -> tuple[Checked | None, str]:
    """The findings of the text, else of the page; or why there are none. A signed-in user is logged."""
    checked: Checked | None = None
    fault = ""
    if text.strip():
        judged = PageText.of_plain(text.replace("\r\n", "\n"))
        checked = _of_judgement(judged, judge(judged, app.lists.rules(), Facts(local_day(now))))
    elif url.strip() and sign_in is None:
        fault = "检查网址请先登录；也可以粘贴文字"
    elif url.strip():
        checked, fault = _of_page(app, url.strip())
    else:
        fault = "请粘贴文字，或填写网址"
    if sign_in is not None and checked is not None:
        with transaction(app.engine) as session:
            subject = url or f"文字 {len(text)} 字"
            audit.append(session, sign_in.user, "self_check", now, subject)
    return checked, fault


def _page(
    request: Request,
    app: AppState,
    sign_in: SignIn | None,
    text: str,
    url: str,
    checked: Checked | None,
    fault: str,
) -> HTMLResponse:
    return page(
        request,
        "self_check.html",
        sign_in=sign_in,
        text=text,
        url=url,
        checked=checked,
        fault=fault,
        rules=app.lists.rules().by_id,
    )


def _corrections(app: AppState, checked: Checked) -> list[Correction]:
    rules = app.lists.rules().by_id
    return [
        Correction(
            words=one.quote or "（全文）",
            title=one.title,
            law=one.law,
            advice=rules[one.rule].advice if one.rule in rules else "",
        )
        for one in checked.found
    ]


def _who(request: Request, app: AppState, now: datetime) -> SignIn | None:
    """Who is signed in; nobody, where the self-check is open to all. Raises SignInNeeded."""
    found = signed_in_or_nobody(request, app, now)
    if found is None and not app.settings.public_self_check:
        raise SignInNeeded("/self-check")
    return found


def _of_judgement(judged: PageText, judgement: Judgement) -> Checked:
    return _checked(judged.text, judgement.findings, judgement.page_kind)


def _of_page(app: AppState, url: str) -> tuple[Checked | None, str]:
    try:
        words = ("judge", "--json", "--", tips.checked_url(url))
        done = run_step(*words, environment=environment_of(app), seconds=_FETCH_SECONDS)
    except TipRefused as refused:
        return None, str(refused)
    except subprocess.TimeoutExpired:
        return None, "页面在两分钟内没有取得"
    if done.returncode not in {0, 1}:
        return None, done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "未能取得页面"
    found = json.loads(done.stdout)
    findings = [SimpleNamespace(**one) for one in found["findings"]]
    return _checked(found["text"], findings, found["page_kind"]), ""


def _checked(text: str, findings: Sequence[Explained], kind: str) -> Checked:
    marks = [Mark(one.start, one.end, one.severity) if one.start < one.end else None for one in findings]
    return Checked(lines(text, marks), gather_words(findings), kind)
