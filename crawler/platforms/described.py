"""Platforms that are data: rows that say where the parts of a post stand, and page objects made of them."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, ClassVar
from urllib.parse import unquote

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter

from crawler.pages.tree import spaced
from crawler.platforms.notices import expression
from crawler.platforms.post_page import PostPage
from crawler.platforms.script_data import addresses_in_scripts, texts_in_scripts

Expression = Annotated[str, AfterValidator(expression)]


class Platform(BaseModel):
    """A row of `described.yaml`, which explains each field."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1)
    hosts: tuple[str, ...] = Field(min_length=1)
    bodies: str
    title: str = "h1"
    account: str | None = None
    published: str | None = None
    encoded: str | None = None
    account_in_script: Expression | None = None
    texts: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()


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
    """A page object for each row. Raises pydantic's ValidationError for a malformed row."""
    rows = yaml.safe_load(Path(__file__).with_name("described.yaml").read_text("utf-8"))
    return tuple(map(_page_of, TypeAdapter(tuple[Platform, ...]).validate_python(rows)))


def _page_of(row: Platform) -> type[DescribedPage]:
    said = {"platform": row, "hosts": row.hosts, "bodies": row.bodies, "__doc__": f"A post of {row.name}."}
    return type(f"DescribedPage{row.name}", (DescribedPage,), said)
