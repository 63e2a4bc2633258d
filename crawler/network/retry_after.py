"""Retry-After: when a server wants to be asked again."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def seconds_asked(retry_after: str, now: datetime) -> float:
    """How long from `now` a Retry-After header asks to wait, given in seconds or as an HTTP date (RFC 9110, 10.2.3);
    0 where it is neither, or past."""
    if retry_after.isascii() and retry_after.isdigit():
        return float(retry_after)
    try:
        moment = parsedate_to_datetime(retry_after)
    except (ValueError, OverflowError):
        return 0.0
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    return max(0.0, (moment - now).total_seconds())
