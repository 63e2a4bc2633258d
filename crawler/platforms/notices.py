"""Notices that platforms show in place of a post: catalogues, as data next to each platform's module."""

import re
import unicodedata
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from crawler.pages.post import PageState
from crawler.platforms.rows import Expression, read_rows

# A notice is short; a longer page without a post is of a kind not yet known.
_LONGEST = 200


class Notice(BaseModel):
    """A row of a catalogue."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    state: PageState
    says: tuple[Annotated[Expression, Field(min_length=3)], ...] = Field(min_length=1)


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
    """The rows of a catalogue, in its order. Raises PlatformsRefused for a malformed row."""
    rows = read_rows(Path(__file__).with_name(f"{catalogue}.yaml"), Notice)
    return tuple((row.state, re.compile("|".join(row.says), re.IGNORECASE)) for row in rows)


def _plain(text: str) -> str:
    """Letters and digits only: line breaks and punctuation of notices change often."""
    return "".join(mark for mark in unicodedata.normalize("NFKC", text) if mark.isalnum())
