"""Sites that no list has: which signs on their pages identify their owner, and how surely."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine

from records.database import reading, transaction
from records.models import Certificate, CertificateStatus, Institution
from records.registry.exchange import import_registry
from records.sheets.table import TableFile
from records.sheets.write import write_csv
from records.store.content_store import EvidenceStore
from records.tips import NewTip, add_tip, page_of_tip
from records.unknown_sites import filed_numbers, find_unknown_sites, site_rows
from tests.records import registered

HOME = "http://yunxi.example/"
FILED = "云ICP备2026000001号"


@pytest.fixture
def known(engine: Engine, store: EvidenceStore, now) -> None:
    """An institution whose own site shows where it is filed."""
    with transaction(engine) as session:
        own = registered.institution(session)
        own.phones = ["0871-61234567"]
        session.add(
            Certificate(
                institution_id=own.id,
                number="(云)医广[2026]第03-15-0001号",
                number_as_written="（云）医广【2026】第03-15-0001号",
                valid_from=date(2026, 3, 15),
                valid_to=date(2027, 3, 14),
                media=[],
                approved_text="",
                issuing_office="云河市卫生健康委",
                status=CertificateStatus.VALID,
            )
        )
        source = registered.site(session, HOME)
    registered.snapshot(engine, store, source, now, url=HOME, text=f"我院设内科。\n{FILED}-1")


def seen(engine: Engine, store: EvidenceStore, now, url: str, text: str) -> None:
    """A page that a tip named, with what it says."""
    with transaction(engine) as session:
        tip = add_tip(session, NewTip(url), actor="test", today=date(2026, 11, 20), now=now)
        source = page_of_tip(session, tip).source
    registered.snapshot(engine, store, source, now, url=url, text=text)


def found(engine: Engine, store: EvidenceStore, *without: str) -> list[tuple[str, list[str]]]:
    with reading(engine) as session:
        sites = find_unknown_sites(session, store, frozenset(without))
    return [(site.address, [sign.kind for sign in site.signs]) for site in sites]


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        (f"皮肤专科\n{FILED}-7", ["备案号"]),
        ("皮肤专科 云 ICP 备 2026000001 号", ["备案号"]),
        ("（云）医广【2026】第03-15-0001号", ["审查证明文号"]),
        ("咨询电话：（0871）61234567", ["电话"]),
        ("云溪第1医院官方网站", ["名称"]),
        (f"云溪第1医院 电话0871-61234567 {FILED}", ["备案号", "电话", "名称"]),
        ("云ICP备2026000002号 电话0871-61234568", []),
        ("云溪第2医院", []),
    ],
)
@pytest.mark.usefixtures("known")
def test_what_stands_on_a_page_tells_whose_its_site_is(
    engine: Engine, store: EvidenceStore, now, text: str, kinds: list[str]
) -> None:
    seen(engine, store, now, "http://pifu.example/news/1.html", text)
    assert found(engine, store) == ([("http://pifu.example/", kinds)] if kinds else [])


@pytest.mark.usefixtures("known")
def test_the_surest_come_first_and_what_is_everybodys_is_left_out(
    engine: Engine, store: EvidenceStore, now
) -> None:
    seen(engine, store, now, "http://a-news.example/1", "云溪第1医院举行义诊")
    seen(engine, store, now, "http://z-own.example/1", f"皮肤科 {FILED}-2")
    seen(engine, store, now, "http://www.platform.example/1", f"皮肤科 {FILED}-2")
    assert [address for address, _ in found(engine, store, "platform.example")] == [
        "http://z-own.example/",
        "http://a-news.example/",
    ]


@pytest.mark.usefixtures("known")
def test_a_filed_number_that_several_show_is_nobodys(engine: Engine, store: EvidenceStore, now) -> None:
    with transaction(engine) as session:
        other = registered.institution(session, 2)
        source = registered.site(session, "http://other.example/")
        source.institution_id = other.id
    registered.snapshot(engine, store, source, now, url="http://other.example/", text=f"技术支持 {FILED}")
    seen(engine, store, now, "http://pifu.example/", f"皮肤科 {FILED}")
    assert found(engine, store) == []


@pytest.mark.usefixtures("known")
def test_what_a_person_has_looked_over_is_imported_as_it_is(
    engine: Engine, store: EvidenceStore, now, tmp_path: Path
) -> None:
    seen(engine, store, now, "http://pifu.example/1.html", f"皮肤科 {FILED}-2")
    with transaction(engine) as session:
        session.query(Institution).filter_by(name="云溪第1医院").one().credit_code = "91530100MA6K000013"
    with reading(engine) as session:
        rows = site_rows(find_unknown_sites(session, store))
    write_csv(tmp_path / "sites.csv", list(rows[0]), [list(row.values()) for row in rows])
    result = import_registry(engine, TableFile.of(tmp_path / "sites.csv"))
    assert (result.faults, result.added + result.updated) == ([], 1)
    assert found(engine, store) == [], "its site is registered now, and patrolled"


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("沪ICP备12345678号-1 沪ICP备12345678号-2", ["沪ICP备12345678号"]),
        ("京ICP证030173号", ["京ICP备030173号"]),
        ("备案号：粤icp备 05012345 号", ["粤ICP备05012345号"]),
        ("蜀 ICP备字第12345678号", ["蜀ICP备12345678号"]),
        ("ICP许可证 12号，云ICP备123号", []),
    ],
)
def test_a_number_is_read_as_it_is_filed(text: str, numbers: list[str]) -> None:
    assert filed_numbers(text) == numbers


@pytest.mark.databases("sqlite")
@pytest.mark.usefixtures("known")
def test_the_command_lists_them_and_writes_them_down(
    qingyi, engine: Engine, store: EvidenceStore, now, tmp_path: Path, environment
) -> None:
    seen(engine, store, now, "http://pifu.example/1.html", f"皮肤科 {FILED}-2")
    where = {"QINGYI_EVIDENCE_DIR": str(tmp_path / "evidence")}
    assert "http://pifu.example/" in qingyi("registry", "unknown-sites", **where).stdout
    for name in ("sites.csv", "sites.xlsx"):
        assert (
            "1 个网站待核对"
            in qingyi("registry", "unknown-sites", "--to", str(tmp_path / name), **where).stdout
        )
        assert (tmp_path / name).stat().st_size
