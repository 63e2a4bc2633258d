"""The administrator's work in the browser: registry, offices and tokens, users, settings, own password, the log."""

import io
import re
from datetime import UTC, datetime

import httpx
import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from api.admin.settings import TITLES, shown_settings
from records.database import reading, transaction
from records.models import AuditEntry, Institution, Role, Source
from records.people.attempts import OF_ONE_FROM_ONE
from records.people.sign_in import add_user
from records.settings import Settings
from tests.api.conftest import PASSWORD
from tests.api.pages import hidden, sign_in
from tests.records.registry.test_exchange import code

pytestmark = pytest.mark.databases("sqlite")
NEW = "kettle-orbit-97-violet"


@pytest.fixture
def admin(served) -> httpx.Client:
    with transaction(served.engine) as session:
        add_user(session, "admin", PASSWORD, Role.ADMINISTRATOR, display_name="管理员")
    with served.client(follow_redirects=True) as client:
        sign_in(client, "admin")
        yield client


def post(client: httpx.Client, path: str, **form: object) -> httpx.Response:
    csrf = hidden(client.get("/admin/people").text, "csrf")
    return client.post(path, data={"csrf": csrf, **form})


def test_the_registry_is_filled_by_hand(served, admin) -> None:
    hospital = {"统一社会信用代码": code(5), "第一名称": "青禾医院", "级别": "其他", "辖区": "城东区"}
    assert "青禾医院" in post(admin, "/admin/registry/institutions/new", **hospital).text
    form = admin.get(f"/admin/registry/sites/new?credit_code={code(5)}").text
    assert f'value="{code(5)}"' in form
    refused = post(
        admin, "/admin/registry/sites/new", 统一社会信用代码=code(5), 网址="青禾", 巡查间隔小时="6"
    )
    assert refused.status_code == 422
    assert "不是 http(s) 网址" in refused.text
    assert 'value="6"' in refused.text, "what was typed is still there"
    site = {"统一社会信用代码": code(5), "网址": "https://qinghe.example.com/"}
    assert "https://qinghe.example.com/" in post(admin, "/admin/registry/sites/new", **site).text
    with reading(served.engine) as session:
        source = session.scalars(select(Source)).one()
    post(admin, "/admin/registry/plan", source=source.id, interval_hours="48", enabled="false")
    with reading(served.engine) as session:
        planned = session.get_one(Source, source.id)
        assert (planned.interval_hours, planned.enabled) == (48, False)


def test_the_registry_goes_out_and_in_as_a_file(served, admin) -> None:
    hospital = {"统一社会信用代码": code(5), "第一名称": "青禾医院", "级别": "其他", "辖区": "城东区"}
    post(admin, "/admin/registry/institutions/new", **hospital)
    exported = admin.get("/admin/registry/export.xlsx")
    assert "%E7%99%BB%E8%AE%B0%E5%BA%93.xlsx" in exported.headers["content-disposition"]
    with transaction(served.engine) as session:
        session.delete(session.scalars(select(Institution)).one())
    csrf = hidden(admin.get("/admin/registry/institutions").text, "csrf")
    files = {"upload": ("a.xlsx", exported.content)}
    assert "新增 1 行" in admin.post("/admin/registry/import", data={"csrf": csrf}, files=files).text
    bad = {"upload": ("a.csv", f"统一社会信用代码,第一名称,级别,辖区\n{code(6)},甲,六级,东\n".encode())}
    assert "a 第 2 行“级别”" in admin.post("/admin/registry/import", data={"csrf": csrf}, files=bad).text


def test_an_office_gets_a_token_that_works_until_it_is_revoked(served, admin) -> None:
    assert "药监局" in post(admin, "/admin/offices", name="云河市药监局", kind="drugs").text
    again = post(admin, "/admin/offices", name="云河市药监局", kind="drugs")
    assert (again.status_code, "已存在" in again.text) == (422, True)
    shown = post(admin, f"/admin/offices/{served.office_id}/tokens", days=30, scope="read").text
    token = "qy_" + shown.split("qy_")[1].split("<")[0]
    with served.api(token) as office:
        assert office.get("/api/v1/transfers").status_code == 200
        page = admin.get("/admin/offices").text
        assert token not in page
        token_id = max(int(part.split("/")[0]) for part in page.split("/tokens/")[1:] if part[0].isdecimal())
        post(admin, f"/admin/offices/tokens/{token_id}/revoke")
        assert office.get("/api/v1/transfers").status_code == 401
    assert post(admin, f"/admin/offices/tokens/{token_id}/revoke").status_code == 409


