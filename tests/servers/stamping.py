"""A real time stamp authority on loopback: openssl ts behind HTTP."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from tests.servers.background import in_background

_CONFIG = """
[req]
distinguished_name = name
prompt = no
[name]
CN = Test Authority
[root]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign
[stamping]
basicConstraints = CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
[tsa]
default_tsa = here
[here]
serial = {folder}/serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""


def _openssl(*arguments: str) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)


@contextmanager
def authority(folder: Path) -> Iterator[tuple[str, bytes]]:
    """The authority's URL and its root certificate (PEM)."""
    config, root, key = folder / "tsa.cnf", folder / "root.pem", folder / "root.key"
    config.write_text(_CONFIG.format(folder=folder))
    (folder / "serial").write_text("01")
    _openssl(
        *("req", "-x509", "-config", str(config), "-extensions", "root", "-newkey", "rsa:2048", "-nodes"),
        *("-keyout", str(key), "-out", str(root), "-days", "2", "-subj", "/CN=Root"),
    )
    _openssl(
        *("req", "-new", "-config", str(config), "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=Stamping"),
        *("-keyout", f"{folder}/tsa.key", "-out", f"{folder}/tsa.csr"),
    )
    _openssl(
        *(
            "x509",
            "-req",
            "-in",
            f"{folder}/tsa.csr",
            "-CA",
            str(root),
            "-CAkey",
            str(key),
            "-CAcreateserial",
        ),
        *("-days", "2", "-extfile", str(config), "-extensions", "stamping", "-out", f"{folder}/tsa.pem"),
    )

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            (folder / "query.tsq").write_bytes(self.rfile.read(int(self.headers["Content-Length"])))
            _openssl(
                *("ts", "-reply", "-config", str(config), "-queryfile", f"{folder}/query.tsq"),
                *(
                    "-signer",
                    f"{folder}/tsa.pem",
                    "-inkey",
                    f"{folder}/tsa.key",
                    "-out",
                    f"{folder}/reply.tsr",
                ),
            )
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.end_headers()
            self.wfile.write((folder / "reply.tsr").read_bytes())

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    with in_background(server):
        yield f"http://127.0.0.1:{server.server_port}/", root.read_bytes()
