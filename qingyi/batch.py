"""Batch judgement for scripts: one JSON object a line in, one a line out, in the same order."""

import json
import re
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Annotated, Any, TextIO

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError, model_validator

from classifiers.found_words import gather_words
from classifiers.judge import judge
from classifiers.lists.rules import RuleSet
from classifiers.page.certificates import canonical_number
from classifiers.values import CertificateStanding, Facts, KnownCertificate, PageText, Source
from crawler.platforms import read_post
from crawler.workers.page_reader import shared_reader
from records.local_time import local_day, parse_day
from records.validator_words import in_words

# From 2001 to 2128; a smaller number is a day as digits (20260701).
_FIRST_SECONDS, _FIRST_MILLISECONDS, _LAST_MILLISECONDS = 1e9, 1e11, 5e12
_HALF = re.compile("[\ud800-\udfff]")


def _seen_on(written: object) -> date | None:
    """The day of a moment or day in any form, or of the seconds or milliseconds since 1970 that programs write."""
    if written is None:
        return None
    if isinstance(written, int | float) and _FIRST_SECONDS < written < _LAST_MILLISECONDS:
        seconds = written / 1000 if written > _FIRST_MILLISECONDS else written
        return local_day(datetime.fromtimestamp(seconds, UTC))
    return parse_day(written)


Day = Annotated[date, BeforeValidator(parse_day)]


class CertificateIn(BaseModel):
    """The known facts of a certificate."""

    model_config = ConfigDict(extra="ignore")

    number: str
    institution: str = ""
    valid_from: Day
    valid_to: Day
    media: tuple[str, ...] = ()
    approved_text: str = ""
    status: CertificateStanding = "valid"


class LineIn(BaseModel):
    """One page: its `text`, or its `html`. Without `certificates` only the content is judged."""

    model_config = ConfigDict(extra="ignore")

    id: str | int
    text: str | None = None
    html: str | None = None
    url: str | None = None
    kind: str | None = None
    fetched_at: Annotated[date | None, BeforeValidator(_seen_on)] = None
    certificates: tuple[CertificateIn, ...] | None = None

    @model_validator(mode="after")
    def _has_something_to_judge(self) -> "LineIn":
        if self.text is None and self.html is None:
            raise ValueError("缺少 text 或 html")
        return self


def judge_lines(lines: Iterable[bytes], out: TextIO, rules: RuleSet, today: date) -> int:
    """Judge line by line, writing each result before the next line is read; returns how many lines were bad.

    A bad line becomes {"error": {"line": …, "reason": …}}; empty lines are skipped.
    """
    bad = 0
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            answer = _answer(line, rules, today)
        except (ValidationError, ValueError) as error:
            bad += 1
            answer = {"error": {"line": number, "reason": _reason(error)}}
        out.write(_line(answer) + "\n")
        out.flush()
    return bad


def _line(answer: dict[str, Any]) -> str:
    """As readable JSON; escaped where a text holds a lone surrogate, which no encoding accepts."""
    line = json.dumps(answer, ensure_ascii=False)
    return json.dumps(answer) if _HALF.search(line) else line


def _answer(line: bytes, rules: RuleSet, today: date) -> dict[str, Any]:
    parsed = LineIn.model_validate(json.loads(line))
    post = (
        None
        if parsed.text is not None
        else shared_reader().read(read_post, parsed.html or "", parsed.url or "")
    )
    page = post.text if post else PageText.of_plain(parsed.text or "")
    judgement = judge(page, rules, _facts(parsed, today))
    return {
        "id": parsed.id,
        "unlawful": judgement.unlawful,
        "page_kind": judgement.page_kind,
        "page_state": post.state if post else "normal",
        "findings": [
            {
                "rule": finding.rule,
                "family": finding.family,
                "law": [str(article) for article in finding.law],
                "severity": finding.severity,
                "start": finding.start,
                "end": finding.end,
                "quote": finding.quote,
                "read_as": finding.read_as,
                "why": finding.why,
            }
            for finding in judgement.findings
        ],
        "found_words": [asdict(row) for row in gather_words(judgement.findings)],
        "certificates": list(judgement.certificates),
        "contacts": [{"kind": contact.kind, "quote": contact.quote} for contact in judgement.contacts],
    }


def _facts(parsed: LineIn, today: date) -> Facts:
    seen_on = parsed.fetched_at or today
    source: Source = "account" if parsed.kind == "account" else "site"
    if parsed.certificates is None:
        return Facts(seen_on, source=source)
    known = {}
    for given in parsed.certificates:
        number = canonical_number(given.number)
        known[number] = KnownCertificate(
            number,
            given.institution,
            given.valid_from,
            given.valid_to,
            given.media,
            given.approved_text,
            given.status,
        )
    return Facts(seen_on, (), known, source=source)


def _reason(error: ValidationError | ValueError) -> str:
    if isinstance(error, ValidationError):
        return "；".join(
            f"{'.'.join(map(str, fault['loc'])) or '整行'}: {in_words(fault)}" for fault in error.errors()
        )
    if isinstance(error, json.JSONDecodeError):
        return f"不是 JSON：第 {error.colno} 列，{error.msg}"
    return str(error)
