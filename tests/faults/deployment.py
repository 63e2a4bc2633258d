"""A small deployment for faults to strike: a site with adverts on it, and a count of the damage to its
records."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Engine, select

from records import audit
from records.backups.evidence_copy import find_faults
from records.backups.named import list_named
from records.cases.captures import check_captures
from records.database import reading, transaction
from records.models import Capture, Case, JudgementRecord, Page, PlannedPage, PlannedState, Snapshot, Visit
from records.store.content_store import EvidenceStore
from records.store.folder_store import FolderStore
from tests import commands
from tests.records import registered
from tests.servers.site import Answer, LoopbackSite, page, serving

ADVERT = "我院治愈率98%，永不复发，欢迎咨询。"
ONE_IN = 4  # pages that are adverts


@dataclass(frozen=True)
class Damage:
    """Missing rows, duplicates, and parts of the evidence or the log that do not verify."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)


@dataclass
class Deployment:
    """A site of pages, and the database and store that its pages go into."""

    site: LoopbackSite
    engine: Engine
    store: EvidenceStore
    environment: Mapping[str, str]
    captures: bool

    def start(self, *arguments: str, **more: str) -> commands.RunningCommand:
        return commands.start(*arguments, environment={**self.environment, **more})

    def run(self, *arguments: str, **more: str) -> commands.Done:
        return self.start(*arguments, **more).communicate(240)

    def crawl(self, **more: str) -> commands.Done:
        return self.run("crawl", *([] if self.captures else ["--no-capture"]), **more)

    def damage(self) -> Damage:
        """Of the first visit, which a fault interrupts and later crawls go on with."""
        urls = {f"{self.site.url}{path}" for path in self.site.pages}
        adverts = {
            url for url in urls if ADVERT in str(self.site.pages[url.removeprefix(self.site.url)].body)
        }
        found = Damage()
        with reading(self.engine) as session:
            visit = session.scalars(select(Visit.id).order_by(Visit.id)).first()
            rows = select(PlannedPage).where(PlannedPage.visit_id == visit, PlannedPage.is_feed.is_(False))
            states = {row.url: row.state for row in session.scalars(rows)}
            kept = Counter(
                session.scalars(
                    select(Page.url)
                    .join(Snapshot, Snapshot.page_id == Page.id)
                    .where(Snapshot.visit_id == visit)
                )
            )
            flagged = Counter(session.scalars(select(Page.url).join(Case, Case.page_id == Page.id)))
            found.lost.extend(
                url for url in urls if states.get(url) is not PlannedState.FETCHED or not kept[url]
            )
            found.lost.extend(f"case of {url}" for url in adverts if not flagged[url])
            found.doubled.extend(
                url for url, count in (kept + flagged).items() if kept[url] > 1 or flagged[url] > 1
            )
            found.doubled.extend(f"case of {url}" for url in flagged if url not in adverts)
            unlawful = set(
                session.scalars(select(JudgementRecord.snapshot_id).where(JudgementRecord.unlawful))
            )
            if self.captures:
                missing = unlawful - set(session.scalars(select(Capture.snapshot_id)))
                found.lost.extend(f"evidence of snapshot {one}" for one in missing)
            found.broken.extend(
                fault for _, faults in check_captures(session, self.store) for fault in faults
            )
            found.broken.extend(find_faults(list_named(session, self.store), self.store))
            if audit.verify(session).broken_at:
                found.broken.append("the log's chain")
        return found


@contextmanager
def deployed(
    engine: Engine, folder: Path, *, pages: int = 8, delay: float = 0.0, captures: bool = False
) -> Iterator[Deployment]:
    """A deployment whose site has that many pages, each of which takes its time to answer."""
    names = [f"/p{number}.html" for number in range(pages)]
    site_pages = {"/": Answer(page(*names))} | {
        name: Answer(
            page(words=(ADVERT if number % ONE_IN == 0 else "") + f"第{number}页的内容，门诊时间。" * 30),
            delay=delay,
        )
        for number, name in enumerate(names)
    }
    with serving(site_pages) as site:
        with transaction(engine) as session:
            registered.site(session, f"{site.url}/")
        url = engine.url.render_as_string(hide_password=False)
        yield Deployment(
            site,
            engine,
            FolderStore(folder / "evidence"),
            commands.environment_of(url, folder / "evidence"),
            captures,
        )
