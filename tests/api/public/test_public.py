"""The registry for anybody: off unless asked for, without cases, and no more than a person needs."""

import io
from datetime import UTC, date, datetime, timedelta
from xml.etree import ElementTree as ET

import httpx
import pytest
import segno

from api.errors import TooManyCalls
from api.public.rate import CallsByAddress
from records.database import transaction
from records.models import Certificate, CertificateStatus, Institution, Source, SourceKind
from records.settings import Settings
from tests.api.conftest import running

pytestmark = pytest.mark.databases("sqlite")
ADDRESS = "https://yiguang.example.gov.cn"
CODE = "CODE00000000000001"


@pytest.fixture
def anybody(served, store, rules, case_id, tmp_path):
    settings = Settings(
        public_lookup=True, public_url=ADDRESS, public_lookups_per_minute=30, steps_dir=tmp_path
    )
    with transaction(served.engine) as session:
        owner = session.query(Institution).one()
        owner.phones = ["0571-00000000"]
        for number, until in (("云医广【2026】第01-01-0001号", 2099), ("云医广【2020】第01-01-0002号", 2020)):
            session.add(
                Certificate(
                    institution_id=owner.id,
                    number=number,
                    number_as_written=number,
                    valid_from=date(2019, 1, 1),
                    valid_to=date(until, 12, 31),
                    media=["网络"],
                    approved_text="样件全文",
                    issuing_office="云省卫生健康委",
                    status=CertificateStatus.VALID,
                )
            )
        nobody = Institution(
            credit_code="UNREGISTERED", name="未登记机构", other_names=[], level=owner.level, district="",
            departments=[], addresses=[], phones=[],
        )  # fmt: skip
        session.add(nobody)
        session.flush()
        session.add(
            Source(
                kind=SourceKind.SITE, institution_id=nobody.id, address="http://nobody.example/", enabled=True
            )
        )
    with running(served.engine, store, rules, settings) as url, httpx.Client(base_url=url) as client:
        yield client


@pytest.mark.parametrize("path", ["/public", f"/public/{CODE}", f"/public/{CODE}/code.svg"])
def test_it_is_not_there_unless_a_setting_says_so(served, case_id, path: str) -> None:
    with served.client() as client:
        assert client.get(path).status_code == 404


@pytest.mark.parametrize("words", ["云溪第1", CODE.lower(), "127.0.0.1:1", "http://127.0.0.1:1/", "第1医院"])
def test_an_institution_is_found_by_what_people_know_of_it(anybody, words: str) -> None:
    assert f'href="/public/{CODE}"' in anybody.get("/public", params={"q": words}).text


@pytest.mark.parametrize(
    "words", ["", "云", "%%", "__", "' OR 1=1 --", "未登记机构", "nobody.example", "UNREGISTERED"]
)
def test_nothing_else_is_found(anybody, words: str) -> None:
    answer = anybody.get("/public", params={"q": words})
    assert answer.status_code == 200
    assert 'href="/public/' not in answer.text


def test_what_is_typed_is_shown_as_text(anybody) -> None:
    shown = anybody.get("/public", params={"q": "<script>alert(1)</script>"}).text
    assert "<script>alert" not in shown


def test_it_shows_the_registry_and_nothing_of_cases(anybody) -> None:
    shown = anybody.get(f"/public/{CODE}").text
    for words in ("云溪第1医院", "0571-00000000", "http://127.0.0.1:1/", "第01-01-0001号", "云省卫生健康委"):
        assert words in shown
    assert (shown.count(">有效</span>"), shown.count(">已过期</span>")) == (1, 1)
    for words in ("案件", "治愈率", "违法", "线索", "样件全文", "/cases", "研判"):
        assert words not in shown
    for code in ("UNREGISTERED", "CODE99999999999999"):
        assert anybody.get(f"/public/{code}").status_code == 404


def test_the_code_leads_to_the_page_at_the_address_of_the_settings(anybody) -> None:
    answer = anybody.get(f"/public/{CODE}/code.svg", headers={"Host": "evil.example"})
    assert answer.headers["content-type"].startswith("image/svg+xml")
    assert ET.fromstring(answer.content).tag == "{http://www.w3.org/2000/svg}svg"
    wanted = io.BytesIO()
    segno.make(f"{ADDRESS}/public/{CODE}", error="m", micro=False).save(
        wanted, kind="svg", scale=20, light="#fff"
    )
    assert answer.content == wanted.getvalue()


def test_an_address_that_asks_too_often_waits(anybody) -> None:
    answers = [anybody.get("/public").status_code for _ in range(31)]
    assert answers == [200] * 30 + [429]


def test_calls_are_counted_by_address_and_minute() -> None:
    calls, now = CallsByAddress(2), datetime(2026, 11, 1, tzinfo=UTC)
    for address in ("a", "b"):
        calls.take(address, now)
        calls.take(address, now)
    with pytest.raises(TooManyCalls, match="30 秒后"):
        calls.take("a", now + timedelta(seconds=30))
    calls.take("a", now + timedelta(seconds=60))
