"""Log records: a line of text each, or by setting a JSON object a line.

Everything logs through the standard library, ours and the libraries'. What a record says may come from a
hostile page: whatever it holds, it stays within its line, and no secret is written.
"""

import logging
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from telemetry.traces import present_trace

# What a record may be about: bound around the work (`bound`, `bind`), or given with the record (`extra=`).
KEYS = frozenset(
    (
        *("visit", "source", "case", "snapshot", "url", "outcome", "judged", "unlawful", "refused"),
        *("request", "method", "path", "status", "milliseconds", "user", "office"),
        *("step", "message_id", "trace"),
    )
)
_OURS = frozenset(
    ("api", "classifiers", "crawler", "evidence", "jobs", "qingyi", "records", "reports", "telemetry")
)
_LONGEST = 8_000  # characters of one value: a page must not fill the disk that collects the lines
_HIDDEN = "***"
_SECRETS = re.compile(
    r"(?<=://)[^\s/@:]*:[^\s/@]+(?=@)|\b(?:qy_|whsec_)[\w+/=-]{8,}|(?<=bearer )\S+", re.IGNORECASE
)
# Controls (also those that turn the direction of text round), other ends of lines, halves of characters.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]|[\U000e0000-\U000e007f]"
)
_bound: ContextVar[dict[str, object] | None] = ContextVar("bound", default=None)


@dataclass(frozen=True, repr=False)
class LogForm:
    """How a process logs: as JSON or as text, and the secrets that must not be in a line. Worker processes are
    given their parent's."""

    is_json: bool = False
    secrets: tuple[str, ...] = ()


_form: LogForm | None = None


def set_up_logs(form: LogForm) -> None:
    """Have this process log to standard error from now on: warnings and worse; as JSON also what we do."""
    global _form  # noqa: PLW0603 - logging itself is one a process
    _form = form
    handler = logging.StreamHandler(sys.stderr)
    hide = _hider(form.secrets)
    handler.setFormatter(_json_formatter(hide) if form.is_json else _TextFormatter(hide))
    handler.setLevel(logging.INFO if form.is_json else logging.WARNING)
    handler.addFilter(lambda record: record.levelno >= logging.WARNING or _is_ours(record.name))
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    for name in _OURS:
        logging.getLogger(name).setLevel(logging.INFO if form.is_json else logging.NOTSET)
    logging.captureWarnings(form.is_json)


def log_form() -> LogForm | None:
    """How this process logs; None where nobody has set it up."""
    return _form


def logs_json() -> bool:
    """Whether this process logs as JSON."""
    return _form is not None and _form.is_json


@contextmanager
def bound(**keys: object) -> Iterator[None]:
    """Records within the block are about these `KEYS`."""
    token = _bound.set({**(_bound.get() or {}), **keys})
    try:
        yield
    finally:
        _bound.reset(token)


def begin_request(**keys: object) -> None:
    """The rest of this task is about these `KEYS`, and those that `bind` adds, from whatever thread."""
    _bound.set(keys)


def bind(**keys: object) -> None:
    """The request or block that this is part of is about these `KEYS`, too."""
    if (innermost := _bound.get()) is not None:
        innermost.update(keys)


def bound_keys() -> Mapping[str, object]:
    """What the present work is about."""
    return _bound.get() or {}


def in_one_line(text: str) -> str:
    """The text with everything escaped that could end a line, move a cursor or turn the text round."""
    return _UNSAFE.sub(lambda found: _escaped(found[0]), text)


def _escaped(character: str) -> str:
    """As JSON writes it: in a line of JSON it is read back as it was."""
    code = ord(character)
    if code <= 0xFFFF:
        return f"\\u{code:04x}"
    high, low = divmod(code - 0x10000, 0x400)
    return f"\\u{0xD800 + high:04x}\\u{0xDC00 + low:04x}"


def _is_ours(name: str) -> bool:
    return name.partition(".")[0] in _OURS


def _hider(secrets: tuple[str, ...]) -> Callable[[str], str]:
    """A function that takes secrets out of a text: these, and what looks like one of ours."""
    known = sorted({secret for secret in secrets if len(secret) > 3}, key=len, reverse=True)
    named = re.compile("|".join(map(re.escape, known))) if known else None

    def hide(text: str) -> str:
        if named:
            text = named.sub(_HIDDEN, text)
        return _SECRETS.sub(_HIDDEN, text)

    return hide


class _TextFormatter(logging.Formatter):
    """Time, level, logger and message in a line; the lines of a traceback below it are ours."""

    def __init__(self, hide: Callable[[str], str]) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._hide = hide

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        """The line itself."""
        record.message = in_one_line(self._hide(record.message)[:_LONGEST])
        return super().formatMessage(record)

    def formatException(self, ei: Any) -> str:  # noqa: N802, ANN401 - logging's name and type
        """The traceback, each line indented, so that none can pass for a record."""
        lines = self._hide(super().formatException(ei)).split("\n")
        return "\n".join(f"  {in_one_line(line)}" for line in lines)


def _json_formatter(hide: Callable[[str], str]) -> logging.Formatter:
    # Half a second of imports, for those alone who want JSON.
    from structlog.processors import JSONRenderer, format_exc_info  # noqa: PLC0415
    from structlog.stdlib import ExtraAdder, ProcessorFormatter  # noqa: PLC0415

    render = JSONRenderer(ensure_ascii=False, default=str)

    def clean(_: object, __: str, event: dict[str, Any]) -> dict[str, Any]:
        return {name: _cleaned(value, hide) for name, value in event.items()}

    def write(logger: object, name: str, event: dict[str, Any]) -> str:
        return in_one_line(str(render(logger, name, event)))

    return ProcessorFormatter(
        foreign_pre_chain=[_told, ExtraAdder(allow=KEYS)],  # type: ignore[list-item] # dict, MutableMapping
        processors=[ProcessorFormatter.remove_processors_meta, format_exc_info, clean, write],  # type: ignore[list-item]
    )


def _told(_: object, __: str, event: dict[str, Any]) -> dict[str, Any]:
    """What every line holds, in this order."""
    record: logging.LogRecord = event["_record"]
    moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
    head = {"time": moment, "level": record.levelname.lower(), "logger": record.name}
    about = {**bound_keys(), **({"trace": trace} if (trace := present_trace()) else {})}
    return {**head, "process": record.process, **event, **about}


def _cleaned(value: object, hide: Callable[[str], str]) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    return hide(str(value))[:_LONGEST]
