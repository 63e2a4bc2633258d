"""Time stamps by a real authority (openssl ts) on loopback."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from evidence.stamp import StampRefused, request_stamp, stamped_at
from tests.servers.stamping import authority


def test_a_stamp_says_when_these_bytes_were_there(tmp_path: Path) -> None:
    with authority(tmp_path) as (url, root):
        stamp = request_stamp(url, b"manifest")
    roots = x509.load_pem_x509_certificates(root)
    assert abs(stamped_at(stamp, b"manifest", roots) - datetime.now(UTC)) < timedelta(minutes=2)
    with pytest.raises(StampRefused, match="已被改动"):
        stamped_at(stamp, b"manifesto")
    (tmp_path / "other").mkdir()
    with authority(tmp_path / "other") as (_, other), pytest.raises(StampRefused, match="签名"):
        stamped_at(stamp, b"manifest", x509.load_pem_x509_certificates(other))


def test_an_authority_that_is_not_there_is_told() -> None:
    with pytest.raises(StampRefused, match="没有给出"):
        request_stamp("http://127.0.0.1:9/", b"manifest")
