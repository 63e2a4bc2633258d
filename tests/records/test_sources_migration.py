"""Sites and accounts become sources with all that refers to them, and sources become sites and accounts again."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from alembic.command import check
from sqlalchemy import Connection, Engine, MetaData, func, insert, select, text
from sqlalchemy.exc import IntegrityError

from records.database import reading, transaction
from records.migrations import downgrade, migration_config, upgrade
from records.models import Case, Institution, Matter, Page, Source, SourceKind, Tip, Visit
from records.visits.targets import list_due_sources, open_visit
from tests.records import registered

Rows = dict[str, list[dict[str, Any]]]
_THEN = datetime(2026, 10, 8, 1, 30, tzinfo=UTC)
_HASH = "5" * 64
# Values of columns that matter to no test here, by the type that the database gives them.
_FILLERS = {"JSON": [], "VARCHAR": "", "TEXT": "", "INTEGER": 0, "BOOLEAN": True, "DATE": date(2026, 10, 8)}


@pytest.fixture
def old(engine: Engine) -> Engine:
    """A database of the revision before, with two sites and two accounts whose ids are the sites' too."""
    downgrade(engine, "0019")
    with engine.begin() as connection:
        _fill(connection)
    return engine


def test_all_that_referred_to_sites_and_accounts_refers_to_their_sources(old: Engine) -> None:
    upgrade(old)
    check(migration_config(old))
    with reading(old) as session:
        sources = {source.display_name: source for source in session.scalars(select(Source))}
        assert {name: source.kind for name, source in sources.items()} == {
            "http://west.test/": SourceKind.SITE,
            "http://east.test/": SourceKind.SITE,
            "城西号": SourceKind.ACCOUNT,
            "城东号": SourceKind.ACCOUNT,
        }
        assert {page.url: page.source.display_name for page in session.scalars(select(Page))} == {
            "http://west.test/1": "http://west.test/",
            "http://east.test/1": "http://east.test/",
            "http://mp.test/west/1": "城西号",
            "http://mp.test/east/1": "城东号",
        }
        assert [visit.source.display_name for visit in session.scalars(select(Visit).order_by(Visit.id))] == [
            "http://west.test/", "http://east.test/", "城西号", "城东号", "城东号",
        ]  # fmt: skip
        matters = {matter.source.display_name: matter.opened_on for matter in session.scalars(select(Matter))}
        assert matters == {"http://east.test/": date(2026, 10, 8), "城东号": date(2026, 10, 9)}
        owners = {
            source.display_name: owner.name
            for owner in session.scalars(select(Institution))
            for source in owner.sources
        }
        assert owners == dict.fromkeys(("http://west.test/", "城西号"), "城西医院") | dict.fromkeys(
            ("http://east.test/", "城东号"), "城东医院"
        )
        cases = session.scalars(select(Case).order_by(Case.id)).all()
        assert [case.page.source.display_name for case in cases] == ["http://east.test/", "城东号"]
        assert [case.transfers[0].matter.source_id for case in cases] == [
            case.page.source_id for case in cases
        ]
        assert [tip.page.source.display_name for tip in session.scalars(select(Tip)) if tip.page] == [
            "城西号"
        ]


@pytest.mark.databases("sqlite")
def test_how_each_was_crawled_is_kept(old: Engine) -> None:
    upgrade(old)
    with reading(old) as session:
        site = session.scalars(select(Source).where(Source.address == "http://east.test/")).one()
        account = session.scalars(select(Source).where(Source.name == "城东号")).one()
        assert (site.max_depth, site.other_hosts, site.obey_robots, site.robots_reason) == (
            7, ["m.east.test"], False, "某局批准",
        )  # fmt: skip
        assert (site.visit_hours, site.next_visit_at, site.enabled) == ("22-6", _THEN, True)
        assert (site.interval_factor, site.delay_seconds) == (0.5, 2.5)
        assert (account.address, account.biz) == ("http://mp.test/east/feed", "MzB1")
        assert (account.max_depth, account.other_hosts, account.obey_robots) == (1, [], True)
        assert (account.max_pages, account.delay_seconds, account.interval_factor) == (60, 2.5, 2.0)


@pytest.mark.databases("sqlite")
def test_crawls_go_on_with_the_sources(old: Engine) -> None:
    now = datetime(
        2026, 11, 24, 15, tzinfo=UTC
    )  # 23 o'clock in China: within the hours of the site that has some
    upgrade(old)
    with transaction(old) as session:
        registered.site(session, "http://new.test/")
        due = list_due_sources(session, now)
        assert [source.display_name for source in due] == [
            "http://west.test/", "http://east.test/", "http://new.test/", "城西号", "城东号",
        ]  # fmt: skip
    targets = {source.display_name: open_visit(old, source, now) for source in due}
    assert {name for name, target in targets.items() if target.resumed} == {"http://west.test/"}


def test_the_way_back_brings_the_same_rows(old: Engine) -> None:
    before = _rows(old)
    upgrade(old)
    downgrade(old, "0019")
    after = _rows(old)
    assert sum(len(rows) for rows in before.values()) > 30
    assert _with_names(after) == _with_names(before)
    with old.begin() as connection:  # and their ids are counted on
        table = _tables(connection).tables["accounts"]
        _insert(connection, table, institution_id=1, name="新号", feed_url="http://mp.test/new/feed")
        assert connection.scalar(select(func.count()).select_from(table)) == 3


