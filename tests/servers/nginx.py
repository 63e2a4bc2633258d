"""A real nginx in front of the application, with the project's own configuration and certificates made by its guide."""

import os
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from records.settings import PROJECT
from tests.servers.postgresql import free_port

NAME = "qingyi.example.gov.cn"


@dataclass(frozen=True)
class Front:
    """Where nginx serves, and the folder with all certificates."""

    url: str
    folder: Path


def guide_commands() -> list[str]:
    """The OpenSSL commands of the guide, block by block."""
    guide = (PROJECT / "docs/guides/tls.md").read_text("utf-8")
    blocks = re.findall(r"```sh\n(.*?)```", guide, re.S)
    return [block for block in blocks if "openssl" in block]


@contextmanager
def fronted(application: str, folder: Path) -> Iterator[Front]:
    """nginx before the application at this address."""
    for block in guide_commands():
        subprocess.run(["bash", "-ec", block], cwd=folder, check=True, capture_output=True)
    own = '-subj "/CN=localhost" -addext "subjectAltName=DNS:localhost" -keyout server.key -out server.pem'
    command = f"openssl req -x509 -newkey rsa:2048 -nodes -days 2 {own}"
    subprocess.run(["bash", "-ec", command], cwd=folder, check=True, capture_output=True)
    plain, secure = free_port(), free_port()
    server = (PROJECT / "docker/nginx.conf").read_text("utf-8")
    for written, here in (
        ("listen 80;", f"listen 127.0.0.1:{plain};"),
        ("listen 443 ssl http2;", f"listen 127.0.0.1:{secure} ssl http2;"),
        ("/etc/nginx/qingyi/", f"{folder}/"),
        ("http://127.0.0.1:8800", application),
        (NAME, "localhost"),
    ):
        assert written in server
        server = server.replace(written, here)
    user = "user root;" if os.geteuid() == 0 else ""
    whole = f"{user} daemon off; pid {folder}/pid; error_log {folder}/error.log;\nevents {{}}\nhttp {{ access_log off;"
    temporary = "".join(
        f" {kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(f"{whole}{temporary}\n{server}\n}}\n", "utf-8")
    program = ["/usr/sbin/nginx", "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")]
    process = subprocess.Popen(program, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(f"http://127.0.0.1:{plain}/", process, folder)
        yield Front(f"https://localhost:{secure}", folder)
    finally:
        process.terminate()
        process.wait(20)


def _wait(url: str, process: subprocess.Popen[bytes], folder: Path) -> None:
    while process.poll() is None:
        try:
            httpx.get(url, timeout=1)
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError((folder / "error.log").read_text("utf-8"))
