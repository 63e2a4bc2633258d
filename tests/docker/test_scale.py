"""Several processes as the manifests start them: APIs behind nginx, the clock, a worker, on one database and bucket."""

import json
import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest
import typer
import yaml
from sqlalchemy import Engine

from qingyi.command import command_line
from records.settings import PROJECT, Settings
from tests import commands
from tests.commands import environment_of_bucket
from tests.docker.test_kubernetes import SETTINGS, of_kind
from tests.servers.names import naming
from tests.servers.postgresql import free_port
from tests.servers.s3 import S3Server
from tests.waiting import wait_for

APIS, CLOCK = ("127.0.0.11", "127.0.0.12"), "127.0.0.13"


class _Compose(yaml.SafeLoader):
    """Knows compose's own tags: the values that they replace are not tested here."""


_Compose.add_constructor("!reset", lambda _, __: None)
_Compose.add_constructor(
    "!override",
    lambda loader, node: (
        loader.construct_sequence(node)
        if isinstance(node, yaml.SequenceNode)
        else loader.construct_mapping(node, deep=True)
    ),
)


def services() -> dict[str, dict]:
    return yaml.load((PROJECT / "docker" / "compose.scale.yaml").read_text("utf-8"), _Compose)["services"]


@pytest.mark.parametrize("name", ["api", "worker", "browsers"])
def test_what_compose_starts_is_a_command_with_settings_of_ours(name: str) -> None:
    program, command, *options = services()[name]["command"]
    assert program == "qingyi"
    typer.main.get_command(command_line()).commands[command].make_context(command, options)
    ours = {one for one in services()[name]["environment"] if one.startswith("QINGYI_")}
    assert {one.removeprefix("QINGYI_").lower() for one in ours} - {"secrets_dir"} <= set(
        Settings.model_fields
    )


def test_only_nginx_can_be_reached_and_only_from_the_machine() -> None:
    open_to = {name: service.get("ports") for name, service in services().items()}
    assert open_to.pop("nginx") == ["127.0.0.1:8800:8080"]
    assert set(open_to.values()) == {None}


@contextmanager
def nginx(folder: Path, api_port: int, resolver: str) -> Iterator[str]:
    """A real nginx with the project's configuration, whose names this resolver knows."""
    port, server = free_port(), (PROJECT / "docker" / "nginx.scale.conf").read_text("utf-8")
    for written, here in (
        ("listen 8080;", f"listen 127.0.0.1:{port};"),
        ("127.0.0.11 valid=5s", f"{resolver.replace('#', ':')} valid=1s"),
        ("http://api:8800", f"http://api:{api_port}"),
        ("/var/cache/nginx/static", f"{folder}/static"),
    ):
        assert server.count(written) == 1
        server = server.replace(written, here)
    user = "user root;" if os.geteuid() == 0 else ""
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "".join(f" {kind}_temp_path {folder}/{kind};" for kind in kinds)
    whole = f"{user} daemon off; pid {folder}/pid;\nevents {{}}\nhttp {{ access_log off;{temporary}\n{server}\n}}\n"
    (folder / "nginx.conf").write_text(whole, "utf-8")
    process = subprocess.Popen(
        ["/usr/sbin/nginx", "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")]
    )
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


def says_ready(address: str) -> bool:
    try:
        return httpx.get(f"{address}/readyz", timeout=10, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


@pytest.mark.slow
@pytest.mark.crawl
@pytest.mark.databases("postgresql")
def test_the_manifests_commands_come_up_and_one_api_may_die(
    engine: Engine, s3: S3Server, tmp_path: Path
) -> None:
    bucket = environment_of_bucket(s3.new_bucket())
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    files = {
        "QINGYI_DATABASE_URL": engine.url.render_as_string(hide_password=False),
        **{name: bucket.pop(name) for name in ("QINGYI_EVIDENCE_KEY", "QINGYI_EVIDENCE_SECRET")},
    }
    for name, content in files.items():
        (secrets / name.lower()).write_text(content, "utf-8")
    port = free_port()

    def started(workload: str, folder: str, host: str = "") -> commands.RunningCommand:
        """As the manifest has it, with a disk of its own."""
        (found,) = [one for one in of_kind("Deployment", "Job") if one["metadata"]["name"] == workload]
        _, *words = found["spec"]["template"]["spec"]["containers"][0]["command"]
        words = [host if word == "0.0.0.0" else word for word in words]
        own = {name: value.replace("/data", f"{tmp_path}/{folder}") for name, value in SETTINGS.items()}
        own |= {
            **bucket,
            "QINGYI_SECRETS_DIR": str(secrets),
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
        }
        own["QINGYI_LISTS_DIR"] = str(PROJECT / "keyword_lists")
        return commands.start(*words, *(["--port", str(port)] if host else []), environment=own)

    assert started("migration", "m").wait(60) == 0
    with ExitStack() as stack:
        processes = [started("api", address, address) for address in APIS]
        processes += [started("clock", "clock", CLOCK), started("worker", "worker")]
        for process in processes:
            stack.callback(process.kill)
        resolver = stack.enter_context(naming("api", at=APIS))
        front = stack.enter_context(nginx(tmp_path, port, resolver))
        for address in (*(f"http://{host}:{port}" for host in (*APIS, CLOCK)), front):
            wait_for(lambda address=address: says_ready(address), f"{address} is not ready", 120)
        worker = processes[-1]
        wait_for(lambda: "领取工作" in (worker.folder / "stderr").read_text("utf-8"), "no worker", 60)
        with httpx.Client(base_url=front, trust_env=False) as client:
            answered = [client.get("/signin", headers={"X-Forwarded-For": "203.0.113.7"}) for _ in range(8)]
            assert {answer.status_code for answer in answered} == {200}
            assert len({answer.headers["x-request-id"] for answer in answered}) == 8
            assert {client.get("/static/qingyi.css").status_code for _ in range(4)} == {200}

            def each_has_answered() -> bool:
                return client.get("/signin").status_code == 200 and all(
                    "/signin" in asked_of(process) for process in processes[:2]
                )

            wait_for(each_has_answered, "one API has answered nothing", 60)
            processes[0].kill()
            assert {client.get("/signin").status_code for _ in range(8)} == {200}
        assert sum(asked_of(process).count("/static/qingyi.css") for process in processes[:2]) == 1


def asked_of(process: commands.RunningCommand) -> list[str]:
    """The paths of the requests that a process logged. Its last line may not be whole yet."""
    lines = (process.folder / "stderr").read_text("utf-8").splitlines(keepends=True)
    logged = [json.loads(line) for line in lines if line.endswith("\n")]
    return [one["path"] for one in logged if one["event"] == "request"]


def test_two_addresses_of_loopback_can_be_listened_at() -> None:
    """What the test above rests on."""
    with socket.socket() as one, socket.socket() as other:
        one.bind((APIS[0], 0))
        other.bind((APIS[1], one.getsockname()[1]))
