"""The API behind a real nginx, with the project's configuration: certificate and token, both, or nothing."""

import ssl
import subprocess
from pathlib import Path

import httpx
import pytest

from qingyi.client import _RETRY, QueueClient, QueueRefused, QueueUnreachable
from tests.api.pages import sign_in, transfer
from tests.servers.nginx import Front, fronted


@pytest.fixture
def front(served, tmp_path: Path):
    with fronted(served.url, tmp_path) as found:
        yield found


def client(front: Front, token: str, certificate: str = "office") -> QueueClient:
    both = (front.folder / f"{certificate}.pem", front.folder / f"{certificate}.key") if certificate else None
    return QueueClient(front.url, token, certificate=both, authority=front.folder / "server.pem")


@pytest.mark.databases("sqlite")
@pytest.mark.slow
def test_programs_need_certificate_and_token_and_people_neither(served, case_id, front) -> None:
    number = transfer(served, case_id)
    with client(front, served.token) as office:
        assert [one.id for one in office.transfers()] == [number]
    with client(front, served.token, certificate="") as office, pytest.raises(QueueRefused) as refused:
        list(office.transfers())
    assert refused.value.status == 403
    with client(front, "qy_wrong") as office, pytest.raises(QueueRefused) as refused:
        list(office.transfers())
    assert refused.value.status == 401
    other = (
        "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=other -keyout other.key -out other.pem"
    )
    subprocess.run(other.split(), cwd=front.folder, check=True, capture_output=True)
    with client(front, served.token, certificate="other") as office, pytest.raises(QueueRefused):
        list(office.transfers())
    trust = ssl.create_default_context(cafile=str(front.folder / "server.pem"))
    with httpx.Client(base_url=front.url, verify=trust) as person:
        sign_in(person, "reviewer")
        assert person.get("/cases", params={"state": "transferred"}).text.count("<tr data-row") == 1


@pytest.mark.databases("sqlite")
@pytest.mark.slow
def test_a_server_that_nobody_vouches_for_is_not_spoken_to(served, front, monkeypatch) -> None:
    monkeypatch.setattr("qingyi.client._RETRY", _RETRY.copy_with(backoff_factor=0.01))
    with QueueClient(front.url, served.token) as office, pytest.raises(QueueUnreachable):
        list(office.transfers())
