"""`qingyi backup` and `qingyi restore`: one pair, one line for each error."""

from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from classifiers.lists.rules import RuleSet
from records.store.content_store import EvidenceStore
from tests import commands
from tests.records import registered


@pytest.mark.databases("sqlite")
def test_the_pair(
    engine: Engine, store: EvidenceStore, rules: RuleSet, now: datetime, qingyi, environment, tmp_path: Path
) -> None:
    registered.captured(engine, store, registered.case(engine, store, rules, now))
    kept = {"QINGYI_LISTS_KEPT_DIR": str(tmp_path / "lists")}
    none = qingyi("restore", str(tmp_path / "backup"), **kept)
    assert (none.returncode, "没有完整的备份" in none.stderr) == (2, True)
    taken = qingyi("backup", str(tmp_path / "backup"), **kept)
    assert taken.returncode == 0, taken.stderr
    over = qingyi("restore", str(tmp_path / "backup"), **kept)
    assert (over.returncode, "已有数据，不予覆盖" in over.stderr) == (2, True)
    elsewhere = {
        **commands.environment_of(f"sqlite:///{tmp_path / 'new' / 'q.db'}", tmp_path / "again"),
        **kept,
    }
    back = commands.run("restore", str(tmp_path / "backup"), environment=elsewhere)
    assert back.returncode == 0, back.stderr
    assert "所有登录已失效" in back.stdout
    checked = commands.run("evidence", "check", environment=elsewhere)
    assert (checked.returncode, "1 份取证记录全部相符" in checked.stdout) == (0, True)
    next((tmp_path / "evidence").glob("[0-9a-f][0-9a-f]/*")).unlink()
    less = qingyi("backup", str(tmp_path / "second"), **kept)
    assert (less.returncode, "证据库中没有" in less.stderr) == (1, True)


@pytest.mark.databases("sqlite")
def test_a_place_that_cannot_be_written_to_is_told(environment, qingyi, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", "utf-8")
    done = qingyi("backup", str(tmp_path / "file" / "backup"))
    assert (done.returncode, "错误" in done.stderr, "Traceback" in done.stderr) == (2, True, False)
