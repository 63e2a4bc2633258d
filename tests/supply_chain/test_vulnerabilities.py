"""pip-audit itself asks for known vulnerabilities; a failure to ask does not count as a clean result."""

import json
from collections.abc import Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from supply_chain.vulnerabilities import Accepted, Answer, ask, read_accepted, report
from tests.servers.postgresql import free_port

TODAY = date(2026, 11, 29)
FOUND = Answer(2, (), (("some 1.0", "GHSA-aaaa-bbbb-cccc", "1.1"),))


@pytest.fixture
def advisories() -> Iterator[str]:
    """A service like osv.dev that knows `leaky`."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            known = {
                "id": "GHSA-aaaa-bbbb-cccc",
                "modified": "2026-11-01T00:00:00Z",
                "summary": "It leaks.",
                "affected": [
                    {
                        "package": {"name": "leaky", "ecosystem": "PyPI"},
                        "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.1"}]}],
                    }
                ],
            }
            body = json.dumps({"vulns": [known]} if asked["package"]["name"] == "leaky" else {}).encode()
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1/query"
    server.shutdown()
    server.server_close()


def lock(folder: Path, *names: str) -> Path:
    file = folder / "requirements.lock"
    file.write_text("".join(f"{name}==1.0 --hash=sha256:{'0' * 64}\n" for name in names), "utf-8")
    return file


@pytest.mark.slow
def test_what_is_known_of_a_package_is_found(tmp_path: Path, advisories: str) -> None:
    answer = ask(lock(tmp_path, "leaky", "tight"), ("-s", "osv", "--osv-url", advisories))
    assert answer == Answer(2, (), (("leaky 1.0", "GHSA-aaaa-bbbb-cccc", "1.1"),))


@pytest.mark.slow
def test_without_a_network_it_is_said_that_nothing_was_asked(tmp_path: Path) -> None:
    nowhere = f"http://127.0.0.1:{free_port()}/"
    answer = ask(lock(tmp_path, "tight"), ("-s", "osv", "--osv-url", nowhere))
    assert (answer.asked, bool(answer.failure)) == (0, True)
    lines, is_good = report(answer, {}, TODAY)
    assert is_good
    assert "not audited" in lines[0]


def test_a_weakness_fails_until_it_is_accepted_and_after_the_day() -> None:
    lines, is_good = report(FOUND, {}, TODAY)
    assert (is_good, "mended in 1.1" in lines[0]) == (False, True)
    accepted = {"GHSA-aaaa-bbbb-cccc": Accepted("not called", TODAY)}
    assert report(FOUND, accepted, TODAY)[1]
    assert not report(FOUND, accepted, date(2026, 11, 30))[1]


def test_packages_that_nobody_knows_are_counted() -> None:
    lines, is_good = report(Answer(0, ("a", "b"), ()), {}, TODAY)
    assert is_good
    assert "2 packages" in lines[0]


def test_nothing_is_accepted_without_a_reason_and_a_day(tmp_path: Path) -> None:
    file = tmp_path / "accepted.toml"
    file.write_text('["GHSA-1"]\nwhy = ""\nuntil = 2026-12-31\n', "utf-8")
    with pytest.raises(ValueError, match="GHSA-1"):
        read_accepted(file)
    assert isinstance(read_accepted(), dict)
