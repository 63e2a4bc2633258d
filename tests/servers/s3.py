"""A server that speaks S3, for the tests: moto's, in a process of its own, with its buckets in memory."""

import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psutil

from records.store.bucket_store import Bucket
from tests.servers.postgresql import free_port
from tests.waiting import wait_for

KEY, SECRET, REGION = "qingyi", "a-secret-of-the-tests", "us-east-1"


@dataclass(frozen=True)
class S3Server:
    """A running server, and an operator's credentials for it."""

    address: str
    operator: Any

    def new_bucket(self, *, locked_days: int = 0) -> Bucket:
        """A new bucket; with `locked_days` the server keeps every object that long."""
        name = f"evidence-{secrets.token_hex(6)}"
        self.operator.create_bucket(Bucket=name, ObjectLockEnabledForBucket=locked_days > 0)
        if locked_days:
            retention = {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": locked_days}}
            self.operator.put_object_lock_configuration(
                Bucket=name, ObjectLockConfiguration={"ObjectLockEnabled": "Enabled", "Rule": retention}
            )
        return Bucket(f"s3://{name}/of/qingyi", self.address, REGION, KEY, SECRET)

    def keys(self, bucket: Bucket) -> list[str]:
        """The keys in a bucket."""
        listed = self.operator.list_objects_v2(Bucket=bucket.url.split("/")[2])
        return [one["Key"] for one in listed.get("Contents", ())]


@contextmanager
def running_s3() -> Iterator[S3Server]:
    """A running server."""
    import boto3

    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "tests.servers.s3", str(port)])
    try:
        wait_for(lambda: _listens(process.pid, port), "the S3 server does not listen", 60)
        address = f"http://127.0.0.1:{port}"
        operator = boto3.client(
            "s3",
            endpoint_url=address,
            region_name=REGION,
            aws_access_key_id=KEY,
            aws_secret_access_key=SECRET,
        )
        yield S3Server(address, operator)
        operator.close()
    finally:
        process.kill()
        process.wait()


def _listens(process: int, port: int) -> bool:
    connections = psutil.Process(process).net_connections("tcp4")
    return any(one.status == psutil.CONN_LISTEN and one.laddr.port == port for one in connections)


def _serve(port: int) -> None:
    """Moto's server. It knows only one of the two checksum headers that a client may send (S3 API,
    PutObject): the other one is renamed to it."""
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import WSGIRequestHandler, run_simple

    served = DomainDispatcherApplication(create_backend_app)

    def application(environ: dict[str, Any], start_response: Any) -> Any:
        if "HTTP_X_AMZ_CHECKSUM_SHA256" in environ:
            environ["HTTP_X_AMZ_SDK_CHECKSUM_ALGORITHM"] = "SHA256"
        return served(environ, start_response)

    class Silent(WSGIRequestHandler):
        def log(self, *_: object) -> None:
            """Nothing is written."""

    run_simple("127.0.0.1", port, application, threaded=True, request_handler=Silent)


if __name__ == "__main__":
    _serve(int(sys.argv[1]))
