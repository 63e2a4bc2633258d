"""A page is judged on Beijing's day, with the registry's facts."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Engine, update

from classifiers.page.identity import KnownInstitutions
from classifiers.values import PageText
from records.database import reading, transaction
from records.judgements.facts import judge_page, register_of
from records.models import Certificate, CertificateStatus, Institution, Snapshot
from tests.records import registered

NUMBER = "（云）医广【2026】第11-20-0355号"
ADVERT = f"云溪第1医院骨科门诊。欢迎咨询，咨询电话：400-000-1111。{NUMBER}"


@pytest.mark.parametrize(
    ("fetched_at", "rule"),
    [
        (datetime(2026, 11, 28, 15, 59, tzinfo=UTC), "certificate-not-yet-valid"),
        (datetime(2026, 11, 28, 18, 0, tzinfo=UTC), None),  # 02:00 of the 29th in Beijing
        (datetime(2027, 11, 28, 15, 59, tzinfo=UTC), None),
        (datetime(2027, 11, 28, 16, 0, tzinfo=UTC), "certificate-expired"),
    ],
)
@pytest.mark.databases("sqlite")
def test_a_certificate_is_valid_from_midnight_to_midnight_in_beijing(
    engine: Engine, store, rules, fetched_at: datetime, rule: str | None
) -> None:
    with transaction(engine) as session:
        source = registered.site(session)
        session.add(
            Certificate(
                institution_id=source.institution_id,
                number="(云)医广[2026]第11-20-0355号",
                number_as_written=NUMBER,
                valid_from=date(2026, 11, 29),
                valid_to=date(2027, 11, 28),
                media=[],
                approved_text=ADVERT,
                issuing_office="云溪市卫生健康委员会",
                status=CertificateStatus.VALID,
            )
        )
    kept = registered.snapshot(engine, store, source, fetched_at, url="http://127.0.0.1:1/a", text=ADVERT)
    with transaction(engine) as session:
        found = judge_page(
            session,
            rules,
            PageText.of_plain(ADVERT),
            session.get_one(Snapshot, kept.id),
            KnownInstitutions(()),
        )
    certificates = [finding.rule for finding in found.findings if finding.rule.startswith("certificate")]
    assert certificates == ([rule] if rule else [])


@pytest.mark.parametrize(
    ("valid_to", "status", "rule"),
    [
        (date(2027, 11, 28), CertificateStatus.VALID, "certificate-none"),
        (date(2026, 11, 30), CertificateStatus.VALID, "certificate-unobtained"),
        (date(2027, 11, 28), CertificateStatus.REVOKED, "certificate-unobtained"),
    ],
)
@pytest.mark.databases("sqlite")
def test_an_advert_without_a_number_is_told_apart_by_what_the_registry_has_on_that_day(
    engine: Engine, store, rules, valid_to: date, status: CertificateStatus, rule: str
) -> None:
    with transaction(engine) as session:
        source = registered.site(session)
        session.add(
            Certificate(
                institution_id=source.institution_id,
                number="(云)医广[2026]第11-20-0355号",
                number_as_written=NUMBER,
                valid_from=date(2025, 12, 1),
                valid_to=valid_to,
                media=[],
                approved_text=ADVERT,
                issuing_office="云溪市卫生健康委员会",
                status=status,
            )
        )
    text = ADVERT.removesuffix(NUMBER)
    day = datetime(2026, 12, 1, 4, 0, tzinfo=UTC)
    kept = registered.snapshot(engine, store, source, day, url="http://127.0.0.1:1/a", text=text)
    with transaction(engine) as session:
        page, snapshot = PageText.of_plain(text), session.get_one(Snapshot, kept.id)
        found = judge_page(session, rules, page, snapshot, register_of(session)).findings
    assert [finding.rule for finding in found if finding.rule.startswith("certificate")] == [rule]


def test_the_register_is_made_once_until_the_registry_changes(engine: Engine) -> None:
    with transaction(engine) as session:
        first = registered.institution(session, 1)
    with reading(engine) as session:
        register = register_of(session)
        assert [one.name for one in register.institutions] == ["云溪第1医院"]
        assert register_of(session) is register
    with transaction(engine) as session:
        registered.institution(session, 2)
    with reading(engine) as session:
        assert len(register_of(session).institutions) == 2
    with transaction(engine) as session:
        session.execute(update(Institution).where(Institution.id == first.id).values(name="云溪中医院"))
    with reading(engine) as session:
        assert {one.name for one in register_of(session).institutions} == {"云溪中医院", "云溪第2医院"}
