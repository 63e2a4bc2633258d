"""Search pages as data: the queries typed into them, and the pages that they name."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from selectolax.lexbor import LexborNode

from crawler.errors import TemplateRefused
from crawler.pages.tree import parsed, spaced, words_of
from crawler.pages.urls import canonical, resolved

TEMPLATE = Path(__file__).with_name("engines.yaml")
_MOST_RESULTS = 50  # of one page
_FIELDS = ("institution", "disease")


class SearchPage(BaseModel):
    """A row of `engines.yaml`, which explains each field."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1)
    address: str = Field(pattern=r"^https?://.*\{query\}")
    results: str = Field(min_length=1)
    title: str = Field(min_length=1)
    attributes: tuple[str, ...] = ("href",)
    unwrap: tuple[str, ...] = ()
    obey_robots: bool = True
    seconds: float = Field(default=3.0, ge=0)

    @field_validator("results", "title")
    @classmethod
    def _must_select(cls, written: str) -> str:
        try:
            parsed("<p></p>").css(written)
        except Exception as error:  # lexbor's own
            raise ValueError(f"{written!r} is no CSS selector") from error
        return written

    def url_of(self, query: str) -> str:
        """The address of the results for `query`."""
        return self.address.replace("{query}", quote(query, safe=""))


class Template(BaseModel):
    """The search pages, and the queries for each."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    engines: tuple[SearchPage, ...] = Field(min_length=1)
    queries: tuple[str, ...] = Field(min_length=1)

    def queries_of(self, institutions: Sequence[str], diseases: Sequence[str]) -> tuple[str, ...]:
        """The queries for these, each once; a row is used with all its placeholders filled, or not at all."""
        names = {"institution": institutions, "disease": diseases}
        typed = (
            row.format(**dict(zip(fields, chosen, strict=True)))
            for row in self.queries
            for fields in [[field for field in _FIELDS if f"{{{field}}}" in row]]
            for chosen in product(*(names[field] for field in fields))
        )
        return tuple(dict.fromkeys(typed))


@dataclass(frozen=True)
class FoundPage:
    """A page that a search page names: its address, the words of the result, and the query."""

    url: str
    title: str
    query: str
    engine: str


def load_template(path: Path = TEMPLATE) -> Template:
    """Read the template; raises TemplateRefused, which says what is wrong and where."""
    try:
        return Template.model_validate(yaml.safe_load(path.read_text("utf-8")))
    except OSError as error:
        raise TemplateRefused(f"{path}：无法读取（{error.strerror}）") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise TemplateRefused(f"{path}：不是 YAML 文件（{' '.join(str(error).split())[:200]}）") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "整个文件"
        raise TemplateRefused(f"{path}：{place}：{first['msg']}") from error


def results_of(page: SearchPage, query: str, html: str, url: str) -> tuple[list[FoundPage], int]:
    """The pages that the results at `url` name, in their order, each once; and how many results are named only by an
    address of the search page's own."""
    found: dict[str, FoundPage] = {}
    hidden = 0
    host = urlsplit(url).hostname or ""
    for node in parsed(html).css(page.results)[:_MOST_RESULTS]:
        heading = node.css_first(page.title)
        if heading is None:
            continue
        address = next(
            (
                known
                for written in _written(page, node, heading)
                if (known := _outside(written, url, host, page))
            ),
            None,
        )
        if address is None:
            hidden += 1
        else:
            title = spaced(words_of(heading))[:200]
            found.setdefault(address, FoundPage(address, title, query, page.name))
    return list(found.values()), hidden


def _written(page: SearchPage, node: LexborNode, heading: LexborNode) -> Iterator[str]:
    """The addresses in a result, by the attributes that the template names, in their order: its own, its link's."""
    anchor = heading.css_first("a")
    places = [place for place in (node, anchor, heading.parent) if place is not None]
    for attribute in page.attributes:
        for place in places:
            if value := (place.attributes.get(attribute) or "").strip():
                yield value


def _outside(written: str, url: str, own: str, page: SearchPage) -> str | None:
    """The canonical address of a page that is not the search page's own; None where it is."""
    address = resolved(url, written)
    if address is None:
        return None
    parts = urlsplit(address)
    if parts.hostname != own:
        return canonical(address)
    carried = (value for name in page.unwrap for value in parse_qs(parts.query).get(name, ()))
    return next(
        (
            found
            for value in carried
            if urlsplit(value).hostname not in {None, own} and (found := canonical(value))
        ),
        None,
    )
