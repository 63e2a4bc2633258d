"""Kept tables in the browser: who may change them, a fault next to its field, files out and in."""

import io

import openpyxl
import pytest

from records.database import transaction
from records.models import Role
from records.people.sign_in import add_user
from tests.api.conftest import PASSWORD
from tests.api.pages import decide, hidden, sign_in

pytestmark = pytest.mark.databases("sqlite")


@pytest.fixture
def admin(served):
    with transaction(served.engine) as session:
        add_user(session, "admin", PASSWORD, Role.ADMINISTRATOR)
    with served.client() as client:
        sign_in(client, "admin")
        yield client


def test_a_table_is_changed_with_its_faults_beside_their_fields(admin) -> None:
    csrf = hidden(admin.get("/tables/disposals").text, "csrf")
    typed = {"kind": ["police", "police"], "words": ["受理", ""], "result": ["filed", "filed"]}
    assert admin.post("/tables/disposals", data={"csrf": csrf, **typed}).status_code == 303
    assert 'value="受理"' in admin.get("/tables/disposals").text
    assert 'value="屏蔽"' not in admin.get("/tables/disposals").text
    typed = {"kind": ["police"], "words": ["长" * 41], "result": ["filed"]}
    refused = admin.post("/tables/disposals", data={"csrf": csrf, **typed})
    assert refused.status_code == 422
    assert (
        '<span class="field-fault" id="fault-0-words">“处置措施”过长，最多 40 个字符</span>' in refused.text
    )
    assert "长" * 41 in refused.text


def test_what_is_exported_can_be_changed_and_imported(admin) -> None:
    answer = admin.get("/tables/reasons.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    sheet = book.worksheets[0]
    assert [cell.value for cell in sheet[1]] == ["操作", "理由"]
    before = sheet.max_row
    sheet.append(["不予认定", "医院名称中的固定用语"])
    changed = io.BytesIO()
    book.save(changed)
    csrf = {"csrf": hidden(admin.get("/tables/reasons").text, "csrf")}
    file = {"upload": ("理由.xlsx", changed.getvalue())}
    assert admin.post("/tables/reasons/import", data=csrf, files=file).status_code == 303
    again = openpyxl.load_workbook(io.BytesIO(admin.get("/tables/reasons.xlsx").content)).worksheets[0]
    assert (again.max_row, again.cell(before + 1, 2).value) == (before + 1, "医院名称中的固定用语")


def test_a_table_is_only_there_for_those_who_may_change_it(served) -> None:
    with served.client() as client:
        sign_in(client, "reviewer")
        assert client.get("/tables/reasons").status_code == 200
        assert client.get("/tables/disposals").status_code == 404
        assert client.get("/tables/nothing").status_code == 404
    with served.client() as client:
        sign_in(client, "officer")
        assert client.get("/tables").status_code == 404


def test_reasons_are_offered_counted_and_come_back_to_the_analyst_by_rule(served, case_id) -> None:
    with served.client() as client:
        sign_in(client, "reviewer")
        page = client.get(f"/cases/{case_id}").text
        reason = "属于健康科普，没有介绍本机构的诊疗服务"
        assert f'data-reason="{reason}"' in page
        assert decide(client, case_id, "dismiss", reason=reason).status_code == 303
        assert '<td class="number">1</td>' in client.get("/tables/reasons").text
        told = client.get("/lists/reasons").text
        assert told.count(f"<td>{reason}</td>") == 2, "two rules found something"
        address = told.split('<td class="number"><a href="')[1].split('"')[0].replace("&amp;", "&")
        assert "page1.html" in client.get(address).text
        assert decide(client, case_id, "undo").status_code == 303
        assert reason not in client.get("/lists/reasons").text
