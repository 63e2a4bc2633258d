"""Pages found outside the registry: added as our own tips 线索, which are fetched, judged and read."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from records.local_time import local_day
from records.models import Page, Tip, TipChannel
from records.tips import NewTip, TipRefused, add_tip
from records.visits.targets import registered_hosts


@dataclass(frozen=True)
class Taken:
    """How many found pages became tips, were known already, and were refused."""

    added: int
    known: int
    refused: int


def take_found(session: Session, found: Iterable[tuple[str, str]], *, actor: str, now: datetime) -> Taken:
    """Add found pages (address, and how it was found, in Chinese) as tips; those of registered sites are
    patrolled anyway, and known pages or tips are not added twice."""
    by_url = dict(found)
    known_hosts = registered_hosts(session)
    there = {
        *session.scalars(select(Page.url).where(Page.url.in_(by_url))),
        *session.scalars(select(Tip.url).where(Tip.url.in_(by_url))),
    }
    added = known = refused = 0
    for url, how in by_url.items():
        if url in there or urlsplit(url).netloc.lower() in known_hosts:
            known += 1
            continue
        try:
            new = NewTip(url, content=how, channel=TipChannel.OWN.value)
            add_tip(session, new, actor=actor, today=local_day(now), now=now)
            added += 1
        except TipRefused:
            refused += 1
    return Taken(added, known, refused)
