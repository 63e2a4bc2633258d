"""The commands' output and resources: tables and progress for people, never into a pipe."""

import io
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import NoReturn, TextIO

import typer
from cryptography.x509 import Certificate, load_pem_x509_certificates
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

from records.database import open_engine, reading, require_fitting
from records.local_time import parse_day
from records.settings import settings
from records.snapshots.snapshots import require_nothing_kept
from records.store.bucket_store import Bucket, BucketStore
from records.store.content_store import EvidenceStore
from records.store.folder_store import FolderStore

console = Console()
errors = Console(stderr=True)
_failures = Console(stderr=True)  # as `errors` for people, but errors in the log


class _Recorded(io.TextIOBase):
    """A file whose lines become log records. `beside` gets them as they are."""

    def __init__(self, level: int, beside: TextIO | None) -> None:
        self._level, self._beside = level, beside

    def write(self, text: str) -> int:
        """Rich writes whole lines."""
        for line in filter(None, map(str.rstrip, text.splitlines())):
            logging.getLogger(__name__).log(self._level, "%s", line)
        if self._beside:
            self._beside.write(text)
            self._beside.flush()
        return len(text)


def say_in_logs(beside: TextIO | None) -> None:
    """Log all words to people from now on, with no progress; `beside` is a file that gets it as well."""
    for one, level in ((console, logging.INFO), (errors, logging.WARNING), (_failures, logging.ERROR)):
        one.file = _Recorded(level, beside)  # type: ignore[assignment] # Rich only writes
        one.soft_wrap = True  # a sentence is one record


def say_error(words: str) -> None:
    """Tell people why the command ends; in the log it is an error."""
    _failures.print(f"错误：{words}", style="red", markup=False, highlight=False, soft_wrap=True)


def refuse(words: str) -> NoReturn:
    """End the command with code 2: it was used wrongly, or cannot run here, as `words` say."""
    say_error(words)
    raise typer.Exit(2)


def current_engine() -> Engine:
    """The settings' database, checked to be one that this version works with; raises DatabaseUnfit."""
    engine = open_engine(settings().database_url)
    require_fitting(engine)
    return engine


def evidence_store() -> EvidenceStore:
    """The settings' evidence store, made where nothing was ever stored; raises StorageFailed where it has
    disappeared."""
    store = configured_store()
    if isinstance(store, BucketStore):
        return store
    if not store.folder.is_dir() or not any(store.folder.iterdir()):
        with reading(current_engine()) as session:
            require_nothing_kept(session, store.folder)
        store.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return store


def configured_store() -> BucketStore | FolderStore:
    """The evidence store of the settings: a bucket, or a folder."""
    here = settings()
    if not here.evidence_url:
        return FolderStore(here.evidence_dir)
    place = here.evidence_url, here.evidence_endpoint, here.evidence_region
    return BucketStore(
        Bucket(*place, here.evidence_key, here.evidence_secret.get_secret_value()), here.database_url
    )


def warn_of_lists(version: str, refused: str) -> None:
    """Say that an earlier version of the keyword lists is in use, and name the faults of the newest."""
    errors.print(f"关键词表有误，仍按上一个有效版本 {version[:12]} 研判：", style="yellow")
    errors.print(refused, markup=False)


def warn_of_unjudged(refused: int) -> None:
    """Say how many snapshots could not be judged, if any."""
    if refused:
        words = f"另有 {refused} 个快照未能研判，原因已记在快照上；修复后运行 qingyi flag 再研判"
        errors.print(words, style="yellow")


@contextmanager
def counting(words: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """A progress line on standard error; the block calls the yielded function with the number newly done."""
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


def typed_day(written: str) -> date:
    """A day typed as an option; anything else ends the command."""
    try:
        return parse_day(written)
    except ValueError as fault:
        refuse(str(fault))


def read_roots(path: Path) -> list[Certificate]:
    """The root certificates in a PEM file; one that cannot be read ends the command."""
    try:
        return load_pem_x509_certificates(path.read_bytes())
    except (OSError, ValueError) as fault:
        refuse(f"{path} 不是可读的根证书（PEM）：{fault}")
