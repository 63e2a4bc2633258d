"""The cases that a reviewer has chosen in the queue, for a step on all of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Form
from sqlalchemy.orm import Session

from records.cases import merging
from records.cases import review_queue as queues
from records.cases.review_queue import QueueFilter
from records.models import User

PAGE_SIZE = 50


@dataclass(frozen=True)
class Chosen:
    """The chosen rows of a view of the queue; with `alike`, a row stands for all cases of its text and institution that the
    view has."""

    rows: Sequence[int]
    alike: bool
    view: str

    def cases(self, session: Session, by: User, now: datetime) -> Sequence[int]:
        """The ids of the cases that the step is for."""
        if not self.alike:
            return self.rows
        wanted = queues.select_cases(session, QueueFilter.of(self.view), by, now)
        return merging.with_same_texts(session, self.rows, wanted)


def chosen_cases(
    case: Annotated[list[int] | None, Form()] = None,
    alike: Annotated[bool, Form()] = False,
    view: Annotated[str, Form(max_length=1000)] = "",
) -> Chosen:
    """The fields of the queue's form."""
    return Chosen((case or [])[:PAGE_SIZE], alike, view)


ChosenCases = Annotated[Chosen, Depends(chosen_cases)]
