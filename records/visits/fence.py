"""Whose a visit is. It is taken by one process at a time, each time under a higher number, the fence: who was thought dead
and goes on finds that the visit is another's, writes nothing, and asks for no further page.

A lease alone does not do: its holder may be frozen right after it looked (M. Kleppmann, How to do distributed locking).
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import func, literal, select
from sqlalchemy.orm import Session

from records.database import in_batches
from records.models import Visit
from records.visits.targets import Target

# After so many seconds a process that was silent asks whether its visits are still its own: far fewer than others wait
# before they take them (records.task_locks.LEASE_SECONDS).
ASK_SECONDS = 5.0
# A process that is frozen within a transaction holds what it has locked; the database ends that for whoever waits.
_IDLE_SECONDS = 30


class VisitTaken(Exception):
    """A visit was taken by another process meanwhile."""

    def __init__(self, visit_ids: Sequence[int]) -> None:
        super().__init__(f"巡查 {'、'.join(map(str, visit_ids))} 已由另一个进程接手")


def require_held(session: Session, targets: Iterable[Target]) -> None:
    """Raises VisitTaken unless these visits are still held by those who took them, and sees to it that nobody takes them
    before this transaction ends."""
    held = {target.visit_id: target.fence for target in targets}
    on_server = session.get_bind().dialect.name == "postgresql"
    limit = (
        func.set_config("idle_in_transaction_session_timeout", f"{_IDLE_SECONDS}s", True)
        if on_server
        else literal("")
    )
    rows = session.execute(
        select(Visit.id, Visit.fence, limit)
        .where(Visit.id.in_(held))
        .order_by(Visit.id)
        .with_for_update(read=True)
    )
    if taken := [row[0] for row in rows if row[1] != held[row[0]]]:
        raise VisitTaken(taken)


def find_taken(session: Session, targets: Sequence[Target]) -> set[int]:
    """The ids of those visits that another process has taken."""
    taken = set()
    for some in in_batches(targets):
        held = {target.visit_id: target.fence for target in some}
        rows = session.execute(select(Visit.id, Visit.fence).where(Visit.id.in_(held)))
        taken |= {row[0] for row in rows if row[1] != held[row[0]]}
    return taken
