"""What the commands print on, and what they open: tables and progress to people, never into a pipe."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
)
from sqlalchemy import Engine

from classifiers.lists import RuleSet
from records.database import open_engine, require_current
from records.evidence import EvidenceStore
from records.lists_in_force import lists_in_force
from records.settings import settings

console = Console()
errors = Console(stderr=True)


def current_engine() -> Engine:
    """The settings' database, checked to be at this version; raises DatabaseBehind."""
    engine = open_engine(settings().database_url)
    require_current(engine)
    return engine


def evidence_store() -> EvidenceStore:
    """The settings' evidence store."""
    return EvidenceStore(settings().evidence_dir)


def rules_in_force() -> RuleSet:
    """The settings' keyword lists, or the last good version of them, said so; raises ListsRefused."""
    found = lists_in_force(settings().lists_dir, settings().lists_kept_dir)
    if found.refused:
        errors.print(f"关键词表有误，仍按上一个有效版本 {found.rules.version[:12]} 研判：", style="yellow")
        errors.print(str(found.refused), markup=False)
    return found.rules


@contextmanager
def counting(words: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """A progress line on standard error; the block calls what it gets with how many more are done."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.completed}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal) as progress:
        task = progress.add_task(words, total=total)
        yield lambda count: progress.update(task, advance=count)
