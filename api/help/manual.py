"""The user guide: Markdown of `docs/zh/` and the documents it links, as HTML, and which section describes
which page.

A heading of the guide ends with the address of the page that its section describes: "## 案件 `/cases/…`",
where "…" stands for one part of an address. So the guide itself says where help is opened.
"""

from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path, PurePosixPath

from markdown_it import MarkdownIt
from markdown_it.token import Token

from records.models import Role
from records.settings import SHIPPED

DOCS = SHIPPED / "docs"
PICTURES = {
    file.name: file for file in (*DOCS.glob("screenshots/*.png"), *DOCS.glob("reference/*.svg"))
}  # by the name in their address
_PAGES = {
    Role.REVIEWER: "reviewer",
    Role.APPROVER: "reviewer",
    Role.OFFICER: "officer",
    Role.ANALYST: "analyst",
    Role.LEADER: "leader",
    Role.ADMINISTRATOR: "administrator",
    Role.AUDITOR: "administrator",
}


@dataclass(frozen=True)
class Section:
    """A heading of the guide: the page it is on, its title (also its anchor), and the address that it
    describes or ''."""

    page: str
    title: str
    address: str


@dataclass(frozen=True)
class ManualPage:
    """One page of the guide."""

    title: str
    html: str
    sections: tuple[Section, ...]


def page_of(role: Role) -> str:
    """The name of the page that is written for `role`: the guide's first page where none is."""
    return _PAGES.get(role, "index")


@cache
def documents() -> dict[str, Path]:
    """The Markdown files that are shown, by the name in their address."""
    shown = {file.stem: file for file in sorted((SHIPPED / "docs" / "zh").glob("*.md"))}
    references = {
        f"reference-{file.stem}": file for file in sorted((SHIPPED / "docs" / "reference").glob("*.md"))
    }
    return shown | references | {"keyword-lists": SHIPPED / "keyword_lists" / "README.md"}


@cache
def read_page(name: str) -> ManualPage:
    """The page `name` of `documents()`; raises KeyError."""
    file = documents()[name]
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = markdown.parse(file.read_text("utf-8"))
    sections = []
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open":
            section = _section(name, inline)
            opening.attrSet("id", section.title)
            sections.append(section)
        for child in inline.children or ():
            _aim(child, file)
    html = markdown.renderer.render(tokens, markdown.options, {})
    return ManualPage(sections[0].title, html, tuple(sections))


def _section(page: str, heading: Token) -> Section:
    """The section of a heading; the address is not shown."""
    children = heading.children or []
    if children and children[-1].type == "code_inline" and children[-1].content.startswith("/"):
        address = children.pop().content
        children[-1].content = children[-1].content.rstrip()
    else:
        address = ""
    return Section(page, "".join(child.content for child in children), address)


def _aim(token: Token, file: Path) -> None:
    """Point a link or picture of `file` to its address here; a link to a file that is not served loses its
    address."""
    attribute = {"link_open": "href", "image": "src"}.get(token.type)
    target = str(token.attrGet(attribute) or "") if attribute else ""
    if not attribute or "://" in target:
        return
    name, _, part = target.partition("#")
    meant = (file.parent / PurePosixPath(name)).resolve() if name else file
    if token.type == "image":
        token.attrSet("src", f"/help/pictures/{meant.name}")
        token.attrSet("loading", "lazy")
        return
    served = {path: title for title, path in documents().items()}.get(meant)
    token.attrs = {"href": f"/help/{served}" + (f"#{part}" if part else "")} if served else {}


def find_section(path: str, role: Role) -> Section:
    """The section that describes the page at `path` most closely, preferring those written for `role`; the
    whole of that role's page where none does."""
    own = page_of(role)
    pages = sorted(
        (name for name in documents() if not name.startswith("reference-")), key=lambda name: name != own
    )
    sections = [section for name in pages for section in read_page(name).sections if section.address]
    parts = path.strip("/").split("/")
    best = max(sections, key=lambda section: _closeness(section.address, parts))
    return best if _closeness(best.address, parts) else Section(own, "", "")


def _closeness(address: str, parts: list[str]) -> int:
    """How many parts of a path an address covers; 0 where it begins otherwise."""
    own = address.strip("/").split("/")
    fits = len(own) <= len(parts) and all(want in ("…", part) for want, part in zip(own, parts, strict=False))
    # A named part is closer than a placeholder.
    return sum(2 if want != "…" else 1 for want in own) if fits else 0
