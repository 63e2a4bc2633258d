"""Libraries in place of our own code, before and after: `python -m benchmarks.libraries`.

Each part runs in a process of its own, in turn with the code of the commit before the library came (`git archive`) and
with the code as it is; the servers that it speaks to are processes of their own. Milliseconds are of the processor, since a
busy machine says little by its clock; the figure is the median of the rounds. The figures stand in docs/adr.
"""

# ruff: noqa: PLC0415 - a part imports its code in its own process, from the old tree or the new

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from inspect import signature
from ipaddress import ip_network
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import parse_qs

PROJECT = Path(__file__).resolve().parents[1]
# The commit that brought the library, where there was code of ours before; the others measure the alternative next to it.
BEFORE = {"retries": "d941f21", "oidc": "d941f21", "heads": "5e3086b"}
PARTS = (*BEFORE, "locks", "buckets", "packing", "lines", "passwords", "tasks")
Figures = dict[str, float | str]
Reply = Callable[[str, bytes], bytes]  # of a request's first line and body


def main() -> None:
    """Run every part, before and after in turn, and print the medians."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--parts", nargs="*", choices=PARTS, default=list(PARTS))
    arguments.add_argument("--part", choices=PARTS, help="one part, in this process")
    given = arguments.parse_args()
    if given.part:
        print(json.dumps(globals()[given.part]()))
        return
    with tempfile.TemporaryDirectory() as folder:
        for part in given.parts:
            commit = BEFORE.get(part)
            trees = {"after": PROJECT}
            if commit:
                if not _unpacked(commit, Path(folder, commit)):
                    print(f"{part}: commit {commit} is not in this checkout; not measured")
                    continue
                trees = {"before": Path(folder, commit), "after": PROJECT}
            found: dict[str, list[Figures]] = {name: [] for name in trees}
            for _ in range(given.rounds):
                for name, tree in trees.items():
                    found[name].append(_measured(part, tree))
            for name, rounds in found.items():
                print(f"{part:8} {name:7}", "  ".join(f"{key}: {_median(rounds, key)}" for key in rounds[0]))


def _unpacked(commit: str, folder: Path) -> bool:
    folder.mkdir(exist_ok=True)
    with tempfile.TemporaryFile() as packed:
        archive = ["git", "-C", str(PROJECT), "archive", f"{commit}~1"]
        if subprocess.run(archive, stdout=packed, stderr=subprocess.DEVNULL, check=False).returncode:
            return False
        packed.seek(0)
        subprocess.run(["tar", "x", "-C", str(folder)], stdin=packed, check=True)
    return True


def _measured(part: str, tree: Path) -> Figures:
    here = {**os.environ, "PYTHONPATH": str(tree), "PYTHONSAFEPATH": "1"}
    command = [sys.executable, str(Path(__file__).resolve()), "--part", part]
    done = subprocess.run(command, cwd=tree, env=here, capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _median(rounds: list[Figures], key: str) -> float | str:
    values = [one[key] for one in rounds]
    return round(statistics.median(map(float, values)), 3) if isinstance(values[0], float) else values[0]


def _each(times: int, work: Callable[[], object]) -> float:
    """Milliseconds of this process's processor for one of `times`, after one that warms up."""
    work()
    begun = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - begun) / times * 1000


def _listening() -> tuple[socket.socket, str]:
    """A free port, and its address."""
    listening = socket.create_server(("127.0.0.1", 0))
    return listening, f"127.0.0.1:{listening.getsockname()[1]}"


def _serve(listening: socket.socket, reply: Reply) -> None:
    """Answer requests in a process of its own, which ends with this one."""
    read_end, write_end = os.pipe()  # closed when this process ends
    if os.fork():
        os.close(read_end)
        return
    os.close(write_end)
    threading.Thread(target=lambda: (os.read(read_end, 1), os._exit(0)), daemon=True).start()
    while True:
        connection, _ = listening.accept()
        threading.Thread(target=_converse, args=(connection, reply), daemon=True).start()


def _converse(connection: socket.socket, reply: Reply) -> None:
    with suppress(OSError), connection, connection.makefile("rb") as stream:
        while line := stream.readline().decode("latin-1"):
            length, closes = 0, False
            while (header := stream.readline().strip().lower()) not in {b""}:
                length = int(header.split(b":")[1]) if header.startswith(b"content-length:") else length
                closes |= header == b"connection: close"
            connection.sendall(reply(line, stream.read(length)))
            if closes:
                return


