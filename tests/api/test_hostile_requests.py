"""No request causes an internal server error: neither in a field of any route, nor in a body's size, name or
pace."""

import re
import socket
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi.params import Form, Query
from fastapi.routing import APIRoute

from api.app import make_app
from api.limits import LARGEST, LARGEST_OF_ANYBODY
from records.database import transaction
from records.models import Role
from records.people.sign_in import add_user
from records.settings import Settings
from tests.api.conftest import PASSWORD, Served
from tests.api.pages import hidden, sign_in, transfer

_DIGITS = "9" * 5_000
NUMBERS = ("9223372036854775808", "2147483648", "-1", "0", _DIGITS, "1e400", "٣", "")
WORDS = (
    "\x00\x0b\ud800\ufffe",
    "=HYPERLINK(1)",
    "9223372036854775808",
    "9999-12-31",
    "0001-01-01",
    "a" * 5_000,
    "../../etc/passwd%00",
    "http://[",
)
# Routes that start background work, or end the sign-in that the others need.
LEFT_OUT = re.compile(r"POST /(signout|tips|lists/trials|self-check)|.* /signin/oidc")


def api_routes(application: Any) -> Iterator[APIRoute]:
    for included in application.routes:
        router = getattr(included, "original_router", None)
        for route in router.routes if router else [included]:
            if isinstance(route, APIRoute):
                yield route


def fields_of(dependant: Any) -> tuple[list[Any], list[Any]]:
    """The fields of a route's query and form, and of all that it depends on."""
    query, form = list(dependant.query_params), list(dependant.body_params)
    for inner in dependant.dependencies:
        more_query, more_form = fields_of(inner)
        query, form = query + more_query, form + more_form
    return query, form


def is_number(field: Any) -> bool:
    return "int" in str(field.field_info.annotation) or "float" in str(field.field_info.annotation)


def values(fields: list[Any], round_: int) -> dict[str, bytes]:
    chosen = {
        field.alias: (NUMBERS if is_number(field) else WORDS)[round_]
        for field in fields
        if field.alias != "csrf"
    }
    return {name: value.encode("utf-8", "surrogatepass") for name, value in chosen.items()}


def as_query(fields: dict[str, bytes]) -> str:
    quoted = {name: "".join(f"%{byte:02x}" for byte in value[:2_000]) for name, value in fields.items()}
    return "&".join(f"{name}={value}" for name, value in quoted.items())


@pytest.mark.slow
@pytest.mark.databases("postgresql")  # its columns have bounds; SQLite's do not
def test_no_field_of_any_route_breaks_the_server(served: Served, store, rules, case_id: int) -> None:
    transfer_id = transfer(served, case_id)
    with transaction(served.engine) as session:
        add_user(session, "administrator", PASSWORD, Role.ADMINISTRATOR)
    routes = sorted(
        api_routes(make_app(served.engine, store, rules, Settings())), key=lambda route: route.path
    )
    asked = 0
    with served.client() as everything, served.client() as office, served.api() as api:
        for client, name in ((everything, "administrator"), (office, "officer")):
            assert sign_in(client, name).status_code == 303
        for route in routes:
            query, form = fields_of(route.dependant)
            client = api if route.path.startswith("/api/") else everything
            if route.path.startswith(("/takedown", "/webhooks")):
                client = office
            form = [field for field in form if isinstance(field.field_info, Form)]
            query = [field for field in query if isinstance(field.field_info, Query)]
            method = sorted(route.methods)[0]
            if LEFT_OUT.fullmatch(f"{method} {route.path}") or LEFT_OUT.match(f"{method} {route.path}"):
                continue
            for round_ in range(len(WORDS)):
                path = re.sub(r"\{transfer_id\}", str(transfer_id), route.path)
                path = re.sub(r"\{\w+\}", NUMBERS[round_][:400] if round_ % 2 else "1", path)
                if not (query or form or "{" in route.path) and round_:
                    break
                token = (
                    hidden(client.get("/self-check").text, "csrf").encode()
                    if form and client is everything
                    else b""
                )
                fields = values(form, round_) | ({"csrf": token} if form else {})
                answer = client.request(
                    method,
                    f"{path or '/'}?{as_query(values(query, round_))}",
                    content=as_query({k: v[:200_000] for k, v in fields.items()}) if form else None,
                    headers={"Content-Type": "application/x-www-form-urlencoded"} if form else {},
                )
                asked += 1
                assert answer.status_code < 500, (method, path[:80], round_, answer.text[:300])
    assert asked > 400


def sized(served: Served, size: int, **headers: str) -> httpx.Response:
    with served.client() as client:
        return client.post(
            "/signin",
            content=b"a" * size,
            headers={"Content-Type": "application/x-www-form-urlencoded", **headers},
        )