def test_a_locked_person_is_unlocked(served, admin) -> None:
    with served.client() as reviewer:
        for _ in range(OF_ONE_FROM_ONE):
            reviewer.post("/signin", data={"name": "reviewer", "password": "wrong"})
        assert sign_in(reviewer, "reviewer").status_code == 401
        page = admin.get("/admin/people", params={"words": "reviewer"}).text
        assert "锁定至" in page
        user_id = page.split("/unlock")[0].rpartition("/")[2]
        assert "已解锁：reviewer" in post(admin, f"/admin/people/{user_id}/unlock").text
        assert sign_in(reviewer, "reviewer").status_code == 303
    assert "<b>officer</b>" not in admin.get("/admin/people", params={"words": "reviewer"}).text


def test_another_password_or_an_end_signs_a_person_out_everywhere(served, admin) -> None:
    with served.client() as one, served.client() as other:
        for client in (one, other):
            sign_in(client, "officer")
        page = admin.get("/admin/people", params={"words": "officer"}).text
        user_id = re.findall(r'action="/admin/people/(\d+)"', page)[0]
        rights = {"role": "officer", "office_id": served.office_id}
        post(admin, f"/admin/people/{user_id}", **rights, password=NEW)
        assert [client.get("/takedown").status_code for client in (one, other)] == [303, 303]
        form = {"name": "officer", "password": NEW, "wanted": "/"}
        assert one.post("/signin", data=form).status_code == 303
        assert one.get("/takedown").status_code == 200
        post(admin, f"/admin/people/{user_id}", **rights, disabled="true")
        assert one.get("/takedown").status_code == 303
        assert one.post("/signin", data=form).status_code == 401


def test_a_person_changes_their_own_password(served) -> None:
    with served.client() as one, served.client() as other:
        sign_in(one, "officer")
        sign_in(other, "officer")
        csrf = hidden(one.get("/password").text, "csrf")
        form = {"csrf": csrf, "present": PASSWORD, "new": NEW, "again": NEW}
        for wrong, words in (
            ({"present": "not-it"}, "当前密码不正确"),
            ({"again": "another-password"}, "两次输入的新密码不同"),
            ({"new": "password1234", "again": "password1234"}, "太容易猜到"),
        ):
            refused = one.post("/password", data={**form, **wrong})
            assert (refused.status_code, words in refused.text) == (422, True)
        assert one.post("/password", data=form).status_code == 303
        assert one.get("/takedown").status_code == 200, "this browser stays signed in"
        assert other.get("/takedown").status_code == 303, "the other does not"
        assert sign_in(other, "officer").status_code == 401


def test_the_present_password_cannot_be_guessed_without_end(served) -> None:
    with served.client() as client:
        sign_in(client, "officer")
        csrf = hidden(client.get("/password").text, "csrf")
        form = {"csrf": csrf, "new": NEW, "again": NEW}
        for _ in range(OF_ONE_FROM_ONE):
            client.post("/password", data={**form, "present": "guess"})
        assert "一刻钟后再试" in client.post("/password", data={**form, "present": PASSWORD}).text


@pytest.mark.parametrize("name", list(Settings.model_fields))
def test_every_setting_has_its_title(name: str) -> None:
    assert TITLES[name]


def test_settings_are_shown_without_their_secrets() -> None:
    given = Settings(
        database_url="postgresql+psycopg://qingyi:verysecret@db/qingyi", oidc_client_secret="alsosecret"
    )
    values = {one.name: one.value for one in shown_settings(given)}
    assert "None" not in values.values()
    assert values["database_url"] == "postgresql+psycopg://qingyi:***@db/qingyi"
    assert values["oidc_client_secret"] == "已设置（不显示）"


def test_the_log_is_asked_for_by_day_and_taken_out(served, admin) -> None:
    today = datetime.now(UTC)
    log = admin.get("/audit", params={"since": "2020-01-01", "until": "2020-01-02"}).text
    assert "data-row" not in log
    assert admin.get("/audit", params={"since": "昨天"}).status_code == 422
    params = {"since": f"{today.year - 1}-01-01", "action": "sign_in"}
    book = load_workbook(io.BytesIO(admin.get("/audit/export.xlsx", params=params).content)).active
    head, *rows = book.iter_rows(values_only=True)
    assert head[:4] == ("编号", "时间", "操作人", "登录名")
    assert ("管理员", "user:admin") in {row[2:4] for row in rows}
    with reading(served.engine) as session:
        assert (
            session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()[-1] == "report_exported"
        )
