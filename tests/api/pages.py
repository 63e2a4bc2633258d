"""A browser without script, for the pages: sign in, read hidden fields, send forms."""

import re

import httpx

from tests.api.conftest import PASSWORD


def sign_in(client: httpx.Client, name: str) -> httpx.Response:
    return client.post("/signin", data={"name": name, "password": PASSWORD, "wanted": "/"})


def hidden(html: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', html)
    assert found, f"no field {name}"
    return found[1]


def decide(client: httpx.Client, case_id: int, action: str, **more: object) -> httpx.Response:
    html = client.get(f"/cases/{case_id}").text
    fields = {"csrf": hidden(html, "csrf"), "version": hidden(html, "version")}
    return client.post(f"/cases/{case_id}", data={**fields, "action": action, **more})


def transfer(served, case_id: int) -> int:
    """Confirm and transfer a case on the pages; the transfer's id."""
    with served.client() as client:
        sign_in(client, "reviewer")
        assert decide(client, case_id, "confirm").status_code == 303
        assert decide(client, case_id, "transfer", office=served.office_id).status_code == 303
    with served.api() as office:
        return office.get("/api/v1/transfers").json()["items"][0]["id"]
