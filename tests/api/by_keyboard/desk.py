"""The desk of a person whose tasks are walked: their keyboard, and cases, transfers and more as a task needs them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from classifiers.lists.rules import RuleSet
from records.cases import review
from records.database import reading, transaction
from records.local_time import local_day
from records.models import Case, Office, Transfer, User
from records.store.content_store import EvidenceStore
from records.transfers import answers
from records.workflow import OFFICE, Actor
from tests.api.by_keyboard.keys import Keyboard
from tests.records import registered

Found = TypeVar("Found")
NOW = datetime.now(UTC)
COLLEAGUE = "colleague"


@dataclass
class Desk:
    """One person at the keyboard. `started` are the steps that pages started in the background."""

    keys: Keyboard
    engine: Engine
    store: EvidenceStore
    rules: RuleSet
    name: str
    office_id: int
    started: list[tuple[str, ...]]
    made: int = 0

    def case(self, action: str = "", reason: str = "", *, needs_approval: bool = False) -> int:
        """A new case; decided by a colleague where an action is given."""
        self.made += 1
        at = NOW - timedelta(days=1) + timedelta(seconds=self.made)  # the newest is the queue's first row
        found = registered.case(self.engine, self.store, self.rules, at, self.made)
        if action:
            self.change(lambda session: self._decide(session, found, action, reason, needs_approval))
        return found

    def _decide(self, session: Session, found: int, action: str, reason: str, needs_approval: bool) -> None:
        case = session.get_one(Case, found)
        offices = (self.office_id,) if action == "transfer" else ()
        asked = review.Decision(action, case.row_version, reason, offices)
        review.decide(session, case, person(session, COLLEAGUE), asked, NOW, needs_approval=needs_approval)

    def transfer(self, *, overdue: bool = False, taken: bool = False, reported: bool = False) -> Transfer:
        """A new case that the office has: past its day, acknowledged, or reported on."""
        found = self.case("confirm")
        self.change(lambda session: self._decide(session, found, "transfer", "", False))

        def prepare(session: Session) -> int:
            one = session.scalars(select(Transfer).where(Transfer.case_id == found)).one()
            officer = Actor(OFFICE, "officer")
            if overdue:
                one.due_on = local_day(NOW - timedelta(days=9))
            if taken or reported:
                answers.take(session, one, actor=officer, now=NOW)
            if reported:
                measure = answers.Disposal(answers.DisposalResult.DELETED, local_day(NOW), "", "")
                after = timedelta(hours=24)
                answers.report_disposed(session, one, measure, actor=officer, now=NOW, recheck_after=after)
            return one.id

        number = self.change(prepare)
        return self.look(lambda session: session.get_one(Transfer, number))

    def state(self, case_id: int) -> str:
        """The state of a case, in words."""
        return registered.state(self.engine, case_id)

    def change(self, work: Callable[[Session], Found]) -> Found:
        """Prepare the records for a task."""
        with transaction(self.engine) as session:
            return work(session)

    def look(self, work: Callable[[Session], Found]) -> Found:
        """Look for the effect of a task."""
        with reading(self.engine) as session:
            return work(session)

    def newest(self, kind: type[Any]) -> Any:
        """The newest row of a table."""
        return self.look(lambda session: session.scalars(select(kind).order_by(kind.id.desc())).first())

    def count(self, kind: type[Any]) -> int:
        """How many rows a table has."""
        return self.look(lambda session: session.scalar(select(func.count()).select_from(kind)) or 0)


def person(session: Session, name: str) -> User:
    """A person by their name."""
    return session.scalars(select(User).where(User.name == name)).one()


def offices(session: Session) -> list[Office]:
    """All offices, the walk's own first."""
    return list(session.scalars(select(Office).order_by(Office.id)))


@dataclass(frozen=True)
class Task:
    """A task of some role: its name as people would say it, the routes that its forms go to, and the keys."""

    title: str
    routes: tuple[str, ...]
    walk: Callable[[Desk], None]


class Tasks(list[Task]):
    """A list of tasks, filled by the functions that walk them."""

    def __call__(
        self, title: str, *routes: str
    ) -> Callable[[Callable[[Desk], None]], Callable[[Desk], None]]:
        """Mark a function as the walk of a task."""

        def mark(walk: Callable[[Desk], None]) -> Callable[[Desk], None]:
            self.append(Task(title, routes, walk))
            return walk

        return mark
