"""A record is one line whatever a page put into it, and holds no secret."""

import io
import json
import logging
import sys
import threading
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.workers.process import WorkerProcess
from records.settings import Settings
from telemetry.logs import LogForm, begin_request, bind, bound, bound_keys, log_form, set_up_logs

SECRET = 'gehe"im/ word@1'
HOSTILE = [
    "治愈率\n2026-11-29 10:00:00,000 ERROR jobs.flag: forged",
    '"}\n{"time": "2026-11-29", "level": "info", "event": "forged"}',
    "\x1b[2J\x1b]0;title\x07",
    "\r\u2028\u2029\x85\x0b\x0c",
    "\u202edesrever\u2066\U000e0041",
    "\ud800 half a character",
    "%s %d %(name)s {}",
    "[red]markup[/red]",
    "字" * 100_000,
]


@pytest.fixture
def logging_to(monkeypatch: pytest.MonkeyPatch) -> Iterator:
    """Begin to log in a form; returns where the lines go."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    for name in ("uvicorn", "uvicorn.error"):  # a server of another test may have set it up in its own way
        monkeypatch.setattr(logging.getLogger(name), "propagate", True)

    def begin(*, is_json: bool, secrets: tuple[str, ...] = ()) -> io.StringIO:
        written = io.StringIO()
        monkeypatch.setattr(sys, "stderr", written)
        set_up_logs(LogForm(is_json, secrets))
        return written

    yield begin
    set_up_logs(LogForm())
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("is_json", [True, False], ids=["json", "plain"])
def test_a_pages_text_neither_ends_a_line_nor_forges_one(logging_to, text: str, *, is_json: bool) -> None:
    written = logging_to(is_json=is_json)
    logging.getLogger("crawler.spiders").warning("%s 未能保存", text, extra={"url": text})
    line = written.getvalue()
    assert line.splitlines() == [line[:-1]]
    assert line[:-1].isprintable()
    line.encode("utf-8")
    assert len(line) < 60_000


@given(st.text(st.characters(exclude_categories=()), max_size=200))
def test_a_line_of_json_reads_back_as_what_was_said(text: str) -> None:
    written = io.StringIO()
    root = logging.getLogger()
    before, errors = root.handlers[:], sys.stderr
    try:
        sys.stderr = written
        set_up_logs(LogForm(is_json=True))
        logging.getLogger("crawler").warning("%s", text)
    finally:
        sys.stderr = errors
        set_up_logs(LogForm())
        root.handlers[:] = before
    assert json.loads(written.getvalue())["event"] == text
    assert len(written.getvalue().splitlines()) == 1


def test_a_record_says_when_how_bad_who_what_and_about_what(logging_to) -> None:
    written = logging_to(is_json=True)
    with bound(visit=7, source=3):
        logging.getLogger("jobs.flag").info("judged", extra={"judged": 2, "password": "no key of ours"})
    logging.getLogger("jobs.flag").info("after")
    first, after = map(json.loads, written.getvalue().splitlines())
    assert list(first) == ["time", "level", "logger", "process", "event", "visit", "source", "judged"]
    assert (first["level"], first["logger"], first["event"], first["visit"]) == (
        *("info", "jobs.flag", "judged", 7),
    )
    assert first["time"].endswith("+00:00")
    assert "visit" not in after


@pytest.mark.parametrize("is_json", [True, False], ids=["json", "plain"])
def test_libraries_go_the_same_way_and_only_their_warnings(logging_to, *, is_json: bool) -> None:
    written = logging_to(is_json=is_json)
    for name in ("uvicorn.error", "scrapy.core.engine", "apscheduler.scheduler", "sqlalchemy.engine"):
        logging.getLogger(name).setLevel(logging.DEBUG)
        logging.getLogger(name).info("chatter")
        logging.getLogger(name).warning("told by %s", name)
        logging.getLogger(name).setLevel(logging.NOTSET)
    lines = written.getvalue().splitlines()
    assert len(lines) == 4
    assert all("told by" in line for line in lines)


def test_text_says_only_what_went_wrong(logging_to) -> None:
    written = logging_to(is_json=False)
    logging.getLogger("jobs.flag").info("judged")
    logging.getLogger("jobs.flag").warning("no lease")
    (line,) = written.getvalue().splitlines()
    assert line.endswith(" WARNING jobs.flag: no lease")


@pytest.mark.parametrize("is_json", [True, False], ids=["json", "plain"])
def test_no_secret_is_in_a_line_or_a_traceback(logging_to, *, is_json: bool) -> None:
    url = "postgresql+psycopg://qingyi:pass%2Fword@db/qingyi"
    settings = Settings(database_url=url, oidc_client_secret=SECRET, evidence_secret="bucket-key")
    written = logging_to(is_json=is_json, secrets=settings.secrets)
    log = logging.getLogger("jobs")
    told = (
        f"{SECRET} pass/word pass%2Fword bucket-key {url} Bearer abc.def qy_0123456789abcdef whsec_AAAABBBB"
    )
    log.warning("%s", told, extra={"url": told})
    try:
        raise RuntimeError(told)
    except RuntimeError:
        log.exception("failed with %s", told)
    said = written.getvalue()
    assert "failed with" in said
    assert "Traceback" in said
    for secret in (
        *("gehe", "pass/word", "pass%2Fword", "bucket-key", "qingyi:"),
        *("abc.def", "0123456789", "AAAA"),
    ):
        assert secret not in said, secret


@pytest.mark.parametrize("is_json", [True, False], ids=["json", "plain"])
def test_a_tracebacks_lines_cannot_pass_for_records(logging_to, *, is_json: bool) -> None:
    written = logging_to(is_json=is_json)
    try:
        raise ValueError("x\n2026-11-29 10:00:00,000 ERROR jobs.flag: forged")
    except ValueError:
        logging.getLogger("jobs").exception("broke")
    lines = written.getvalue().splitlines()
    assert len([line for line in lines if line.startswith(("2026", "{"))]) == 1


def test_what_a_thread_learns_of_a_request_is_in_its_later_records() -> None:
    import contextvars

    def request() -> dict[str, object]:
        begin_request(request="a1b2c3d4")
        inner = contextvars.copy_context()  # as a route that waits runs: in a thread, in a copy
        thread = threading.Thread(target=lambda: inner.run(bind, user=5))
        thread.start()
        thread.join()
        return dict(bound_keys())

    assert contextvars.copy_context().run(request) == {"request": "a1b2c3d4", "user": 5}
    assert bound_keys() == {}


def _form_there() -> tuple[bool, tuple[str, ...]]:
    form = log_form()
    assert form is not None
    return form.is_json, form.secrets


def test_a_worker_process_logs_as_its_parent_does(logging_to) -> None:
    logging_to(is_json=True, secrets=(SECRET,))
    process = WorkerProcess()
    try:
        assert process.run(_form_there) == (True, (SECRET,))
    finally:
        process.close()
    assert SECRET not in repr(LogForm(secrets=(SECRET,)))
