"""A page's text as stored with the snapshot: JSON that names the fields of its rows."""

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from classifiers.values import Block, Link, PageText

_NUMBERS = re.compile(r"\d+")


@dataclass(frozen=True)
class StoredText:
    """The text of a page: its title, the JSON to be stored, and the hash of its telling words.

    `main_sha256` covers the content proper: navigation, header and footer change from day to day, so of these
    only words without a link count, without their numbers; hidden text counts, and so do the pictures shown.
    It is None for a page without main text, which never counts as unchanged.
    """

    title: str
    content: bytes
    main_sha256: str | None

    @staticmethod
    def of(page: PageText, pictures: Sequence[str] = ()) -> "StoredText":
        """The stored form of a page that shows these pictures (their addresses)."""
        main = "\n".join((page.title, *_telling(page), *pictures)).encode("utf-8", "surrogatepass")
        has_main = any(block.region == "main" for block in page.blocks)
        content = {
            "title": page.title,
            "text": page.text,
            "block": Block._fields,
            "blocks": page.blocks,
            "link": Link._fields,
            "links": page.links,
        }
        written = json.dumps(content, ensure_ascii=False).encode("utf-8", "surrogatepass")
        return StoredText(page.title, written, hashlib.sha256(main).hexdigest() if has_main else None)


def _telling(page: PageText) -> Iterator[str]:
    """The words that tell a page from its earlier versions."""
    leading = {(link.start, link.end) for link in page.links}
    for block in page.blocks:
        text = page.text[block.start : block.end]
        if block.region != "frame":
            yield text
        elif not block.origin and (block.start, block.end) not in leading:
            yield _NUMBERS.sub("", text)


def read_stored_text(content: bytes) -> PageText:
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
        tuple(Block(*row) for row in kept["blocks"]),  # early rows lack later fields of blocks
        tuple(map(Link._make, kept["links"])),
    )