def _answer(body: object, status: str = "200 OK", more: str = "") -> bytes:
    packed = json.dumps(body).encode()
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(packed)}\r\n{more}\r\n"
    )
    return head.encode() + packed


def retries() -> Figures:
    """The offices' client: a call, a call that is refused once, and a server that names a moment (RFC 9110, 10.2.3)."""
    begun = time.process_time()
    from qingyi.client import QueueClient

    imported = (time.process_time() - begun) * 1000
    asked: dict[str, int] = {}

    def reply(line: str, _: bytes) -> bytes:
        kind = line.split("/leases/")[1].split("/", 1)[0]
        asked[kind] = asked.get(kind, 0) + 1
        after = {"busy": "0", "dated": "Sun, 06 Nov 1994 08:49:37 GMT"}.get(kind)
        if after and asked[kind] % 2:
            return _answer({"detail": "wait"}, "503 Busy", f"Retry-After: {after}\r\n")
        return _answer({"released": 0})

    listening, address = _listening()
    _serve(listening, reply)
    begun = time.process_time()
    with QueueClient(f"http://{address}", "token") as client:
        made = (time.process_time() - begun) * 1000
        plain = _each(300, lambda: client.release("plain"))
        busy = _each(4, lambda: client.release("busy"))
        try:
            client.release("dated")
            dated = "called again"
        except Exception as error:
            dated = type(error).__name__
    costs: Figures = {
        "import, ms": imported,
        "client made, ms": made,
        "call, ms": plain,
        "refused once, ms": busy,
    }
    return {**costs, "Retry-After as a date": dated}


def oidc() -> Figures:
    """A sign-in by an identity provider, from the code to the user's name; and two tokens that are not for us."""
    from joserfc import jwk, jwt

    from api.signin import oidc as signing_in

    key = jwk.RSAKey.generate_key(2048, {"kid": "1"})
    listening, address = _listening()
    issuer = f"http://{address}"

    def reply(line: str, body: bytes) -> bytes:
        if "configuration" in line:
            names = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
            return _answer({name: issuer if name == "issuer" else f"{issuer}/{name}" for name in names})
        if "jwks" in line:
            return _answer({"keys": [key.as_dict(private=False)]})
        code = parse_qs(body.decode())["code"][0]
        now = int(time.time())
        claims = {"iss": issuer, "aud": "qingyi", "exp": now + 600, "iat": now, "nonce": "n", "sub": "zhang"}
        claims |= {"azp": "another"} if code == "azp" else {}
        claims |= {"at_hash": "another"} if code == "at_hash" else {}
        token = jwt.encode({"alg": "RS256", "kid": "1"}, claims, key)
        return _answer({"access_token": "access", "token_type": "Bearer", "id_token": token})

    _serve(listening, reply)
    secret = SimpleNamespace(get_secret_value=lambda: "secret")
    settings = SimpleNamespace(
        oidc_issuer=issuer, oidc_client_id="qingyi", oidc_client_secret=secret, oidc_claim="sub"
    )
    app, request = (
        SimpleNamespace(settings=settings),
        SimpleNamespace(url_for=lambda _: "http://q.example/back"),
    )
    authorization = signing_in._AuthorizationRequest("s", "n", "v" * 64, "/")
    takes_request = "request" in signature(signing_in._name).parameters

    def name(code: str) -> str:
        if takes_request:
            return signing_in._name(request, app, code, authorization)  # type: ignore[arg-type]
        return signing_in._name(app, "http://q.example/back", code, authorization)  # type: ignore[call-arg]

    def said(code: str) -> str:
        try:
            return f"taken as {name(code)}"
        except signing_in.ProviderFailed:
            return "refused"

    return {
        "sign-in, ms": _each(20, lambda: name("good")),
        "for another": said("azp"),
        "of another": said("at_hash"),
    }


