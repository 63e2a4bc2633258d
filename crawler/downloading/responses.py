"""What a server answered, as plain values, and why there was no answer, in words."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from scrapy.http import Headers, Response
from twisted.python.failure import Failure

from crawler.pages.post import Post
from records.snapshots.page_text import StoredText
from records.snapshots.snapshots import Fetched

CUT_SHORT = "响应不完整，与其声明的长度不符"
_REASONS = (
    ("exceeded DOWNLOAD_MAXSIZE", "内容超过大小上限，已中止"),
    ("DownloadCancelledError", "内容超过大小上限，已中止"),
    ("max redirections reached", "重定向次数过多"),
    ("took longer than", "超时，没有等到完整的响应"),
    ("TimeoutError", "超时，没有等到完整的响应"),
    ("ResponseDataLoss", CUT_SHORT),
    ("ParseError", "不是有效的 HTTP 响应"),
    ("ConnectionRefused", "连接被拒绝"),
    ("Connection was refused", "连接被拒绝"),
    ("ConnectionDone", "连接中断，没有得到有效的响应"),
    ("ConnectionLost", "连接中断，没有得到有效的响应"),
    ("refused address", "拒绝访问内部地址"),
    ("DNSLookupError", "域名无法解析"),
    ("CannotResolveHost", "域名无法解析"),
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
) -> Fetched:
    """An answer to a request for `url`, as something to be kept.

    `post` is what was read in it, None for what is no page; `pictures` the addresses of those on it; `rendered` the
    DOM that the browser built from it, and `final_url` where the browser ended.
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
    )


def is_text(answer: Response) -> bool:
    """Whether the answer says that it is text, or says nothing."""
    kind = content_type(answer).split(";")[0].strip().lower()
    return not kind or kind.startswith("text/") or kind.endswith(("xml", "json"))


def content_type(answer: Response) -> str:
    """The Content-Type header; "" where there is none."""
    return (answer.headers.get("Content-Type") or b"").decode("latin-1")


def shows_a_page(status: int) -> bool:
    """Whether a browser shows the answer's body as a page: it does whatever the status says, unless that sends it on or
    says that nothing has changed."""
    return not 300 <= status < 400


def status_reason(status: int) -> str | None:
    """What a status says against a page; None where it says nothing."""
    return f"HTTP {status}" if status >= 400 else None


def failure_reason(failure: Failure) -> str:
    """Why a request failed, in Chinese where it is a known way of failing, with the program's own words."""
    words = " ".join(str(failure.value).split()) or type(failure.value).__name__
    seen = f"{type(failure.value).__name__} {words}"
    known = next((reason for sign, reason in _REASONS if sign in seen), None)
    return f"{known}（{words[:150]}）" if known and known not in words else words


def is_cut_short(failure: Failure) -> bool:
    """Whether an answer ended before what it said to be its length."""
    return "DataLoss" in f"{type(failure.value).__name__} {failure.value}"


def browser_broke(failure: Failure) -> bool:
    """Whether the browser itself went away, rather than the page being at fault."""
    return any(words in str(failure.value) for words in _BROWSER_GONE)


def _headers(headers: Headers) -> dict[str, list[str]]:
    return {
        name.decode("latin-1").lower(): [value.decode("latin-1") for value in values]
        for name, values in headers.items()
    }


def _facts(post: Post | None) -> Mapping[str, object] | None:
    return post.facts() if post and post.is_post else None
