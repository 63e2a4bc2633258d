"""Trials: the effect of a draft on the stored pages, before it goes live."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from records import audit
from records.cases.stages import STAGES
from records.judgements.judgements import newest_judged
from records.models import (
    Case,
    CaseState,
    Institution,
    ListTrial,
    Page,
    Snapshot,
    Source,
    TrialDifference,
    TrialState,
)

KINDS = {"new": "新增命中", "vanished": "不再命中", "changed": "命中变化"}
_SILENT = timedelta(minutes=5)


@dataclass(frozen=True)
class Precision:
    """Of the flagged pages that reviewers decided: how many they confirmed, and how many they dismissed."""

    confirmed: int
    dismissed: int

    @property
    def share(self) -> float | None:
        """Between 0 and 1; None where nothing was decided."""
        decided = self.confirmed + self.dismissed
        return self.confirmed / decided if decided else None


def pages_to_try(session: Session, sample: int | None, seed: int, until_id: int | None = None) -> list[int]:
    """The newest judged snapshot of each page, or a sample of them, in order of id; as it was when `until_id`
    was the newest."""
    ids = sorted(session.scalars(newest_judged(until_id=until_id)))
    if sample is None or sample >= len(ids):
        return ids
    return sorted(random.Random(seed).sample(ids, sample))  # noqa: S311 - a sample, not a secret


def find_decisions(session: Session, snapshot_ids: Sequence[int]) -> dict[int, str]:
    """By snapshot, reviewers' last decision on its page: "confirmed" or "dismissed"; nothing for the
    others."""
    newest = (
        select(func.max(Case.id))
        .join(Snapshot, Snapshot.page_id == Case.page_id)
        .where(Snapshot.id.in_(snapshot_ids))
        .group_by(Case.page_id)
    )
    rows = session.execute(
        select(Snapshot.id, Case.state)
        .join(Case, Case.page_id == Snapshot.page_id)
        .where(Snapshot.id.in_(snapshot_ids), Case.id.in_(newest))
    )
    words = dict.fromkeys(STAGES["is-confirmed"].states, "confirmed") | {CaseState.DISMISSED: "dismissed"}
    return {row[0]: words[row[1]] for row in rows if row[1] in words}


def find_cut_off(session: Session, versions: tuple[str, str], sample: int | None) -> ListTrial | None:
    """The last trial of two versions (before, after) over such a sample that no draft asked for, if it did not come to its
    end: whoever holds the lock of trials may go on with it."""
    last = session.scalar(
        select(ListTrial)
        .where(
            ListTrial.draft_id.is_(None),
            ListTrial.version_before == versions[0],
            ListTrial.version_after == versions[1],
        )
        .order_by(ListTrial.id.desc())
        .limit(1)
        .with_for_update()
    )
    goes_on = last and last.until_snapshot_id is not None and last.sample == sample
    return last if last and goes_on and last.state in (TrialState.RUNNING, TrialState.FAILED) else None


def take_up_trial(trial: ListTrial, now: datetime) -> None:
    """A trial that was cut off, or failed by an error, runs again from where it stood: its figures, its differences and how
    many pages are judged were written together, so nothing is counted twice."""
    trial.state, trial.fault, trial.finished_at, trial.last_heartbeat_at = TrialState.RUNNING, None, None, now


def begin_trial(
    session: Session,
    draft_id: int | None,
    versions: tuple[str, str],
    pages: Sequence[int],
    actor: str,
    now: datetime,
    sample: int | None = None,
) -> ListTrial:
    """A trial of two versions (before, after) over pages (of `pages_to_try`)."""
    trial = ListTrial(
        draft_id=draft_id,
        actor=actor,
        version_before=versions[0],
        version_after=versions[1],
        pages=len(pages),
        sample=sample,
        until_snapshot_id=max(pages, default=None),
        judged=0,
        state=TrialState.RUNNING,
        started_at=now,
        last_heartbeat_at=now,
    )
    session.add(trial)
    session.flush()
    subject = f"草稿 {draft_id}" if draft_id else "关键词表"
    words = f"在 {len(pages)} 个已存页面上试运行"
    audit.append(session, actor, "lists_trial", now, subject, reason=words)
    return trial


def find_trial(session: Session, trial_id: int) -> ListTrial | None:
    """A trial."""
    return session.get(ListTrial, trial_id)


def list_trials(session: Session, draft_id: int, now: datetime) -> list[ListTrial]:
    """The draft's trials, newest first. One that has been silent for minutes was cut off, and counts as
    failed."""
    query = select(ListTrial).where(ListTrial.draft_id == draft_id).order_by(ListTrial.id.desc())
    found = list(session.scalars(query))
    for trial in found:
        if trial.state is TrialState.RUNNING and trial.last_heartbeat_at < now - _SILENT:
            trial.state, trial.fault, trial.finished_at = TrialState.FAILED, "运行被中断，请重新试运行", now
    return found


def list_differences(
    session: Session, trial_id: int, kind: str, limit: int, after_id: int = 0, district: str | None = None
) -> Sequence[TrialDifference]:
    """The pages that the trial judged differently, with page and institution; of one district only, where one is given."""
    query = select(TrialDifference).where(TrialDifference.trial_id == trial_id, TrialDifference.id > after_id)
    if kind in KINDS:
        query = query.where(TrialDifference.kind == kind)
    if district:
        there = select(Snapshot.id).join(Snapshot.page).join(Page.source).join(Source.institution)
        query = query.where(TrialDifference.snapshot_id.in_(there.where(Institution.district == district)))
    page = joinedload(TrialDifference.snapshot).joinedload(Snapshot.page)
    return session.scalars(
        query.options(
            page.joinedload(Page.source).joinedload(Source.institution),
        )
        .order_by(TrialDifference.id)
        .limit(limit)
    ).all()


def find_difference(session: Session, trial_id: int, snapshot_id: int) -> TrialDifference | None:
    """The difference that a trial found on one page."""
    return session.scalar(
        select(TrialDifference).where(
            TrialDifference.trial_id == trial_id, TrialDifference.snapshot_id == snapshot_id
        )
    )


def precision(figures: dict[str, Any], side: str) -> Precision:
    """How right the flags are, by the reviewers' own decisions: `side` is "before" or "after"."""
    return Precision(figures[f"{side}_confirmed"], figures[f"{side}_dismissed"])
