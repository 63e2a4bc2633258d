"""Platforms that are data: rows that say where the parts of a post stand, and page objects made of them."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar
from urllib.parse import unquote

from pydantic import BaseModel, ConfigDict, Field

from crawler.pages.tree import spaced
from crawler.platforms.app import App
from crawler.platforms.post_page import PostPage
from crawler.platforms.rows import Css, Expression, read_rows
from crawler.platforms.script_data import addresses_in_scripts, texts_in_scripts


class Platform(BaseModel):
    """A row of `described.yaml`, which explains each field."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1)
    hosts: tuple[str, ...] = Field(min_length=1)
    bodies: Css
    title: Css = "h1"
    account: Css | None = None
    published: Css | None = None
    encoded: Css | None = None
    account_in_script: Expression | None = None
    texts: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()
    app: App | None = None


class DescribedPage(PostPage):
    """A post of a platform that is a row, or the notice in its place."""

    platform: ClassVar[Platform]
    catalogue: ClassVar[str] = "self_media"

    def has_body(self) -> bool:
        """Also a post that the page's scripts are still to show."""
        return super().has_body() or bool(self.script_texts())

    def title(self) -> str:
        return self.words(self.platform.title)

    def account(self) -> str:
        seen = self.words(self.platform.account) if self.platform.account else ""
        if seen or not self.platform.account_in_script:
            return seen
        return self.in_script(self.platform.account_in_script)

    def published(self) -> str:
        return self.words(self.platform.published) if self.platform.published else ""

    def images(self) -> Sequence[str]:
        in_bodies = ", ".join(
            f"{body.strip()} img::attr({name})"
            for body in self.platform.bodies.split(",")
            for name in ("data-src", "data-original", "src")
        )
        written = self.css(in_bodies).getall()
        return [*written, *addresses_in_scripts(self._source(), self.platform.pictures)]

    def in_script(self, pattern: str) -> str:
        found = re.search(pattern, self._source())
        return spaced(found[1]) if found else ""

    def script_texts(self) -> Sequence[str]:
        """The texts that the page's scripts hold under the row's names."""
        return list(texts_in_scripts(self._source(), self.platform.texts)) if self.platform.texts else ()

    def _source(self) -> str:
        """The page's source, with percent-encoded data decoded."""
        if not self.platform.encoded:
            return self.html
        data = self.css(self.platform.encoded).xpath("string()").getall()
        return "\n".join((self.html, *map(unquote, data)))


def described_pages() -> tuple[type[PostPage], ...]:
    """A page object for each row. Raises PlatformsRefused for a malformed row."""
    return tuple(map(_page_of, read_rows(Path(__file__).with_name("described.yaml"), Platform)))


def _page_of(row: Platform) -> type[DescribedPage]:
    fields = {"platform": row, "hosts": row.hosts, "bodies": row.bodies, "app": row.app}
    fields["__doc__"] = f"A post of {row.name}."
    return type(f"DescribedPage{row.name}", (DescribedPage,), fields)
