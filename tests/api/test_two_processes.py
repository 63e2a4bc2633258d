"""Two processes that serve one PostgreSQL count calls and failed passwords together: a second server is no second try."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

import httpx
import pytest
from sqlalchemy import Engine

from records.database import transaction
from records.models import Role
from records.people.attempts import OF_ONE_FROM_ONE
from records.people.office_tokens import issue_token
from records.people.sign_in import add_user
from tests import commands
from tests.api.conftest import PASSWORD
from tests.records import registered
from tests.servers.postgresql import free_port
from tests.waiting import wait_for

pytestmark = [pytest.mark.slow, pytest.mark.databases("postgresql")]


@contextmanager
def two_servers(environment: dict[str, str]) -> Iterator[tuple[httpx.Client, httpx.Client]]:
    ports = [free_port(), free_port()]
    begun = [
        commands.start("serve", "--no-schedule", "--port", str(port), environment=environment)
        for port in ports
    ]
    one, other = (
        httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=30) for port in ports
    )
    try:
        for client in (one, other):
            wait_for(lambda client=client: is_answering(client), "nothing is served")
        yield one, other
    finally:
        for client in (one, other):
            client.close()
        for server in begun:
            server.kill()


def is_answering(client: httpx.Client) -> bool:
    with suppress(httpx.TransportError):
        return client.get("/signin").status_code == 200
    return False


def sign_in(client: httpx.Client, password: str) -> int:
    answer = client.post("/signin", data={"name": "reader", "password": password, "wanted": "/"})
    return answer.status_code


def test_calls_and_failed_passwords_are_counted_for_both_servers(engine: Engine, environment) -> None:
    with transaction(engine) as session:
        token = issue_token(session, registered.office(session), datetime.now(UTC), 30)
        add_user(session, "reader", PASSWORD, Role.REVIEWER)
    headers = {"Authorization": f"Bearer {token}"}
    with two_servers({**environment, "QINGYI_API_CALLS_PER_MINUTE": "20"}) as (one, other):
        begun = time.monotonic()
        codes = [client.get("/api/v1/transfers", headers=headers).status_code for client in [one, other] * 20]
        filled_up = int((time.monotonic() - begun) / 60 * 20) + 1
        assert set(codes) == {200, 429}
        assert 20 <= codes.count(200) <= 20 + filled_up
        assert sign_in(one, PASSWORD) == sign_in(other, PASSWORD) == 303
        refused = [sign_in((one, other)[number % 2], "wrong") for number in range(OF_ONE_FROM_ONE)]
        assert {sign_in(one, PASSWORD), sign_in(other, PASSWORD)} == set(refused), "right or wrong"
