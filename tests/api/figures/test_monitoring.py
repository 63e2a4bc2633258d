"""The monitoring report: page, document and workbook say the same of a made-up month and name nobody in examples."""

import io
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from docx import Document
from docx.document import Document as DocxDocument
from openpyxl import load_workbook
from selectolax.lexbor import LexborHTMLParser

from records.database import transaction
from records.models import Institution, Level, Role, Source, SourceKind
from records.people.sign_in import add_user
from records.settings import Settings
from tests.api.conftest import PASSWORD, running
from tests.api.pages import decide, sign_in
from tests.records import registered
from tests.reports.monitoring.test_district_map import feature, polygon, square, written

pytestmark = pytest.mark.databases("sqlite")


@pytest.fixture
def leader(served, store, rules) -> httpx.Client:
    """A month of two institutions, one of each district, with lawful and unlawful pages; and some of the month before."""
    now = datetime.now(UTC)
    with transaction(served.engine) as session:
        add_user(session, "leader", PASSWORD, Role.LEADER)
        first = registered.site(session)
        other = registered.institution(session, 2)
        other.level, other.district, other.category = Level.PUBLIC_SECONDARY, "城西区", "口腔医院"
        other.departments = ["口腔科；种植专业", "口腔科（正畸）", "内科"]
        second = Source(
            kind=SourceKind.SITE, institution_id=other.id, address="http://127.0.0.1:3/", delay_seconds=0
        )
        session.add(second)
        names = [row.name for row in session.query(Institution)]
    earlier = now.replace(day=1) - timedelta(days=10)
    ids = []
    for source, base, unlawful, moment in (
        (first, "http://127.0.0.1:1", 3, now),
        (second, "http://127.0.0.1:3", 1, now),
        (first, "http://127.0.0.1:1/old", 1, earlier),
    ):
        for number in range(6):
            text = registered.UNLAWFUL if number < unlawful else registered.LAWFUL
            text = f"{names[0]}：{text}第{number}页。"
            kept = registered.snapshot(
                served.engine, store, source, moment, url=f"{base}/{number}.html", text=text
            )
            ids.append(registered.judged(served.engine, rules, kept, text, moment))
    with served.client() as client:
        sign_in(client, "reviewer")
        decide(client, ids[0], "confirm")
        decide(client, ids[1], "dismiss", reason="科普")
    with served.client() as client:
        sign_in(client, "leader")
        yield client


@pytest.fixture
def month() -> dict[str, str]:
    today = datetime.now(UTC) + timedelta(hours=8)
    after = (today.replace(day=28) + timedelta(days=4)).replace(day=1)
    return {"since": f"{today:%Y-%m}-01", "until": f"{after - timedelta(days=1):%Y-%m-%d}"}


def shown(html: str) -> dict[str, list[tuple[str, ...]]]:
    """The page's tables, by the title of their section."""
    tables = {}
    for section in LexborHTMLParser(html).css("section[aria-label]"):
        rows = [tuple(cell.text(strip=True) for cell in row.css("th, td")) for row in section.css("tbody tr")]
        tables[section.attributes["aria-label"]] = rows
    return tables


def in_words(value: object, column: int) -> str:
    if column == 3 and isinstance(value, int | float):
        return f"{value:.1%}"
    if column in (4, 5) and isinstance(value, int | float):
        return f"{value:+.1f}"
    return str(value)


def test_page_document_and_workbook_have_equal_figures(leader, month) -> None:
    page = shown(leader.get("/figures/monitoring", params=month).text)
    titles = [title for title in page if page[title] and title not in {"摘要", "常见违法表述"}]
    assert titles == [
        "总体",
        "按媒介",
        "按终端",
        "按机构类别",
        "按诊疗科目",
        "按违法情形",
        "按具体规则",
        "按辖区",
        "机构违法率排名",
    ]
    document = taken_document(leader, month)
    headings = [one.text for one in document.paragraphs if one.style.name == "Heading 1"]
    for title, table in zip(headings, document.tables, strict=True):
        assert [tuple(cell.text for cell in row.cells) for row in table.rows][1:] == page[title], title
    book = load_workbook(io.BytesIO(leader.get("/figures/monitoring/report.xlsx", params=month).content))
    for title in titles:
        rows = list(book[title].iter_rows(min_row=4, values_only=True))[: len(page[title])]
        told = [tuple(in_words(value, column) for column, value in enumerate(row)) for row in rows]
        assert told == page[title], title
    assert all(book[title]._charts for title in titles if len(page[title]) > 1)


def test_the_figures_are_those_that_were_made(leader, month) -> None:
    page = shown(leader.get("/figures/monitoring", params=month).text)
    ((_, monitored, suspected, rate, change, a_year, _, confirmed, dismissed),) = page["总体"]
    assert (monitored, suspected, rate, confirmed, dismissed) == ("12", "3", "25.0%", "1", "1")
    assert (change, a_year) == ("+8.3", "—"), "one of six a month before, nothing a year ago"
    assert [row[0] for row in page["机构违法率排名"]] == ["云溪第1医院", "云溪第2医院"]
    fields = {row[0]: row[1:3] for row in page["按诊疗科目"]}
    assert fields == {"内科": ("12", "3"), "口腔科": ("6", "1")}, "one institution has both"
    assert page["常见违法表述"]


def taken_document(leader: httpx.Client, month: dict[str, str]) -> DocxDocument:
    return Document(io.BytesIO(leader.get("/figures/monitoring/report.docx", params=month).content))


def test_examples_name_no_institution(leader, month) -> None:
    text = leader.get("/figures/monitoring", params=month).text
    examples = text.partition('aria-label="常见违法表述"')[2]
    assert "云溪第1医院" not in examples


def test_a_map_of_the_districts_is_shown_where_there_are_boundaries(
    served, store, rules, leader, month, tmp_path
) -> None:
    assert "按辖区的地图" not in leader.get("/figures/monitoring", params=month).text
    assert not taken_document(leader, month).inline_shapes
    squares = [("城东区", square(0, 30)), ("城西区", square(1, 30))]
    file = written(tmp_path, *(feature(name, polygon(ring)) for name, ring in squares))
    with running(served.engine, store, rules, Settings(boundaries_file=file)) as url:
        leader.base_url = url
        page = LexborHTMLParser(leader.get("/figures/monitoring", params=month).text)
        told = [one.text(strip=True) for one in page.css("svg.map title")]
        assert told == ["城东区：33.3%", "城西区：16.7%"]
        (picture,) = taken_document(leader, month).inline_shapes
        assert picture.width.cm == pytest.approx(15)
        file.write_text("{}", "utf-8")
        assert "districts.json：不是 GeoJSON" in leader.get("/figures/monitoring", params=month).text


def test_presets_lead_to_their_periods(leader) -> None:
    html = LexborHTMLParser(leader.get("/figures").text)
    presets = {one.text(): one.attributes["href"] for one in html.css(".presets a")}
    assert list(presets) == ["本周", "本月", "上月", "本季", "上季", "本年"]
    chosen = LexborHTMLParser(leader.get(presets["上月"]).text)
    assert [one.text() for one in chosen.css(".presets a[aria-current]")] == ["上月"]
