"""The registry's facts about a page, and the judgement with them: for patrols, re-checks and trials alike."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, joinedload

from classifiers.judge import certificate_numbers, judge
from classifiers.lists.rules import RuleSet
from classifiers.page.identity import KnownInstitution, KnownInstitutions
from classifiers.values import Facts, Judgement, KnownCertificate, PageText
from records.local_time import local_day
from records.models import (
    AuditEntry,
    Case,
    CaseState,
    Certificate,
    CertificateStatus,
    Institution,
    Page,
    Snapshot,
    Source,
    SourceKind,
    find_registry_revision,
)


def known_certificates(session: Session, numbers: Iterable[str]) -> dict[str, KnownCertificate]:
    """The registry's facts about the certificates with these canonical numbers."""
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


def register_of(session: Session) -> KnownInstitutions:
    """All institutions' names and phones, to be recognised on pages, and when each holds a certificate.

    This process caches the result until the registry changes: half a million names take seconds.
    """
    revision = find_registry_revision(session)
    database = session.get_bind().engine.url.render_as_string(hide_password=False)
    if revision is None:
        return _read_register(session)
    if _kept.get(database, (None,))[0] != revision:
        _kept[database] = revision, _read_register(session)
    return _kept[database][1]


_kept: dict[str, tuple[str, KnownInstitutions]] = {}  # by database: the registry's revision, and its register


def _read_register(session: Session) -> KnownInstitutions:
    certified = defaultdict(list)
    valid = select(Certificate.institution_id, Certificate.valid_from, Certificate.valid_to)
    for owner, since, until in session.execute(valid.where(Certificate.status == CertificateStatus.VALID)):
        certified[owner].append((since, until))
    rows = session.execute(
        select(Institution.id, Institution.name, Institution.other_names, Institution.phones)
    )
    return KnownInstitutions(
        tuple(
            KnownInstitution(name, tuple(others), tuple(phones), tuple(certified[own]))
            for own, name, others, phones in rows
        )
    )


def _own_hosts(source: Source) -> tuple[str, ...]:
    """The hosts of an institution's own site; an account's feed has none."""
    if source.kind is SourceKind.ACCOUNT:
        return ()
    return tuple(filter(None, (urlsplit(source.address).hostname, *source.other_hosts)))


def confirmed_cases(session: Session, institution_ids: Iterable[int]) -> dict[int, int]:
    """By institution, how many cases of its pages were found unlawful, whatever their later outcome."""
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
    register: KnownInstitutions,
    confirmed: Mapping[int, int] | None = None,
) -> Judgement:
    """Judge a snapshot's page with the registry's facts about its institution and the numbers it shows.

    `confirmed` are the confirmed cases by institution, if they are known.
    """
    source = snapshot.page.source
    owner = source.institution
    before = confirmed_cases(session, [owner.id]) if confirmed is None else confirmed
    day = local_day(snapshot.fetched_at)
    facts = Facts(
        seen_on=day,
        institution_names=(owner.name, *owner.other_names),
        certificates=known_certificates(session, certificate_numbers(page)),
        source="account" if source.kind is SourceKind.ACCOUNT else "site",
        confirmed_before=before.get(owner.id, 0),
        holds_certificate=register.holds_certificate(owner.name, day),
        contacts=(*owner.phones, *owner.addresses, *_own_hosts(source)),
    )
    return judge(page, rules, facts, register)
