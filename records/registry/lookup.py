"""What anybody may look up of the registry 搜医网: institutions with their sites and certificates, nothing of cases."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, selectinload

from classifiers.page.certificates import canonical_number
from records.models import Certificate, CertificateStatus, Institution, Source

_SHORTEST, _LONGEST, _MOST = 2, 60, 20
# The stand-in that holds pages of nobody in the registry (`records.tips`): it is not an institution.
_NOBODY = "UNREGISTERED"
_WHOLE = (selectinload(Institution.sources), selectinload(Institution.certificates))


def find_institutions(session: Session, words: str) -> Sequence[Institution]:
    """The institutions in whose name, site, account or certificate's number the words stand, or whose credit code they
    are, by name, the first few; none for fewer than two characters."""
    words = words.strip()[:_LONGEST]
    if len(words) < _SHORTEST:
        return []
    host = words.removeprefix("https://").removeprefix("http://").removeprefix("www.").rstrip("/")
    of_source = select(Source.institution_id).where(
        Source.enabled,
        or_(Source.address.contains(host, autoescape=True), Source.name.contains(words, autoescape=True)),
    )
    found = [Institution.credit_code == words.upper(), Institution.name.contains(words, autoescape=True)]
    found.append(Institution.id.in_(of_source))
    if number := _number(words):
        of_number = select(Certificate.institution_id).where(Certificate.number == number)
        found.append(Institution.id.in_(of_number))
    query = select(Institution).where(or_(*found), Institution.credit_code != _NOBODY)
    return session.scalars(query.order_by(Institution.name, Institution.id).limit(_MOST)).all()


def find_institution(session: Session, credit_code: str) -> Institution | None:
    """The institution of that credit code, with its sites, accounts and certificates."""
    if credit_code == _NOBODY:
        return None
    query = select(Institution).where(Institution.credit_code == credit_code)
    return session.scalar(query.options(*_WHOLE))


def certificate_state(certificate: Certificate, today: date) -> str:
    """Whether a certificate holds on that day, in words."""
    if certificate.status is not CertificateStatus.VALID:
        return certificate.status.label
    if today < certificate.valid_from:
        return "未生效"
    return "已过期" if today > certificate.valid_to else "有效"


def _number(words: str) -> str | None:
    try:
        return canonical_number(words)
    except ValueError:
        return None
