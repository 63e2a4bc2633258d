"""Notices that platforms show in place of a post: catalogues, as data next to each platform's module."""

import re
import unicodedata
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter

from crawler.pages.post import PageState

# A notice is short; a longer page without a post is of a kind not yet known.
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
    """The state that a catalogue gives for a page's text; None where no notice matches."""
    # Every page comes through here: of a long one, only as much is read as shows that it is not a notice.
    if sum(1 for _ in islice(filter(str.isalnum, text), _LONGEST + 1)) > _LONGEST:
        return None
    plain = _plain(text)
    if not plain or len(plain) > _LONGEST:
        return None
    return next((state for state, says in _notices(catalogue) if says.search(plain)), None)


@cache
def _notices(catalogue: str) -> tuple[tuple[PageState, re.Pattern[str]], ...]:
    """The rows of a catalogue, in its order. Raises pydantic's ValidationError for a malformed row."""
    written = yaml.safe_load(Path(__file__).with_name(f"{catalogue}.yaml").read_text("utf-8"))
    rows = TypeAdapter(tuple[Notice, ...]).validate_python(written)
    return tuple((row.state, re.compile("|".join(row.says), re.IGNORECASE)) for row in rows)


def _plain(text: str) -> str:
    """Letters and digits only: line breaks and punctuation of notices change often."""
    return "".join(mark for mark in unicodedata.normalize("NFKC", text) if mark.isalnum())
