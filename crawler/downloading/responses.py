"""A server's response as plain values, and the reason in words why there was none."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from scrapy.http import Headers, Response
from twisted.python.failure import Failure

from crawler.network.arriving import CUT_SHORT
from crawler.pages.post import Post
from records.snapshots.page_text import StoredText
from records.snapshots.snapshots import Fetched

_REASONS = (
    ("exceeded DOWNLOAD_MAXSIZE", "内容超过大小上限，已中止"),
    ("DownloadCancelledError", "内容超过大小上限，已中止"),
    ("max redirections reached", "重定向次数过多"),
    ("took longer than", "超时，没有等到完整的响应"),
    ("TimeoutError", "超时，没有等到完整的响应"),
    ("ResponseDataLoss", CUT_SHORT),
    ("HeadTooLong", "响应头过长，已中止"),
    ("ParseError", "不是有效的 HTTP 响应"),
    ("ConnectionRefused", "连接被拒绝"),
    ("Connection was refused", "连接被拒绝"),
    ("ConnectionDone", "连接中断，没有得到有效的响应"),
    ("ConnectionLost", "连接中断，没有得到有效的响应"),
    ("refused address", "拒绝访问内部地址"),
    ("DNSLookupError", "域名无法解析"),
    ("CannotResolveHost", "域名无法解析"),
    ("invalid hostname", "域名无效"),
    ("robots.txt", "robots.txt 不允许抓取"),
)
_BROWSER_GONE = ("crashed", "has been closed", "disconnected")


def as_fetched(
    url: str,
    answer: Response,
    post: Post | None,
    pictures: Sequence[str] = (),
    final_url: str | None = None,
    rendered: bytes | None = None,
    seconds: float = 0.0,
) -> Fetched:
    """A response to a request for `url`, ready to be stored.

    `post` is the content read from it, None where it is not a page; `pictures` the addresses of its pictures;
    `rendered` the DOM that the browser built from it, and `final_url` the address at which the browser ended;
    `seconds` that the page took.
    """
    return Fetched(
        url=url,
        final_url=final_url or answer.url,
        status=answer.status,
        headers=_headers(answer.headers),
        request_headers=_headers(answer.request.headers) if answer.request else {},
        server_address=str(answer.ip_address) if answer.ip_address else None,
        body=answer.body,
        fetched_at=datetime.now(UTC),
        rendered=rendered,
        text=StoredText.of(post.text, pictures) if post else None,
        page_state=post.state if post else "normal",
        post=_facts(post),
        seconds=seconds,
    )


def is_text(answer: Response) -> bool:
    """Whether the response declares text, or no type at all."""
    kind = content_type(answer).split(";")[0].strip().lower()
    return not kind or kind.startswith("text/") or kind.endswith(("xml", "json"))


def content_type(answer: Response) -> str:
    """The Content-Type header; "" where there is none."""
    return (answer.headers.get("Content-Type") or b"").decode("latin-1")


def shows_a_page(status: int) -> bool:
    """Whether a browser shows the response's body as a page: it does for every status but redirects and "not
    modified"."""
    return not 300 <= status < 400


def status_reason(status: int) -> str | None:
    """Why a status speaks against a page; None where it does not."""
    return f"HTTP {status}" if status >= 400 else None


def failure_reason(failure: Failure) -> str:
    """Why a request failed, in Chinese where the kind of failure is known, followed by the program's own
    message."""
    words = " ".join(str(failure.value).split()) or type(failure.value).__name__
    seen = f"{type(failure.value).__name__} {words}"
    known = next((reason for sign, reason in _REASONS if sign in seen), None)
    return f"{known}（{words[:150]}）" if known and known not in words else words


def is_cut_short(failure: Failure) -> bool:
    """Whether a response ended before its declared length."""
    return "DataLoss" in f"{type(failure.value).__name__} {failure.value}"


def browser_broke(failure: Failure) -> bool:
    """Whether the browser itself failed, not the page."""
    return any(words in str(failure.value) for words in _BROWSER_GONE)


def _headers(headers: Headers) -> dict[str, list[str]]:
    return {
        name.decode("latin-1").lower(): [value.decode("latin-1") for value in values]
        for name, values in headers.items()
    }


def _facts(post: Post | None) -> Mapping[str, object] | None:
    return post.facts() if post and post.is_post else None
