"""Which process holds a visit. One process takes it at a time, each time under a higher number, the fence: a
process that was thought dead and goes on finds that another has the visit, writes nothing, and requests no
further page.

A lease alone is not enough: its holder may be frozen right after it looked (M. Kleppmann, How to do
distributed locking).
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import func, literal, select
from sqlalchemy.orm import Session

from records.database import in_batches
from records.models import Visit
from records.visits.targets import Target

# After this many seconds a silent process checks whether it still holds its visits: far fewer than others
# wait before they take them (records.task_locks.LEASE_SECONDS).
ASK_SECONDS = 5.0
# A process frozen within a transaction keeps its locks; the database ends the transaction for those that
# wait.
_IDLE_SECONDS = 30


class VisitTaken(Exception):
    """A visit was taken by another process meanwhile."""

    def __init__(self, visit_ids: Sequence[int]) -> None:
        super().__init__(f"巡查 {'、'.join(map(str, visit_ids))} 已由另一个进程接手")


def require_held(session: Session, targets: Iterable[Target]) -> None:
    """Raises VisitTaken unless these visits are still held by those who took them, and prevents others from
    taking them before this transaction ends."""
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
