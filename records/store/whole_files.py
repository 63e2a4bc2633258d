"""Files and folders that are put in place whole: a reader sees all of one, or none of it.

Each is made next to its place, under a name that begins with `.new-`, and renamed. An error leaves nothing
behind; a kill leaves at most the unfinished one.
"""

import os
import secrets
import tempfile
from collections.abc import Mapping
from functools import partial
from pathlib import Path


def write_file(path: Path, content: bytes, *, mode: int = 0o644, flush: bool = False) -> None:
    """Put a file in place, instead of the one that is there. With `flush` it is on disk before this returns."""
    new = path.with_name(f".new-{secrets.token_hex(8)}")
    try:
        with open(new, "xb", opener=partial(os.open, mode=mode)) as file:
            file.write(content)
            if flush:
                file.flush()
                os.fsync(file.fileno())
        new.replace(path)
    except BaseException:
        new.unlink(missing_ok=True)
        raise
    if flush:
        flush_to_disk(path.parent)


def write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Put a folder of files in place; an existing one is left unchanged."""
    if folder.exists():
        return
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".new-") as scratch:
        made = Path(scratch) / folder.name
        made.mkdir()
        for name, content in files.items():
            (made / name).write_bytes(content)
        try:
            made.rename(folder)
        except OSError:  # another process was first
            if not folder.exists():
                raise


def flush_to_disk(path: Path) -> None:
    """Flush a file's content, or a folder's entries, to disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
