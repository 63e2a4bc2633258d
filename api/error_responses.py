"""Errors as responses: all their words are here.

The API returns every error as application/problem+json (RFC 9457): type, title, status, detail, and for a
request that does not fit, errors with the place of each fault. People get a page.
"""

import logging
import re
import sqlite3
from dataclasses import dataclass
from http import HTTPStatus
from math import ceil
from urllib.parse import quote

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from pydantic import BaseModel
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException

from api.context import page
from api.errors import (
    BodyTooLarge,
    BodyTooSlow,
    FormExpired,
    NotAllowed,
    SecondFactorNeeded,
    SignInNeeded,
    TokenRefused,
    TooManyCalls,
)
from api.signin.browser import sign_in_page
from records.cases.evidence_package import EvidenceIncomplete
from records.cases.review import CaseChanged
from records.idempotency import KeyReused
from records.lists.drafts import DraftRefused
from records.lists.rule_edits import RuleRefused
from records.lists.term_edits import TermRefused
from records.people.second_factor import SecondFactorRefused
from records.people.sign_in import PasswordWeak
from records.people.users import PersonRefused
from records.sheets.table import FileRefused
from records.storable import NumberTooLarge
from records.store.content_store import EvidenceAltered, EvidenceMissing
from records.tips import COLUMNS, TipRefused
from records.transfers.attachments import AttachmentRefused
from records.transfers.leases import LeaseLost
from records.transfers.office_queue import NotThisOffice
from records.transfers.webhooks import WebhookRefused
from records.validator_words import in_words
from records.workflow import StepRefused

API_PREFIX = "/api/"


