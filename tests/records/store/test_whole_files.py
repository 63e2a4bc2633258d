"""Files and folders that are put in place are there whole or not at all, whatever happens meanwhile."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from threading import Barrier, Thread

import pytest

from records.settings import PROJECT
from records.store.whole_files import write_file, write_folder

KILLED_BEFORE_THE_RENAME = """
import os, signal, sys
from pathlib import Path
from records.store.whole_files import write_file
os.fsync = lambda descriptor: os.kill(os.getpid(), signal.SIGKILL)
write_file(Path(sys.argv[1]), b"new", flush=True)
"""
KILLED_AFTER_THE_FIRST_FILE = """
import os, signal, sys
from pathlib import Path
from records.store.whole_files import write_folder
class Files(dict):
    def items(self):
        yield "first.txt", b"first"
        os.kill(os.getpid(), signal.SIGKILL)
write_folder(Path(sys.argv[1]), Files())
"""


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def run_until_killed(program: str, path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", program, str(path)], cwd=PROJECT, capture_output=True, timeout=60, check=False
    )
    assert done.returncode == -signal.SIGKILL, done.stderr


@pytest.mark.parametrize("flush", [False, True])
def test_a_file_takes_the_place_of_the_one_before(tmp_path: Path, flush: bool) -> None:
    path = tmp_path / "list.yaml"
    for content in (b"old", b"", b"new" * 100_000):
        write_file(path, content, flush=flush)
        assert path.read_bytes() == content
    assert names(tmp_path) == ["list.yaml"]


@pytest.mark.parametrize("mode", [0o644, 0o440])
def test_a_file_may_be_read_by_whom_its_mode_and_the_umask_say(tmp_path: Path, mode: int) -> None:
    before = os.umask(0o027)
    try:
        write_file(tmp_path / "a", b"x", mode=mode)
    finally:
        os.umask(before)
    assert (tmp_path / "a").stat().st_mode & 0o777 == mode & ~0o027
    write_file(tmp_path / "a", b"y", mode=mode)
    assert (tmp_path / "a").read_bytes() == b"y"


def test_an_error_while_writing_a_file_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "list.yaml"
    write_file(path, b"old")
    with pytest.raises(TypeError):
        write_file(path, "not bytes")  # type: ignore[arg-type]
    assert (names(tmp_path), path.read_bytes()) == (["list.yaml"], b"old")
    (tmp_path / "folder").mkdir()
    with pytest.raises(IsADirectoryError):
        write_file(tmp_path / "folder", b"new")
    assert names(tmp_path) == ["folder", "list.yaml"]


def test_a_kill_while_writing_a_file_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "list.yaml"
    write_file(path, b"old")
    run_until_killed(KILLED_BEFORE_THE_RENAME, path)
    assert path.read_bytes() == b"old"
    beside, there = names(tmp_path)
    assert (beside.startswith(".new-"), there) == (True, "list.yaml")
    write_file(path, b"newer")
    assert path.read_bytes() == b"newer"


def test_a_folder_is_written_once(tmp_path: Path) -> None:
    folder = tmp_path / "版本"
    write_folder(folder, {"a.yaml": b"a", "说明.txt": b"b"})
    write_folder(folder, {"a.yaml": b"other"})
    assert (names(tmp_path), names(folder)) == (["版本"], ["a.yaml", "说明.txt"])
    assert (folder / "a.yaml").read_bytes() == b"a"


def test_an_error_while_writing_a_folder_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(TypeError):
        write_folder(tmp_path / "f", {"a": b"a", "b": "not bytes"})  # type: ignore[dict-item]
    assert names(tmp_path) == []


def test_a_kill_while_writing_a_folder_leaves_no_half_of_it(tmp_path: Path) -> None:
    run_until_killed(KILLED_AFTER_THE_FIRST_FILE, tmp_path / "f")
    (beside,) = names(tmp_path)
    assert beside.startswith(".new-")
    write_folder(tmp_path / "f", {"first.txt": b"whole"})
    assert (tmp_path / "f" / "first.txt").read_bytes() == b"whole"


def test_of_many_who_write_a_folder_at_once_one_is_first_and_none_fails(tmp_path: Path) -> None:
    start, failures = Barrier(8), []

    def write(number: int) -> None:
        start.wait()
        try:
            write_folder(tmp_path / "f", {str(part): b"%d" % number for part in range(20)})
        except Exception as error:
            failures.append(error)

    threads = [Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert names(tmp_path) == ["f"]
    assert len({path.read_bytes() for path in (tmp_path / "f").iterdir()}) == 1
    assert len(names(tmp_path / "f")) == 20
