"""The papers for the police, from the case's page."""

import io

import pytest
from docx import Document

from records.database import transaction
from records.models import Case, Office, OfficeKind
from tests.api.pages import decide, sign_in
from tests.records import registered

pytestmark = pytest.mark.databases("sqlite")


def words_of(content: bytes) -> str:
    document = Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(one.text for one in document.paragraphs), *cells])


def test_a_case_goes_to_the_police_with_its_papers(served, store, case_id) -> None:
    registered.captured(served.engine, store, case_id)
    with transaction(served.engine) as session:
        session.add(Office(name="云溪市公安局", kind=OfficeKind.POLICE))
        judgement = session.get_one(Case, case_id).judgement
        judgement.gravity, judgement.gravity_reasons = "police", ["冒用军队名义"]
        sha256 = judgement.snapshot.body_sha256
    with served.client() as client:
        sign_in(client, "reviewer")
        assert "移送公安机关" not in client.get(f"/cases/{case_id}").text, "nobody has decided yet"
        decide(client, case_id, "confirm")
        page = client.get(f"/cases/{case_id}").text
        assert ("负责人决定是否移送公安机关" in page, "第五条" in page) == (True, True)
        letter, report, items = (
            words_of(client.get(f"/cases/{case_id}/police/{name}.docx").content)
            for name in ("letter", "report", "items")
        )
        assert client.get(f"/cases/{case_id}/police/other.docx").status_code == 404
        document = Document(io.BytesIO(client.get(f"/cases/{case_id}/police/letter.docx").content))
    seal = next(place for place, one in enumerate(document.paragraphs) if "盖章" in one.text)
    before = document.paragraphs[seal - 3 : seal + 1]
    assert before[0].text, "the last words of the letter"
    assert all(one.paragraph_format.keep_with_next for one in before), "no page holds a seal alone"
    assert ("云溪市公安局：" in letter, "云溪第1医院" in letter, "三日内决定是否立案" in letter) == (
        True,
        True,
        True,
    )
    assert ("“治愈率98%”" in report, "冒用军队名义" in report, sha256 in report) == (True, True, True)
    assert "exchange.warc.gz" in items
