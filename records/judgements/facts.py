"""What the registry knows of a page, and the page judged with it: by patrols, re-checks and trials alike."""

from collections.abc import Iterable, Mapping

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, joinedload

from classifiers.judge import certificate_numbers, judge
from classifiers.lists.rules import RuleSet
from classifiers.page.identity import Register, Registered
from classifiers.values import Facts, Judgement, KnownCertificate, PageText
from records.local_time import local_day
from records.models import (
    AuditEntry,
    Case,
    CaseState,
    Certificate,
    Institution,
    Page,
    Snapshot,
    Source,
    SourceKind,
)


def known_certificates(session: Session, numbers: Iterable[str]) -> dict[str, KnownCertificate]:
    """What the registry knows of the certificates with these canonical numbers."""
    if not (asked := list(numbers)):
        return {}
    rows = session.scalars(
        select(Certificate).where(Certificate.number.in_(asked)).options(joinedload(Certificate.institution))
    )
    return {
        row.number: KnownCertificate(
            number=row.number,
            institution=row.institution.name,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            media=tuple(row.media),
            approved_text=row.approved_text,
            standing=row.status.value,  # type: ignore[arg-type] # the enum's values are the Literal's
        )
        for row in rows
    }


def register_of(session: Session) -> Register:
    """All institutions' names and phones, to be recognised on pages."""
    rows = session.execute(select(Institution.name, Institution.other_names, Institution.phones))
    return Register(tuple(Registered(name, tuple(others), tuple(phones)) for name, others, phones in rows))


def confirmed_cases(session: Session, institution_ids: Iterable[int]) -> dict[int, int]:
    """By institution, how many cases of its pages were found unlawful, whatever came of them since."""
    query = (
        select(Source.institution_id, func.count(Case.id))
        .join(Page, Page.id == Case.page_id)
        .join(Source, Source.id == Page.source_id)
        .where(
            Source.institution_id.in_(list(institution_ids)),
            exists().where(AuditEntry.case_id == Case.id, AuditEntry.to_state == CaseState.UNLAWFUL),
        )
        .group_by(Source.institution_id)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def judge_page(
    session: Session,
    rules: RuleSet,
    page: PageText,
    snapshot: Snapshot,
    register: Register,
    confirmed: Mapping[int, int] | None = None,
) -> Judgement:
    """Judge a snapshot's page with what the registry knows of its institution and of the numbers it shows.

    `confirmed` are the confirmed cases by institution, if they are known.
    """
    source = snapshot.page.source
    whose = source.institution
    before = confirmed_cases(session, [whose.id]) if confirmed is None else confirmed
    facts = Facts(
        seen_on=local_day(snapshot.fetched_at),
        institution_names=(whose.name, *whose.other_names),
        certificates=known_certificates(session, certificate_numbers(page)),
        source="account" if source.kind is SourceKind.ACCOUNT else "site",
        confirmed_before=before.get(whose.id, 0),
    )
    return judge(page, rules, facts, register)
