"""Judges stored pages again by lists that came into force, in separate processes. Results and progress are
written in one transaction a batch: after any interruption it resumes where it stopped, and no page is judged
twice."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from sqlalchemy import Engine

from classifiers.lists.rules import RuleSet, load_rules
from classifiers.page.identity import KnownInstitutions
from classifiers.values import Judgement, PageText
from records.cases.flagging import find_latest_cases
from records.cases.reflagging import Reflagged, flag_again
from records.database import open_engine, reading, transaction
from records.judgements.facts import confirmed_cases, judge_page, register_of
from records.judgements.judgements import find_places, list_with_owners, record_judgement
from records.lists.agreement import require_version
from records.lists.drafts import ListFolders
from records.lists.rejudgings import begin_rejudging, end_rejudging, find_unfinished
from records.lists.spreading import Ids, Spread, in_processes
from records.models import Rejudging, RejudgingState
from records.snapshots.images import find_text
from records.store.content_store import EvidenceStore


@dataclass(frozen=True)
class _Different:
    """A page whose findings have changed."""

    snapshot_id: int
    page: PageText
    judgement: Judgement


@dataclass(frozen=True)
class _Done:
    """The results of some pages: the last one's id, the numbers of judged and of unreadable ones, and those
    that differ."""

    last_id: int
    judged: int
    missing: int
    different: list[_Different]


@dataclass(frozen=True)
class Begun:
    """A rejudging that is under way: its id, its lists and where they lie, and the snapshots that are left."""

    id: int
    version: str
    folders: ListFolders
    left: Sequence[int]


def begin(engine: Engine, folders: ListFolders, now: datetime) -> Begun | None:
    """Resume or start the requested rejudging; None where none was requested. Raises VersionMissing."""
    with transaction(engine) as session:
        found = find_unfinished(session)
        if found is None:
            return None
        require_version(session, folders, found.version)
        left = begin_rejudging(session, found, now)
        return Begun(found.id, found.version, folders, left)


def rejudge(
    engine: Engine,
    store: EvidenceStore,
    begun: Begun,
    progress: Callable[[int], None] = lambda _: None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    spread: Spread = in_processes,
) -> Rejudging:
    """Judge all remaining stored pages; returns the totals. `progress` is called with the number newly
    done."""
    address = engine.url.render_as_string(hide_password=False)
    for done in spread(partial(_open, address, store, begun.folders, begun.version), begun.left):
        if not _keep(engine, begun, done, now()):
            break
        progress(done.judged + done.missing)
    with transaction(engine) as session:
        ended = session.get_one(Rejudging, begun.id, with_for_update=True)
        if ended.state is RejudgingState.RUNNING:
            end_rejudging(session, ended, now())
        return ended


def _keep(engine: Engine, begun: Begun, done: _Done, now: datetime) -> bool:
    """Write the results of some pages; returns whether to go on."""
    with transaction(engine) as session:
        rejudging = session.get_one(Rejudging, begun.id, with_for_update=True)
        if rejudging.state is not RejudgingState.RUNNING:
            return False
        counts: Counter[Reflagged] = Counter()
        changed = {one.snapshot_id: one for one in done.different}
        snapshots = list_with_owners(session, list(changed))
        cases = find_latest_cases(session, [snapshot.page_id for snapshot in snapshots])
        for snapshot in snapshots:
            new = changed[snapshot.id]
            record = record_judgement(
                session,
                snapshot,
                new.page,
                new.judgement,
                version=begun.version,
                now=now,
                rejudging_id=begun.id,
            )
            session.flush()
            counts[flag_again(session, snapshot.page, record, cases.get(snapshot.page_id), now)] += 1
        rejudging.after_snapshot_id = done.last_id
        rejudging.judged += done.judged
        rejudging.missing += done.missing
        rejudging.opened += counts[Reflagged.OPENED]
        rejudging.changed += counts[Reflagged.CHANGED]
        rejudging.closed += counts[Reflagged.CLOSED]
        rejudging.left_open += counts[Reflagged.LEFT_OPEN]
    return True


# The rest runs in the judging processes.
@dataclass(frozen=True)
class _Opened:
    engine: Engine
    store: EvidenceStore
    rules: RuleSet
    register: KnownInstitutions


def _open(url: str, store: EvidenceStore, folders: ListFolders, version: str) -> Callable[[Ids], _Done]:
    engine = open_engine(url, pooled=False)  # no call announces the end of the work
    with reading(engine) as session:
        register = register_of(session)
        require_version(session, folders, version)  # a machine that lacks it gets it from the database
    return partial(_judge, _Opened(engine, store, load_rules(folders.of(version)), register))


def _judge(here: _Opened, ids: Ids) -> _Done:
    missing, different = 0, list[_Different]()
    with reading(here.engine) as session:
        snapshots = list_with_owners(session, ids)
        before = find_places(session, ids)
        confirmed = confirmed_cases(session, {one.page.source.institution.id for one in snapshots})
        for snapshot in snapshots:
            page = find_text(session, here.store, snapshot)
            if page is None:
                missing += 1
                continue
            judgement = judge_page(session, here.rules, page, snapshot, here.register, confirmed)
            places = {(finding.rule, finding.start, finding.end) for finding in judgement.findings}
            if places != before.get(snapshot.id, set()):
                different.append(_Different(snapshot.id, page, judgement))
    return _Done(ids[-1], len(ids) - missing, missing, different)