def heads() -> Figures:
    """The browser's proxy: a request through it, and heads that name two targets or two lengths."""
    from crawler.browser.proxy import BrowserProxy
    from crawler.network.guard import AddressGuard

    listening, origin = _listening()
    _serve(listening, lambda line, _: _answer({"line": line}))
    proxy = BrowserProxy(AddressGuard((ip_network("127.0.0.0/8"),)))
    host, port = proxy.start().removeprefix("http://").split(":")

    def ask(head: str) -> bytes:
        with socket.create_connection((host, int(port)), 5) as browser:
            browser.sendall(head.encode())
            got = b""
            with suppress(TimeoutError):
                browser.settimeout(2)
                while part := browser.recv(1 << 16):
                    got += part
            return got

    fields = "".join(f"X-{number}: {'a' * 40}\r\n" for number in range(12))
    first = f"GET http://{origin}/a HTTP/1.1\r\nHost: {origin}\r\n"
    whole = f"{first}{fields}\r\n"
    assert ask(whole).startswith(b"HTTP/1.1 200")
    cost = _each(150, lambda: ask(whole))
    hostile = (
        f"GET http://{origin}/a HTTP/1.1\r\nHost: inner.example\r\n\r\n",
        f"{first}Host: inner.example\r\n\r\n",
        f"{first}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        f"{first} folded: x\r\nHost : inner.example\r\n\r\n",
        f"{first}Bad Name: x\r\n\r\n",
        f"GET http://{origin}/a HTTP/1.1\r\nX: a\0b\r\nHost: {origin}\r\n\r\n",
    )
    passed = sum(ask(head).startswith(b"HTTP/1.1 200") for head in hostile)
    return {"request, ms": cost, "hostile heads passed on": f"{passed} of {len(hostile)}"}


def locks() -> Figures:
    """One task at a time: our row in the database, a file's lock, and PostgreSQL's advisory lock where a URL is given."""
    from filelock import FileLock
    from sqlalchemy import text

    from records.database import open_engine
    from records.models.base import Base
    from records.task_locks import hold

    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite:///{folder}/q.db")
        Base.metadata.create_all(engine)
        lock = FileLock(f"{folder}/task.lock")
        found: Figures = {"row on SQLite, ms": _each(100, lambda: _held(hold(engine, "crawl")))}
        found["filelock, ms"] = _each(100, lambda: _held(lock))
        engine.dispose()
    if url := os.environ.get("QINGYI_BENCH_POSTGRESQL"):
        engine = open_engine(url)
        Base.metadata.create_all(engine)
        found["row on PostgreSQL, ms"] = _each(100, lambda: _held(hold(engine, "crawl")))

        def advisory() -> None:
            with engine.connect() as connection:
                connection.execute(text("SELECT pg_try_advisory_lock(1)"))
                connection.execute(text("SELECT pg_advisory_unlock(1)"))

        found["advisory lock, ms"] = _each(100, advisory)
        engine.dispose()
    return found


def buckets() -> Figures:
    """A bucket: 64 KB kept, and 4 KB of it read, by obstore and by boto3; a server of its own answers."""
    begun = time.process_time()
    import obstore
    from obstore.store import S3Store

    imported = {"obstore imported, ms": (time.process_time() - begun) * 1000}
    begun = time.process_time()
    import boto3

    imported["boto3 imported, ms"] = (time.process_time() - begun) * 1000
    from tests.servers.s3 import KEY, REGION, SECRET, running_s3

    content = os.urandom(64 << 10)
    with running_s3() as server:
        server.operator.create_bucket(Bucket="measured")
        keys = {"access_key_id": KEY, "secret_access_key": SECRET}
        where = {"endpoint": server.address, "region": REGION, **keys}
        rust = S3Store(
            "measured", **where, virtual_hosted_style_request=False, client_options={"allow_http": True}
        )
        python = boto3.client(
            "s3", REGION, endpoint_url=server.address, **{f"aws_{k}": v for k, v in keys.items()}
        )

        def by_obstore() -> None:
            obstore.put(rust, "a", content)
            assert len(bytes(obstore.get_range(rust, "a", start=100, length=4096))) == 4096

        def by_boto3() -> None:
            python.put_object(Bucket="measured", Key="b", Body=content)
            part = python.get_object(Bucket="measured", Key="b", Range="bytes=100-4195")["Body"].read()
            assert len(part) == 4096

        return {**imported, "obstore, ms": _each(60, by_obstore), "boto3, ms": _each(60, by_boto3)}


def packing() -> Figures:
    """Pages made smaller: by zstandard, and by the standard library's zlib."""
    import zlib

    from benchmarks.made_pages import html
    from records.store.compression import compressed, plain

    pages = [html(3_000, 4, seed).encode() for seed in range(40)]
    small = [(compressed(one), zlib.compress(one)) for one in pages]
    whole = sum(map(len, pages))
    return {
        "zstandard, ms": _each(5, lambda: [compressed(one) for one in pages]) / len(pages),
        "zlib, ms": _each(5, lambda: [zlib.compress(one) for one in pages]) / len(pages),
        "zstandard read, ms": _each(5, lambda: [plain(one) for one, _ in small]) / len(pages),
        "zlib read, ms": _each(5, lambda: [zlib.decompress(one) for _, one in small]) / len(pages),
        "zstandard, share": sum(len(one) for one, _ in small) / whole,
        "zlib, share": sum(len(one) for _, one in small) / whole,
    }