@pytest.mark.databases("sqlite")
def test_a_body_is_refused_by_its_announced_size_before_it_is_read(served: Served) -> None:
    host, port = served.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), 5) as connection:
        connection.sendall(b"POST /signin HTTP/1.1\r\nHost: x\r\nContent-Length: 900000000\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 413")
    assert sized(served, LARGEST_OF_ANYBODY + 1).status_code == 413
    assert sized(served, LARGEST_OF_ANYBODY).status_code < 413


@pytest.mark.databases("sqlite")
def test_a_body_without_a_size_is_counted_as_it_comes(served: Served) -> None:
    def parts() -> Iterator[bytes]:
        for _ in range(40):
            yield b"a=" + b"b" * 65_536 + b"&"

    for path in ("/signin", "/api/v1/receipts", "/self-check"):
        with served.client() as client:
            try:
                answer = client.post(
                    path, content=parts(), headers={"Content-Type": "application/x-www-form-urlencoded"}
                )
            except httpx.WriteError:
                continue  # the connection ended while the rest was sent
            assert answer.status_code == 413, path


@pytest.mark.databases("sqlite")
def test_who_is_known_may_send_an_upload_but_no_more(served: Served, case_id: int) -> None:
    transfer_id = transfer(served, case_id)
    with served.api() as api:
        api.post(f"/api/v1/transfers/{transfer_id}/take")
        path = f"/api/v1/transfers/{transfer_id}/attachments?name=a.pdf"
        assert api.post(path, content=b"a" * (3 << 20)).status_code == 201
        assert api.post(path, content=b"a" * (LARGEST + 1)).status_code == 413
    with served.api("no-such-token") as nobody:
        assert nobody.post(path, content=b"a" * (3 << 20)).status_code == 413


@pytest.mark.databases("sqlite")
def test_a_body_that_does_not_come_is_given_up(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.limits._NEXT_PART", 0.3)
    host, port = served.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), 5) as connection:
        kind = b"Content-Type: application/x-www-form-urlencoded\r\n"
        connection.sendall(b"POST /signin HTTP/1.1\r\nHost: x\r\n" + kind + b"Content-Length: 10\r\n\r\nab")
        begun = time.monotonic()
        assert connection.recv(100).startswith(b"HTTP/1.1 408")
        assert time.monotonic() - begun < 4


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    "first", [b"", b"GET / HTTP/1.1\r\nX-A: ", b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /"]
)
def test_a_head_that_does_not_come_is_given_up(
    served: Served, monkeypatch: pytest.MonkeyPatch, first: bytes
) -> None:
    """Nothing, half a head, and half of a second head after a whole request: uvicorn would wait for ever."""
    monkeypatch.setattr("api.prompt_heads._SECONDS", 0.3)
    host, port = served.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), 20) as connection:
        connection.sendall(first)
        received = b"".join(iter(lambda: connection.recv(65_536), b""))
    assert received.startswith(b"HTTP/1.1 200") == (b"healthz" in first)


NAMES = (
    b"", b".pdf", b"\x00.pdf", b"a\x00b.pdf", b"../../a.pdf", b"\xff\xfe.pdf", b"\xed\xa0\x80.pdf", b"a" * 4_000 + b".pdf",
    b"CON.pdf", b"a.pdf\r\nX: y", b"a;b=c.pdf", "\u202efdp.exe.pdf".encode(), b"%00.pdf", b"'\"><script>.pdf", b"a.",
)  # fmt: skip


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("name", NAMES)
def test_a_file_of_any_name_is_taken_or_refused_and_handed_out_again(
    served: Served, case_id: int, name: bytes
) -> None:
    transfer_id = transfer(served, case_id)
    with served.client() as office, served.client() as reviewer:
        sign_in(office, "officer")
        sign_in(reviewer, "reviewer")
        shown = f"/takedown/{transfer_id}"
        csrf = hidden(office.get(shown).text, "csrf")
        office.post(f"{shown}/take", data={"csrf": csrf})
        for client, path, field, token in (
            (office, f"{shown}/attachments", "attachment", csrf),
            (reviewer, "/tips/import", "upload", hidden(reviewer.get("/tips").text, "csrf")),
        ):
            head = b'--x\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n' + token.encode()
            file = b'\r\n--x\r\nContent-Disposition: form-data; name="%s"; filename="%s"' % (
                field.encode(),
                name,
            )
            body = head + file + b"\r\nContent-Type: application/pdf\r\n\r\n%PDF\r\n--x--\r\n"
            answer = client.post(
                path, content=body, headers={"Content-Type": "multipart/form-data; boundary=x"}
            )
            assert answer.status_code < 500, (path, answer.text[:300])
        page = office.get(shown)
        assert page.status_code == 200
        for link in re.findall(rf'href="({shown}/attachments/\d+)"', page.text):
            assert office.get(link).status_code == 200


def test_the_pages_tell_a_number_beyond_all_columns_as_a_fault_of_the_request(served: Served) -> None:
    with served.client() as client:
        sign_in(client, "reviewer")
        for number in ("9223372036854775807", "9223372036854775808", _DIGITS):
            assert client.get(f"/cases/{number}").status_code in {404, 422}
