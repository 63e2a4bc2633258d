"""Sites that the registry does not know, and that pages which we have tie to an institution: by the number under which a
site is filed (ICP 备案), a certificate, a phone, or a name."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Literal
from urllib.parse import urlsplit

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from classifiers.page.certificates import find_numbers, may_show_numbers
from classifiers.page.identity import KnownInstitutions, find_contacts
from classifiers.text.normalise import normalise
from classifiers.values import PageText
from records.judgements.facts import register_of
from records.models import Certificate, Institution, Page, Snapshot, Source, SourceKind
from records.snapshots.snapshots import read_text
from records.store.content_store import EvidenceStore
from records.visits.targets import registered_hosts

SignKind = Literal["备案号", "审查证明文号", "电话", "名称"]
# How surely each identifies a site's owner: news and directories name institutions, too.
_WEIGHT: Mapping[SignKind, int] = {"备案号": 8, "审查证明文号": 4, "电话": 2, "名称": 1}
# 云ICP备2026000001号-2: the number is the owner's, the part after the dash counts its sites (工信部令第33号,
# art. 13).
_FILED = re.compile(r"([\u4e00-\u9fff])\s*ICP\s*[备证]\s*(?:字\s*)?(?:第\s*)?(\d{6,10})\s*号", re.I)
_MOST_PAGES, _MOST_OF_A_HOST = 20_000, 5
_NOT_REGISTERED = "UNREGISTERED"


@dataclass(frozen=True, order=True)
class Sign:
    """A link from a page to an institution: its kind, its words, its address."""

    kind: SignKind
    words: str
    url: str


@dataclass(frozen=True)
class UnknownSite:
    """A site that may be an institution's, by these signs, the surest first."""

    institution: str
    credit_code: str
    address: str
    signs: tuple[Sign, ...]

    @property
    def weight(self) -> int:
        """How sure it is: the kinds of its signs together."""
        return sum(_WEIGHT[kind] for kind in {sign.kind for sign in self.signs})


def filed_numbers(text: str) -> list[str]:
    """The ICP numbers in a text as they are filed, without the counter of an owner's sites, each once."""
    found = (f"{match[1]}ICP备{match[2]}号" for match in _FILED.finditer(text))
    return list(dict.fromkeys(found))


def find_unknown_sites(
    session: Session, store: EvidenceStore, without: frozenset[str] = frozenset()
) -> list[UnknownSite]:
    """Sites on whose pages, as we have them, something of a registered institution stands, the surest first.
    `without`: shared hosts, such as those of platforms."""
    owners = _owners(session)
    filed = _filed_by(session, store)
    register, holders = register_of(session), _holders(session)
    found: dict[tuple[str, str], set[Sign]] = {}
    for url, page in _pages_elsewhere(session, store, without):
        parts = urlsplit(url)
        for name, sign in _signs(page, url, register, filed, holders):
            found.setdefault((name, f"{parts.scheme}://{parts.netloc.lower()}/"), set()).add(sign)
    sites = (
        UnknownSite(
            name, owners[name], address, tuple(sorted(signs, key=lambda sign: (-_WEIGHT[sign.kind], sign)))
        )
        for (name, address), signs in found.items()
        if name in owners
    )
    return sorted(sites, key=lambda site: (-site.weight, site.institution, site.address))


def _signs(
    page: PageText,
    url: str,
    register: KnownInstitutions,
    filed: Mapping[str, str],
    holders: Mapping[str, str],
) -> Iterator[tuple[str, Sign]]:
    """The institutions to which signs on a page point, with the signs."""
    normal = normalise(page.text)
    for number in filed_numbers(normal.text):
        if owner := filed.get(number):
            yield owner, Sign("备案号", number, url)
    if may_show_numbers(page.text):
        for shown in find_numbers(normal):
            if shown.canonical and (owner := holders.get(shown.canonical)):
                yield owner, Sign("审查证明文号", shown.canonical, url)
    for contact in find_contacts(replace(page, blocks=()), normal, register, named=False):
        if contact.whose:
            yield contact.whose, Sign("电话", contact.quote, url)
    for mention in register.mentions(page, normal):
        yield mention.institution, Sign("名称", mention.quote, url)


def _owners(session: Session) -> dict[str, str]:
    """Credit codes by the first name of registered institutions."""
    rows = select(Institution.name, Institution.credit_code)
    return {name: code for name, code in session.execute(rows) if code != _NOT_REGISTERED}


def _holders(session: Session) -> dict[str, str]:
    """The holder of each certificate, by its canonical number."""
    rows = session.execute(select(Certificate.number, Institution.name).join(Institution))
    return {row.number: row.name for row in rows}


def _filed_by(session: Session, store: EvidenceStore) -> dict[str, str]:
    """The owners of ICP numbers, from the start pages of registered sites; a number that several show is left
    out: it belongs to the sites' maker."""
    newest = select(func.max(Snapshot.id)).group_by(Snapshot.page_id)
    rows = session.execute(
        select(Institution.name, Snapshot)
        .join(Source, Source.institution_id == Institution.id)
        .join(Page, (Page.source_id == Source.id) & (Page.url == Source.address))
        .join(Snapshot, Snapshot.page_id == Page.id)
        .where(Source.kind == SourceKind.SITE, Source.enabled, Snapshot.id.in_(newest))
    )
    owners: dict[str, set[str]] = {}
    for name, snapshot in rows:
        page = read_text(store, snapshot)
        for number in filed_numbers(page.text if page else ""):
            owners.setdefault(number, set()).add(name)
    return {number: next(iter(names)) for number, names in owners.items() if len(names) == 1}


def _pages_elsewhere(
    session: Session, store: EvidenceStore, without: frozenset[str]
) -> Iterator[tuple[str, PageText]]:
    """Pages that we have of hosts that no registered site has, with their texts: the newest of each, some of
    each host."""
    known = registered_hosts(session)
    seen: dict[str, int] = {}
    newest = select(func.max(Snapshot.id)).group_by(Snapshot.page_id)
    rows = session.execute(
        select(Snapshot.id, Snapshot.final_url).where(Snapshot.id.in_(newest)).order_by(Snapshot.id.desc())
    ).all()
    elsewhere = ((own, url) for own, url in rows if _is_elsewhere(url, known, without, seen))
    for own, url in islice(elsewhere, _MOST_PAGES):
        page = read_text(store, session.get_one(Snapshot, own))
        if page is not None:
            yield url, page


def _is_elsewhere(url: str, known: frozenset[str], without: frozenset[str], seen: dict[str, int]) -> bool:
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    if not host or parts.netloc.lower() in known or any(_is_of(host, everybody) for everybody in without):
        return False
    seen[host] = seen.get(host, 0) + 1
    return seen[host] <= _MOST_OF_A_HOST


def _is_of(host: str, domain: str) -> bool:
    return host == domain or host.endswith(f".{domain}")


def site_rows(sites: Sequence[UnknownSite]) -> list[dict[str, str]]:
    """Rows of a registry's table of sites, to be imported once a person has removed the wrong ones."""
    return [
        {
            "统一社会信用代码": site.credit_code,
            "网址": site.address,
            "机构名称": site.institution,
            "依据": "；".join(f"{sign.kind}{sign.words}（{sign.url}）" for sign in site.signs[:5]),
        }
        for site in sites
    ]
