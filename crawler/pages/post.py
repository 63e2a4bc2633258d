"""What was read of a page: its text, and, where it is a platform's post, its state and what it says of itself."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from classifiers.values import PageText

PageState = Literal[
    "normal",
    "deleted_by_author",
    "removed_for_violation",
    "account_migrated",
    "needs_verification",
    "bad_link",
]
# The content is not there any more, whoever removed it.
GONE_STATES = frozenset({"deleted_by_author", "removed_for_violation"})


@dataclass(frozen=True)
class Post:
    """A post: its text, its state, and what it says of itself ("" and None where it says nothing)."""

    text: PageText
    state: PageState = "normal"
    account: str = ""
    account_id: str = ""
    published_at: datetime | None = None
    original_url: str = ""
    videos: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()  # what could not be read of it, in Chinese

    def facts(self) -> dict[str, object]:
        """What is kept with the snapshot: all but the text and the state, as plain values."""
        return {
            "account": self.account,
            "account_id": self.account_id,
            "published_at": self.published_at.isoformat() if self.published_at else None,
            "original_url": self.original_url,
            "videos": list(self.videos),
            "images": list(self.images),
        }
