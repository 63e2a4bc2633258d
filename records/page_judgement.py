"""A stored page judged with what the registry knows: by patrols, re-checks and trials alike."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from classifiers.identity import Register
from classifiers.judge import certificate_numbers, judge
from classifiers.lists import RuleSet
from classifiers.values import Facts, Judgement, PageText
from records.flagging import confirmed_cases, known_certificates
from records.models import Snapshot


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
    whose = snapshot.page.source.institution
    before = confirmed_cases(session, [whose.id]) if confirmed is None else confirmed
    facts = Facts(
        seen_on=snapshot.fetched_at.date(),
        institution_names=(whose.name, *whose.other_names),
        certificates=known_certificates(session, certificate_numbers(page)),
        source="account" if snapshot.page.account_id else "site",
        confirmed_before=before.get(whose.id, 0),
    )
    return judge(page, rules, facts, register)
