"""What platforms show in place of a post: their catalogues, data beside each platform's module."""

import re
import unicodedata
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter

from crawler.pages.post import PageState

# A notice is short; a page that says more and shows no post is something that nobody has looked at.
_LONGEST = 200


def expression(written: str) -> str:
    """`written`, if it is a regular expression; raises ValueError."""
    try:
        re.compile(written)
    except re.error as error:
        raise ValueError(f"{written!r} is no regular expression: {error}") from error
    return written


class Notice(BaseModel):
    """A row of a catalogue."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    state: PageState
    says: tuple[Annotated[str, Field(min_length=3), AfterValidator(expression)], ...] = Field(min_length=1)


def state_of_notice(text: str, catalogue: str) -> PageState | None:
    """The state that a page's text tells by a catalogue; None where it tells none that is known."""
    # Every page is asked: of a long one no more is looked at than it takes to know that it is no notice.
    if sum(1 for _ in islice(filter(str.isalnum, text), _LONGEST + 1)) > _LONGEST:
        return None
    plain = _plain(text)
    if not plain or len(plain) > _LONGEST:
        return None
    return next((state for state, says in _notices(catalogue) if says.search(plain)), None)


@cache
def _notices(catalogue: str) -> tuple[tuple[PageState, re.Pattern[str]], ...]:
    """The rows of a catalogue, in its order. Raises pydantic's ValidationError for a row that is none."""
    written = yaml.safe_load(Path(__file__).with_name(f"{catalogue}.yaml").read_text("utf-8"))
    rows = TypeAdapter(tuple[Notice, ...]).validate_python(written)
    return tuple((row.state, re.compile("|".join(row.says), re.IGNORECASE)) for row in rows)


def _plain(text: str) -> str:
    """Letters and digits alone: notices are broken into lines and pointed as the platform likes today."""
    return "".join(mark for mark in unicodedata.normalize("NFKC", text) if mark.isalnum())
