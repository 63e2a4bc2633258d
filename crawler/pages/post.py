"""The content read from a page: its text and, for a platform's post, its state and its own statements about
itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from classifiers.values import PageText

PageState = Literal[
    "normal",
    "deleted_by_author",
    "removed_for_violation",
    "account_closed",
    "account_migrated",
    "not_public",
    "suspended",
    "needs_verification",
    "bad_link",
    "failed",
    "unknown",
]
# The content is gone, whoever removed it.
GONE_STATES = frozenset(
    {
        "deleted_by_author",
        "removed_for_violation",
        "account_closed",
    }
)
STATE_LABELS: Mapping[str, str] = {
    "normal": "正常",
    "deleted_by_author": "发布者已删除",
    "removed_for_violation": "因违规被平台移除",
    "account_closed": "账号已注销或被封停",
    "account_migrated": "账号已迁移",
    "not_public": "作者设为不公开",
    "suspended": "暂时不可查看",
    "needs_verification": "要求验证",
    "bad_link": "链接无效",
    "failed": "平台或网站出错",
    "unknown": "不在已知的状态之内",
}


@dataclass(frozen=True)
class Post:
    """A post: its text, its state, and its statements about itself ("" and None where absent).

    `is_post` where a platform's own page object found a post's body; False for an ordinary page.
    """

    text: PageText
    state: PageState = "normal"
    account: str = ""
    account_id: str = ""
    published_at: datetime | None = None
    original_url: str = ""
    videos: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()  # unreadable parts, in Chinese
    is_post: bool = False

    def facts(self) -> dict[str, object]:
        """The facts kept with the snapshot: everything but the text and the state, as plain values."""
        return {
            "account": self.account,
            "account_id": self.account_id,
            "published_at": self.published_at.isoformat() if self.published_at else None,
            "original_url": self.original_url,
            "videos": list(self.videos),
            "images": list(self.images),
        }
