"""The clock of the commands; everything below them takes the time as a parameter."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)