def lines() -> Figures:
    """A record of the log as text by the standard library, and as JSON by structlog."""
    import logging

    from telemetry.logs import LogForm, set_up_logs

    costs: Figures = {}
    for name, form in (("text, ms", LogForm()), ("JSON by structlog, ms", LogForm(is_json=True))):
        set_up_logs(form)
        (handler,) = logging.getLogger().handlers
        record = logging.LogRecord("crawler.run", logging.INFO, "", 1, "visit ends %s", ("完成",), None)
        costs[name] = _each(2_000, lambda handler=handler, record=record: handler.format(record))
    return costs


# Passwords of ten characters and more that anybody would try: words, years, rows of keys, repetitions, the user's name.
_GUESSED = (
    "password2026",
    "Password123!",
    "1234567890",
    "qwertyuiop",
    "qwerty12345",
    "aaaaaaaaaaaa",
    "abcabcabcabc",
)
_GUESSED += (
    "zhangzhang2026",
    "qingyi123456",
    "iloveyou2026",
    "1qaz2wsx3edc",
    "20261129200",
    "asdfghjkl;",
    "admin@123456",
)
_STRONG = ("correct-horse-battery", "Yt7#pLw9@qZe", "山雨欲来风满楼上看灯", "lampe tiger wolke neun")


def passwords() -> Figures:
    """A new password: its length alone, as before, and zxcvbn; how many of those that anybody tries come through."""
    from records.people.sign_in import SHORTEST_PASSWORD, PasswordWeak, require_strong

    def is_taken(password: str) -> bool:
        with suppress(PasswordWeak):
            require_strong(password, "zhang")
            return True
        return False

    begun = time.process_time()
    require_strong(_STRONG[0])
    imported = (time.process_time() - begun) * 1000
    return {
        "first, with its word lists, ms": imported,
        "each after, ms": _each(50, lambda: [is_taken(one) for one in _GUESSED]) / len(_GUESSED),
        "guessed taken by length": f"{sum(len(one) >= SHORTEST_PASSWORD for one in _GUESSED)} of {len(_GUESSED)}",
        "guessed taken by zxcvbn": f"{sum(map(is_taken, _GUESSED))} of {len(_GUESSED)}",
        "strong taken by zxcvbn": f"{sum(map(is_taken, _STRONG))} of {len(_STRONG)}",
    }


def tasks() -> Figures:
    """Tasks put and done one by one on PostgreSQL: by Procrastinate, and by a bare table with SKIP LOCKED, which has neither
    tries nor schedules nor signs of life. The processor's time of this side."""
    import psycopg
    from procrastinate import App, PsycopgConnector, SyncPsycopgConnector

    from tests.servers.postgresql import running_server

    count = 200
    with running_server() as server:
        address = f"postgresql://{server.address}/postgres"
        queue = App(connector=SyncPsycopgConnector(conninfo=address))

        @queue.task(name="nothing")
        async def nothing(number: int) -> None:
            """Do nothing."""

        with queue.open():
            queue.schema_manager.apply_schema()
            put = _each(count, lambda: nothing.defer(number=1))
        worker = queue.with_connector(PsycopgConnector(conninfo=address))
        begun = time.process_time()
        with worker.replace_connector(worker.connector):
            worker.run_worker(wait=False, listen_notify=False, install_signal_handlers=False)
        done = (time.process_time() - begun) * 1000 / count
        with psycopg.connect(address) as connection:
            left = connection.execute(
                "SELECT count(*) FROM procrastinate_jobs WHERE status <> 'succeeded'"
            ).fetchone()
            connection.execute("CREATE TABLE bare (id bigserial PRIMARY KEY, number int)")
            connection.commit()

            def put_bare() -> None:
                connection.execute("INSERT INTO bare (number) VALUES (1)")
                connection.commit()

            def take_bare() -> None:
                first = "SELECT id FROM bare ORDER BY id FOR UPDATE SKIP LOCKED LIMIT 1"
                connection.execute(f"DELETE FROM bare WHERE id = ({first})")
                connection.commit()

            bare = {"bare put, ms": _each(count, put_bare), "bare done, ms": _each(count, take_bare)}
    return {"Procrastinate put, ms": put, "done, ms": done, "left": f"{left and left[0]}", **bare}


def _held(lock: AbstractContextManager[object]) -> None:
    with lock:
        pass


if __name__ == "__main__":
    main()