class Problem(BaseModel):
    """An error in the API's format (RFC 9457)."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: list[dict[str, object]] = []


_ANSWERS: dict[type[Exception], tuple[int, str]] = {
    NotAllowed: (403, "没有权限"),
    FormExpired: (403, "表单已失效"),
    TokenRefused: (401, "令牌无效"),
    TooManyCalls: (429, "调用过于频繁"),
    LeaseLost: (409, "租约无效"),
    KeyReused: (409, "Idempotency-Key 已用过"),
    NotThisOffice: (404, "没有找到"),
    EvidenceMissing: (404, "没有找到"),
    EvidenceIncomplete: (409, "证据尚不完整"),
    EvidenceAltered: (409, "证据已被改动"),
    AttachmentRefused: (422, "附件有误"),
    StepRefused: (409, "操作未完成"),
    CaseChanged: (409, "案件已有变化"),
    DraftRefused: (409, "操作未完成"),
    RuleRefused: (409, "规则没有保存"),
    TermRefused: (409, "词条没有保存"),
    TipRefused: (422, "线索有误"),
    FileRefused: (422, "文件无法导入"),
    WebhookRefused: (409, "操作未完成"),
    PersonRefused: (409, "操作未完成"),
    SecondFactorRefused: (409, "操作未完成"),
    PasswordWeak: (422, "密码太弱"),
    NumberTooLarge: (422, "请求内容有误"),
    BodyTooLarge: (413, "请求体过大"),
    BodyTooSlow: (408, "请求超时"),
    OperationalError: (503, "暂时无法使用"),
    OSError: (503, "暂时无法使用"),
    sqlite3.Error: (503, "暂时无法使用"),
}

_TITLES = {404: "没有找到", 405: "不支持的方法", 422: "请求内容有误"}
_OUT_OF_ORDER = "数据库或磁盘出了故障，刚才的操作没有完成；请稍后再试，或告知管理员"
_DETAILS: dict[type[Exception], str] = {FormExpired: "页面停留过久或已换人登录，请刷新后重试"}
_LOG = logging.getLogger(__name__)


_ENDED = "登录已过期，操作未完成。请登录后再试一次"
# Addresses of forms that are pages, too.
_WHOLE = (re.compile(r"/(cases|takedown)/\d+"), re.compile(r"/(tips|people|lists|cases|takedown)"))


async def answer(request: Request, error: Exception) -> Response:
    """Turn an error into a problem (API) or a page (people)."""
    if isinstance(error, SignInNeeded):
        return await _to_sign_in(request, error)
    if isinstance(error, SecondFactorNeeded):
        return RedirectResponse("/second-factor", 303)
    status, title = _status_and_title(error)
    detail = _DETAILS.get(type(error), "") or _detail(error)
    if status == 503:  # its message names files and hosts: for the log only
        _LOG.error("%s %s: %s", request.method, request.url.path, error)
        detail = _OUT_OF_ORDER
    if request.url.path.startswith(API_PREFIX):
        faults = list(error.errors()) if isinstance(error, RequestValidationError) else []
        faults = [{"loc": fault["loc"], "msg": in_words(fault)} for fault in faults]
        problem = Problem(title=title, status=status, detail=detail, errors=faults)
        headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
        if isinstance(error, TooManyCalls):
            headers["Retry-After"] = str(max(1, ceil(error.seconds)))
        return JSONResponse(
            problem.model_dump(), status, headers=headers, media_type="application/problem+json"
        )
    back = next((where for where in _ABOVE if request.url.path.startswith(where)), "")
    sign_in = getattr(request.state, "sign_in", None)
    told = {"title": title, "detail": detail, "faults": _faults(error), "back": back}
    return page(request, "error.html", status, sign_in, **told)


@dataclass(frozen=True)
class FieldFault:
    """The fault of one field of a form or an address, in words."""

    field: str
    title: str
    words: str


def _faults(error: Exception) -> list[FieldFault]:
    if isinstance(error, TipRefused):
        return [FieldFault(COLUMNS.get(column, column), column, words) for column, words in error.faults]
    if not isinstance(error, RequestValidationError):
        return []
    found = []
    for fault in error.errors():
        field = str(next((part for part in reversed(fault["loc"]) if isinstance(part, str)), ""))
        found.append(FieldFault(field, _FIELDS.get(field, field), in_words(fault)))
    return found


# The names for people of the fields of forms and addresses.
_FIELDS = {
    "action": "操作",
    "attachment": "附件",
    "contact": "联系方式",
    "content": "内容",
    "days": "天数",
    "display_name": "姓名",
    "disposed_on": "日期",
    "document_number": "文书号",
    "file": "文件",
    "kind": "种类",
    "measure": "措施",
    "name": "名称",
    "note": "说明",
    "office": "部门",
    "password": "密码",
    "reason": "理由",
    "received_on": "收到日期",
    "role": "角色",
    "since": "起始日期",
    "state": "状态",
    "text": "文本",
    "to": "研判员",
    "until": "截止日期",
    "url": "网址",
    "version": "版本",
    "what": "内容",
    "words": "内容",
}
# Pages that a refused address belongs to.
_ABOVE = (
    "/admin/registry",
    "/admin/offices",
    "/admin/people",
    "/figures",
    "/listings",
    "/lists",
    "/letters",
    "/tips",
    "/cases",
    "/takedown",
    "/audit",
    "/quality",
    "/webhooks",
    "/tables",
)


async def _to_sign_in(request: Request, error: SignInNeeded) -> Response:
    """To the sign-in page and back to where it was; a form that was sent is returned as typed."""
    if request.method == "GET":
        return RedirectResponse(f"/signin?next={quote(error.wanted, safe='/')}", status_code=303)
    form = await request.form()
    hidden = {"csrf", "version", "action", "view", "password", "present", "new", "again", "code"}
    typed = [words for name, words in form.multi_items() if isinstance(words, str) and name not in hidden]
    typed = [words for words in typed if words.strip()]
    whole = next((where for where in _WHOLE if where.fullmatch(request.url.path)), None)
    wanted = request.url.path if whole else "/"
    return sign_in_page(request, 401, wanted, _ENDED, typed=typed)


HANDLED: tuple[type[Exception], ...] = (
    *_ANSWERS,
    SignInNeeded,
    SecondFactorNeeded,
    HTTPException,
    RequestValidationError,
)


def _status_and_title(error: Exception) -> tuple[int, str]:
    if isinstance(error, HTTPException) and error.status_code == 400:
        return 422, _TITLES[422]  # an unreadable body is an invalid request
    if isinstance(error, HTTPException):
        return error.status_code, _TITLES.get(error.status_code, "出错了")
    if isinstance(error, RequestValidationError):
        return 422, _TITLES[422]
    return next(found for kind, found in _ANSWERS.items() if isinstance(error, kind))


def _detail(error: Exception) -> str:
    if isinstance(error, HTTPException) and error.status_code == 400:
        return "请求体无法读取：应为 UTF-8 编码的 JSON"
    if isinstance(error, HTTPException):
        detail = str(error.detail)
        return (
            _TITLES.get(error.status_code, detail)
            if detail == HTTPStatus(error.status_code).phrase
            else detail
        )
    if isinstance(error, RequestValidationError):
        return "；".join(f"{'.'.join(map(str, fault['loc']))}：{in_words(fault)}" for fault in error.errors())
    return str(error)
