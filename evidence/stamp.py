"""Time stamps by a trusted third party (RFC 3161) over a manifest's bytes."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from cryptography import x509
from rfc3161_client import (
    HashAlgorithm,
    PKIStatus,
    TimestampRequestBuilder,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

_SECONDS = 20.0


class StampRefused(Exception):
    """No valid stamp was given, or a stamp is not for these bytes; the message says why, in Chinese."""


def request_stamp(authority: str, content: bytes) -> bytes:
    """A stamp (the DER of a TimeStampResp) for `content` from the authority at this URL; raises StampRefused."""
    import httpx  # noqa: PLC0415 - checking needs no network

    request = TimestampRequestBuilder().data(content).hash_algorithm(HashAlgorithm.SHA256).build()
    try:
        answer = httpx.post(
            authority,
            content=request.as_bytes(),
            headers={"Content-Type": "application/timestamp-query"},
            timeout=_SECONDS,
        )
        answer.raise_for_status()
        response = decode_timestamp_response(answer.content)
    except (httpx.HTTPError, ValueError) as error:
        raise StampRefused(f"时间戳服务 {authority} 没有给出可用的答复：{error}") from error
    if PKIStatus(response.status) not in {PKIStatus.GRANTED, PKIStatus.GRANTED_WITH_MODS}:
        raise StampRefused(f"时间戳服务 {authority} 拒绝盖章：{'；'.join(response.status_string)}")
    if response.tst_info.nonce != request.nonce:
        raise StampRefused(f"时间戳服务 {authority} 的答复与请求不符")
    return answer.content


def stamped_at(stamp: bytes, content: bytes, roots: Sequence[x509.Certificate] = ()) -> datetime:
    """When `content` was stamped. Raises StampRefused when the stamp is not for it.

    With `roots`, the authority's signature must lead to one of them, too.
    """
    try:
        response = decode_timestamp_response(stamp)
        imprint = response.tst_info.message_imprint.message
    except ValueError as error:
        raise StampRefused(f"时间戳无法读取：{error}") from error
    if imprint != hashlib.sha256(content).digest():
        raise StampRefused("时间戳不是为这份清单盖的，清单已被改动")
    if roots:
        try:
            VerifierBuilder(roots=list(roots)).build().verify_message(response, content)
        except (VerificationError, ValueError) as error:
            raise StampRefused(f"时间戳的签名无法验证：{error}") from error
    return response.tst_info.gen_time
