"""The program goes on with tables that a newer one has migrated, where the migration says that it may."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, text

from alembic import command
from jobs.health import check_vital
from jobs.queued.worker import _unfit
from records import migrations
from records.database import DatabaseUnfit, newest_revision, require_fitting
from records.migrations import TablesBusy, downgrade, migration_config, upgrade
from records.settings import SHIPPED
from tests.records import registered
from tests.records.contract import Column, Table, find_breaks, tables_of
from tests.waiting import wait_for

OURS = newest_revision()
OPTIONAL = "op.add_column('cases', sa.Column('supervised_by', sa.String(100)))"
Migrate = Callable[..., None]


@pytest.fixture
def migrate(engine: Engine, tmp_path: Path) -> Migrate:
    """Migrate to a version of tomorrow's program: `does` is its migration, which follows those made before."""

    def to_next(does: str, compatible_from: str | None = None, undoes: str = "pass") -> None:
        made = sorted(path.name[:4] for path in tmp_path.glob("9*.py"))
        revision = f"{9001 + len(made)}"
        says = f"compatible_from = {compatible_from!r}" if compatible_from else ""
        (tmp_path / f"{revision}_tomorrow.py").write_text(
            f'import sqlalchemy as sa\nfrom alembic import op\nrevision = "{revision}"\n'
            f'down_revision = "{made[-1] if made else OURS}"\n{says}\n'
            f"def upgrade():\n    {does}\ndef downgrade():\n    {undoes}\n"
        )
        config = migration_config(engine)
        config.set_main_option("version_locations", f"{SHIPPED / 'alembic' / 'versions'}:{tmp_path}")
        command.upgrade(config, revision)

    return to_next


def test_a_program_goes_on_with_newer_tables_that_say_so(
    engine: Engine, store, rules, now, migrate: Migrate
) -> None:
    assert require_fitting(engine) == OURS
    migrate(OPTIONAL, compatible_from=OURS)
    assert require_fitting(engine) == "9001"
    assert registered.state(engine, registered.case(engine, store, rules, now)) == "待研判"
    told = check_vital(engine, store)[0]
    assert told.is_good
    assert f"结构版本 9001，程序 {OURS} 可继续使用" in told.words


def test_a_program_refuses_newer_tables_that_do_not_say_so(engine: Engine, store, migrate: Migrate) -> None:
    migrate(OPTIONAL)
    refusal = f"结构版本为 9001，程序是 {OURS}，低于 9001 的程序不能再用：请升级程序"
    for refuses in (require_fitting, upgrade):
        with pytest.raises(DatabaseUnfit, match=refusal):
            refuses(engine)
    told = check_vital(engine, store)[0]
    assert (told.is_good, told.words) == (False, f"数据库{refusal}")
    assert _unfit(engine) == f"数据库{refusal}", "a worker that runs ends"


@pytest.mark.databases("sqlite")
def test_the_migration_that_asks_for_most_decides(engine: Engine, migrate: Migrate) -> None:
    migrate(OPTIONAL, compatible_from=OURS)
    migrate("pass", compatible_from="9001")  # stops what ours still uses
    migrate("pass", compatible_from=OURS)
    with pytest.raises(DatabaseUnfit, match="低于 9001 的程序"):
        require_fitting(engine)


@pytest.mark.databases("sqlite")
def test_tables_that_go_back_ask_for_less(engine: Engine, tmp_path: Path, migrate: Migrate) -> None:
    migrate(OPTIONAL, compatible_from=OURS)
    migrate("pass")
    config = migration_config(engine)
    config.set_main_option("version_locations", f"{SHIPPED / 'alembic' / 'versions'}:{tmp_path}")
    command.downgrade(config, "-1")
    assert require_fitting(engine) == "9001"


@pytest.mark.databases("sqlite")
def test_an_older_program_upgrades_nothing_and_starts(engine: Engine, qingyi, migrate: Migrate) -> None:
    migrate(OPTIONAL, compatible_from=OURS)
    done = qingyi("database", "upgrade")
    assert (done.returncode, "已是更新的版本 9001" in done.stdout) == (0, True), done.stderr
    assert qingyi("audit", "verify").returncode == 0
    assert qingyi("database", "check").returncode == 1
    migrate("pass")
    done = qingyi("database", "upgrade")
    assert (done.returncode, "请升级程序" in done.stderr) == (2, True)


def test_a_newer_program_refuses_older_tables(engine: Engine) -> None:
    downgrade(engine, "0036")  # from before tables said which programs they are for
    with pytest.raises(DatabaseUnfit, match=f"为 0036，程序需要 {OURS}：请先运行 qingyi database upgrade"):
        require_fitting(engine)
    assert upgrade(engine) == OURS
    assert require_fitting(engine) == OURS


