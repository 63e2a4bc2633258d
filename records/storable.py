"""The gate at the store's edge: it stops characters and numbers that no database, letter, workbook or XML can
hold.

Pages, headers, people and other programs choose their characters and numbers freely. Every write passes this
one place, so that anything read back can be stored again, printed, and put into any file.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Engine, ExecutionContext, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.engine.interfaces import DBAPICursor

# Control characters but tab and line ends, halves of surrogate pairs, and the two that Unicode calls no characters:
# the ones that XML 1.0 (2.2) excludes, more than PostgreSQL refuses.
_NOT_STORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_IN_ITS_PLACE = "\ufffd"  # one for one, so that positions in a text do not change
_BEYOND = "数字过大"
_LARGEST, _SMALLEST = (1 << 63) - 1, -(1 << 63)


class NumberTooLarge(ValueError):
    """A whole number that no column can hold, nor any row be found by."""


def storable_text(text: str) -> str:
    """`text` with U+FFFD for each character that cannot be stored; the same object where there is none."""
    return _NOT_STORABLE.sub(_IN_ITS_PLACE, text) if _NOT_STORABLE.search(text) else text


def storable(value: Any) -> Any:  # noqa: ANN401 - any value of a statement or a JSON column
    """`value` as it can be stored, also inside lists and mappings; the same object where nothing had to change. Raises
    NumberTooLarge beyond 64 bits."""
    if isinstance(value, str):
        return storable_text(value)
    if isinstance(value, int):
        if not _SMALLEST <= value <= _LARGEST:
            raise NumberTooLarge(_BEYOND)
        return value
    if isinstance(value, Mapping):
        pairs = [(storable(key), storable(one)) for key, one in value.items()]
        same = all(pair[0] is key and pair[1] is value[key] for pair, key in zip(pairs, value, strict=True))
        return value if same else dict(pairs)
    if isinstance(value, list | tuple):
        items = [storable(one) for one in value]
        if all(item is one for item, one in zip(items, value, strict=True)):
            return value
        return items if isinstance(value, list) else tuple(items)
    return value


def written_json(value: object) -> str:
    """The JSON of a column's value, as it can be stored."""
    return json.dumps(storable(value), ensure_ascii=False)


def guard(engine: Engine) -> None:
    """Pass every value that `engine` stores or looks for through the gate."""
    event.listen(engine, "before_cursor_execute", _at_the_gate, retval=True)
    event.listen(engine, "handle_error", _too_large, retval=True)


def _at_the_gate(
    connection: Connection,
    cursor: DBAPICursor,
    statement: str,
    parameters: Any,  # noqa: ANN401 - one row's, or those of many
    context: ExecutionContext | None,
    executemany: bool,
) -> tuple[str, Any]:
    return statement, storable(parameters)


def _too_large(context: ExceptionContext) -> NumberTooLarge | None:
    """PostgreSQL refuses numbers larger than their column (SQLSTATE 22003): reported like those beyond 64
    bits."""
    if getattr(context.original_exception, "sqlstate", "") == "22003":
        return NumberTooLarge(_BEYOND)
    return None