@pytest.mark.databases("sqlite")
def test_an_empty_database_goes_up_and_down(engine: Engine) -> None:
    downgrade(engine, "0019")
    upgrade(engine)
    with transaction(engine) as session:
        assert registered.site(session).id == 1


def test_an_account_has_a_name_and_a_site_has_none(engine: Engine) -> None:
    with transaction(engine) as session:
        owner = registered.institution(session).id
    for kind, name in ((SourceKind.ACCOUNT, None), (SourceKind.SITE, "城东号")):
        with pytest.raises(IntegrityError), transaction(engine) as session:
            session.add(Source(institution_id=owner, kind=kind, name=name, address="http://a.test/"))


@pytest.mark.databases("postgresql")
def test_the_log_says_how_its_actors_are_written(engine: Engine) -> None:
    comment = text("SELECT col_description('audit_entries'::regclass, 3)")
    with engine.connect() as connection:
        assert connection.scalar(comment) == "user:NAME, office:OFFICE/NAME or system:TASK"
    downgrade(engine, "0019")
    with engine.connect() as connection:
        assert connection.scalar(comment) == "reviewer:NAME, office:NAME or system:TASK"


def _fill(connection: Connection) -> None:
    def add(table: str, **values: Any) -> int:
        return _insert(connection, tables[table], **values)

    tables = _tables(connection).tables
    places = (("west", "城西", 1), ("east", "城东", 2))
    pages: dict[str, int] = {}
    for place, name, number in places:
        add("institutions", id=number, credit_code=f"CODE{number}", name=f"{name}医院", level="other")
        east = place == "east"
        plan = {"interval_hours": 12.0, "next_visit_at": _THEN if east else None, "delay_seconds": 2.5}
        add(
            "sites", id=number, institution_id=number, start_url=f"http://{place}.test/", max_depth=7, max_pages=80,
            other_hosts=[f"m.{place}.test"], obey_robots=not east, robots_reason="某局批准" if east else None,
            visit_hours="22-6" if east else None, pace=0.5, **plan,
        )  # fmt: skip
        add(
            "accounts", id=number, institution_id=number, name=f"{name}号", biz=f"MzB{number - 1}", max_pages=60,
            feed_url=f"http://mp.test/{place}/feed", pace=2.0, **plan,
        )  # fmt: skip
    for column, address in (("site_id", "http://{}.test/1"), ("account_id", "http://mp.test/{}/1")):
        for place, _, number in places:
            of_source = {column: number}
            url = address.format(place)
            cut_off = url == "http://west.test/1"
            visit = add(
                "visits", kind=column.removesuffix("_id"), started_at=_THEN, finished_at=None if cut_off else _THEN,
                **of_source,
            )  # fmt: skip
            pages[url] = add("pages", url=url, **of_source)
            add("planned_pages", visit_id=visit, url=url, state="waiting" if cut_off else "fetched")
            snapshot = add(
                "snapshots", page_id=pages[url], visit_id=visit, fetched_at=_THEN, status=200, body_sha256=_HASH,
                final_url=url,
            )  # fmt: skip
            add("judgements", snapshot_id=snapshot, judged_at=_THEN, page_kind="advert", score=20 + snapshot)
    office = add("offices", name="云溪市网信办", kind="cyberspace")
    cases = (("http://east.test/1", "site_id", 8), ("http://mp.test/east/1", "account_id", 9))
    for judgement, (url, column, day) in zip((2, 4), cases, strict=True):
        case = add(
            "cases", page_id=pages[url], judgement_id=judgement, state="transferred", opened_at=_THEN,
            changed_at=_THEN,
        )  # fmt: skip
        matter = add("matters", office_id=office, opened_on=date(2026, 10, day), **{column: 2})
        add("transfers", case_id=case, office_id=office, matter_id=matter, transferred_at=_THEN)
    add("visits", kind="recheck", account_id=2, started_at=_THEN, finished_at=_THEN)
    add("verifications", case_id=2, checked_at=_THEN, outcome="gone")
    add("tips", url="http://mp.test/west/1", channel="hotline", added_at=_THEN, state="flagged",
        page_id=pages["http://mp.test/west/1"])  # fmt: skip


def _tables(connection: Connection) -> MetaData:
    tables = MetaData()
    tables.reflect(connection)
    return tables


def _insert(connection: Connection, table: Any, **values: Any) -> int:
    """Add a row, and fill required columns that are not given; returns its id."""
    for column in table.columns:
        if column.name not in values and not column.nullable and not column.primary_key:
            kind = type(column.type).__name__
            values[column.name] = _FILLERS.get(kind, 1.0)
    return int(connection.execute(insert(table).values(**values)).inserted_primary_key[0])


def _rows(engine: Engine) -> Rows:
    with engine.connect() as connection:
        return {
            table.name: sorted((dict(row._mapping) for row in connection.execute(select(table))), key=str)
            for table in _tables(connection).sorted_tables
        }


def _with_names(rows: Rows) -> Rows:
    """The rows with accounts called by their addresses: those have new ids after upgrade and downgrade."""
    feeds = {row["id"]: row["feed_url"] for row in rows["accounts"]}
    named = {
        name: [
            row | ({"account_id": feeds.get(row["account_id"])} if "account_id" in row else {})
            for row in of_table
        ]
        for name, of_table in rows.items()
        if name != "accounts"
    }
    named["accounts"] = [row | {"id": None} for row in rows["accounts"]]
    return {name: sorted(of_table, key=str) for name, of_table in named.items()}