@pytest.mark.databases("postgresql")
def test_a_migration_lets_others_through_until_it_gets_its_tables(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A long transaction reads `cases`; the migration wants the table alone. Whoever reads it next may not wait for both."""
    monkeypatch.setattr(migrations, "_LOCK_WAIT", 0.3)
    monkeypatch.setattr(migrations, "_PAUSE", 0.1)
    downgrade(engine, "0035")  # 0036 makes indexes of `cases`
    worker = threading.Thread(target=upgrade, args=(engine,))
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'cases'::regclass")
    with engine.connect() as long, engine.connect() as other:
        long.execute(text("LOCK TABLE cases IN ROW EXCLUSIVE MODE"))
        worker.start()
        wait_for(lambda: other.scalar(waiting), "the migration does not wait for its table")
        other.rollback()
        other.execute(text("SET statement_timeout = '5s'"))
        other.execute(text("LOCK TABLE cases IN ROW EXCLUSIVE MODE"))  # behind the migration, which gives up
        assert worker.is_alive()
        for connection in (other, long):
            connection.rollback()
    worker.join(60)
    assert require_fitting(engine) == OURS


@pytest.mark.databases("postgresql")
def test_tables_that_are_never_free_are_told(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"_LOCK_WAIT": 0.05, "_PAUSE": 0.01, "_TRIES": 2}.items():
        monkeypatch.setattr(migrations, name, value)
    downgrade(engine, "0035")
    with engine.connect() as long:
        long.execute(text("LOCK TABLE cases IN ROW EXCLUSIVE MODE"))
        with pytest.raises(TablesBusy, match="没有改动任何内容"):
            upgrade(engine)
    with pytest.raises(DatabaseUnfit, match="为 0035"):
        require_fitting(engine)


def test_each_migration_that_says_so_leaves_older_programs_their_tables(engine: Engine) -> None:
    """Of all migrations that let an older program go on: what it reads is there, and what it writes is taken."""
    script = ScriptDirectory.from_config(migration_config(engine))
    saying = [
        one
        for one in reversed(list(script.walk_revisions()))
        if getattr(one.module, "compatible_from", one.revision) < one.revision
    ]
    if not saying:
        return
    start = str(saying[0].down_revision)
    downgrade(engine, start)
    before = tables_of(engine)
    for one in reversed(list(script.iterate_revisions("head", start))):
        upgrade(engine, one.revision)
        after = tables_of(engine)
        if one in saying:
            breaks = find_breaks(before, after, getattr(one.module, "unused", ()))
            assert breaks == [], f"{one.revision} says that an older program may go on"
        before = after


def test_what_an_older_program_no_longer_used_may_go() -> None:
    column = Column("INTEGER", must_be_given=False)
    before = {"cases": Table({"id": column, "score": column}, frozenset()), "views": Table({}, frozenset())}
    after = {"cases": Table({"id": column}, frozenset())}
    assert find_breaks(before, after) == ["cases.score is gone", "views is gone"]
    assert find_breaks(before, after, unused=("cases.score", "views")) == []


def breaks_of(engine: Engine, migrate: Migrate, changes: list[str]) -> list[list[str]]:
    """What each of the changes breaks, made one after the other: tables are migrated once for all of them."""
    found = []
    for does in changes:
        before = tables_of(engine)
        migrate(does, compatible_from=OURS)
        found.append(find_breaks(before, tables_of(engine)))
    return found


@pytest.mark.databases("sqlite")
def test_what_breaks_an_older_program_is_found(engine: Engine, migrate: Migrate) -> None:
    expands = [
        OPTIONAL,
        "op.add_column('cases', sa.Column('tier', sa.Integer, server_default='1', nullable=False))",
        "op.create_index('ix_new', 'cases', ['score'])",
        "op.create_table('calls', sa.Column('id', sa.Integer, primary_key=True))",
    ]
    assert breaks_of(engine, migrate, expands) == [[]] * len(expands)
    changes = [
        "op.execute('ALTER TABLE cases RENAME COLUMN score TO points')",
        "op.execute('ALTER TABLE saved_views RENAME TO views')",
        "op.execute('CREATE UNIQUE INDEX ux ON cases (points)')",
    ]
    assert breaks_of(engine, migrate, changes) == [
        ["cases.score is gone", "cases.points must be given"],
        ["saved_views is gone"],
        ["cases is unique by points"],
    ]


@pytest.mark.databases("postgresql")
def test_what_breaks_an_older_program_is_found_in_altered_columns(engine: Engine, migrate: Migrate) -> None:
    changes = [
        "op.alter_column('cases', 'score', type_=sa.BigInteger)",
        "op.create_check_constraint('few', 'cases', 'score < 9')",
        "op.alter_column('transfers', 'held_until', nullable=False)",
        "op.alter_column('transfers', 'note', type_=sa.String(9))",
    ]
    assert breaks_of(engine, migrate, changes) == [
        [],
        ["cases is checked by ck_cases_few"],
        ["transfers.held_until must be given"],
        ["transfers.note is TEXT no more"],
    ]
