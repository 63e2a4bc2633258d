"""A page's text as it is kept beside the snapshot: JSON that says by itself what its rows hold."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from classifiers.values import Block, Link, PageText


@dataclass(frozen=True)
class KeptText:
    """The text of a page: its title, the JSON to be kept, and what it says by hash.

    `main_sha256` is of what the reader came for: navigation, header and footer change from day to day; hidden text
    counts, and which pictures are shown.
    """

    title: str
    content: bytes
    main_sha256: str

    @staticmethod
    def of(page: PageText, pictures: Sequence[str] = ()) -> "KeptText":
        """What is kept of a page that shows these pictures (their addresses)."""
        parts = (page.text[block.start : block.end] for block in page.blocks if block.region != "frame")
        main = "\n".join((page.title, *parts, *pictures)).encode("utf-8", "surrogatepass")
        content = {
            "title": page.title,
            "text": page.text,
            "block": Block._fields,
            "blocks": page.blocks,
            "link": Link._fields,
            "links": page.links,
        }
        written = json.dumps(content, ensure_ascii=False).encode("utf-8", "surrogatepass")
        return KeptText(page.title, written, hashlib.sha256(main).hexdigest())


def read_kept_text(content: bytes) -> PageText:
    """The page's text, from its JSON; that of early builds, too, which named each row's fields in the row."""
    kept = json.loads(content.decode("utf-8", "surrogatepass"))
    if "block" not in kept:
        blocks = tuple(Block(**block) for block in kept["blocks"])
        return PageText(
            kept["text"], kept["title"], blocks, tuple(Link(**link) for link in kept.get("links", ()))
        )
    return PageText(
        kept["text"],
        kept["title"],
        tuple(map(Block._make, kept["blocks"])),
        tuple(map(Link._make, kept["links"])),
    )
