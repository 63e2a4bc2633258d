"""The database: engine and sessions, one code for SQLite and PostgreSQL."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import (
    ARRAY,
    BigInteger,
    BindParameter,
    Boolean,
    Connection,
    Dialect,
    Engine,
    Text,
    TypeDecorator,
    bindparam,
    create_engine,
    event,
    func,
    inspect,
    make_url,
    select,
    text,
)
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.pool import ConnectionPoolEntry, NullPool
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine

from records.settings import SHIPPED
from records.storable import guard, written_json

_MIGRATIONS = SHIPPED / "alembic" / "versions"


class DatabaseUnfit(Exception):
    """This version cannot work with the database's tables; the message says which of the two is to be upgraded."""


def open_engine(url: str, *, pooled: bool = True) -> Engine:
    """An engine for `url` (SQLAlchemy form). A missing folder of a SQLite file is made. One that is not pooled keeps no
    connection open between uses: it needs no end where nobody knows when it was used last.

    SQLite runs in WAL mode with foreign keys on and waits 30 s for a lock, so that the pages can be read
    while a crawl writes; each commit is flushed to disk, since a snapshot must survive a power cut.
    """
    parsed = make_url(url)
    pool = {} if pooled else {"poolclass": NullPool}
    if parsed.get_backend_name() != "sqlite":
        # Asked first: a server that was started again costs no call its answer.
        engine = create_engine(parsed, pool_pre_ping=True, json_serializer=written_json, **pool)
        guard(engine)
        return engine
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(parsed, connect_args={"timeout": 30}, json_serializer=written_json, **pool)
    guard(engine)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # transactions are begun by the engine's "begin" event
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", "synchronous=FULL"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A writer takes its lock at once: taken later, it could fail half-way with no second try.
    read_only = connection.get_execution_options().get("read_only")
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A session for reading only: it waits for no writer, and its changes are discarded."""
    with Session(engine.execution_options(read_only=True), expire_on_commit=False) as session:
        yield session


@contextmanager
def glancing(engine: Engine) -> Iterator[Session]:
    """A session for one query: PostgreSQL is not asked to begin and to end a transaction around it."""
    one_query: dict[str, object] = {"read_only": True}
    if engine.dialect.name == "postgresql":
        one_query |= {"isolation_level": "AUTOCOMMIT"}
    with Session(engine.execution_options(**one_query), expire_on_commit=False) as session:
        yield session


@contextmanager
def transaction(engine: Engine) -> Iterator[Session]:
    """A session whose work is committed at the end, or rolled back when an exception leaves it."""
    with Session(engine, expire_on_commit=False) as session, session.begin():
        yield session


def database_time(session: Session) -> datetime | None:
    """The time by the database's own clock; None for SQLite, which has only this machine's."""
    if session.get_bind().dialect.name == "sqlite":
        return None
    found: datetime = session.scalars(select(func.clock_timestamp())).one()
    return found


class Ids(TypeDecorator[Sequence[int]]):
    """Many ids as one value: an array, or JSON where there are none."""

    impl = ARRAY(BigInteger)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else ARRAY(BigInteger()))

    def process_bind_param(self, value: Sequence[int] | None, dialect: Dialect) -> Any:  # noqa: ANN401 - two types
        ids = [int(one) for one in value or ()]
        return json.dumps(ids) if dialect.name == "sqlite" else ids


class among(FunctionElement[bool]):  # noqa: N801 - it stands in a query like a function of SQL
    """`among(column, ids)`: whether the column is one of many ids, which are one parameter, given here or as a `bindparam`
    of `Ids`. The statement is the same for any number of them: it is planned once, and nothing is bound one by one."""

    type = Boolean()
    inherit_cache = True

    def __init__(
        self, column: InstrumentedAttribute[int], ids: Sequence[int] | BindParameter[Sequence[int]]
    ) -> None:
        super().__init__(column, ids if isinstance(ids, BindParameter) else bindparam(None, ids, type_=Ids))


@compiles(among)
def _among_array(element: among, compiler: SQLCompiler, **kwargs: Any) -> str:  # noqa: ANN401 - SQLAlchemy's own
    column, ids = (compiler.process(one, **kwargs) for one in element.clauses)
    return f"{column} = ANY ({ids})"


@compiles(among, "sqlite")
def _among_json(element: among, compiler: SQLCompiler, **kwargs: Any) -> str:  # noqa: ANN401 - SQLAlchemy's own
    column, ids = (compiler.process(one, **kwargs) for one in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({ids}))"  # noqa: S608 - both are written by the compiler


_BATCH = 500
Item = TypeVar("Item")


def in_batches(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """Some of the items at a time: no statement takes more than 65,535 parameters (PostgreSQL), 32,766 (SQLite)."""
    return (items[at : at + _BATCH] for at in range(0, len(items), _BATCH))


@dataclass(frozen=True)
class TablesVersion:
    """The revision of the database's tables, and that of the oldest program that works with them; None where there are no
    tables, and from before programs could be older than their tables."""

    revision: str | None
    compatible_from: str | None


def find_tables_version(connection: Connection) -> TablesVersion:
    """The version of the tables, as the last migration left it."""
    if not inspect(connection).has_table("alembic_version"):
        return TablesVersion(None, None)
    rows = connection.execute(text("SELECT * FROM alembic_version")).mappings().all()
    row = dict(rows[0]) if rows else {}
    return TablesVersion(row.get("version_num"), row.get("compatible_from"))


def require_fitting(engine: Engine) -> str:
    """The revision of the tables: this version's, or a newer one that lets this version go on, as during a rolling
    upgrade. Raises DatabaseUnfit for any other."""
    ours = newest_revision()
    with engine.connect() as connection:
        tables = find_tables_version(connection)
    if tables.revision is None or tables.revision < ours:
        raise DatabaseUnfit(
            f"数据库结构版本为 {tables.revision or '空'}，程序需要 {ours}：请先运行 qingyi database upgrade"
        )
    if tables.revision > ours and (tables.compatible_from or tables.revision) > ours:
        raise DatabaseUnfit(
            f"数据库结构版本为 {tables.revision}，程序是 {ours}，"
            f"低于 {tables.compatible_from or tables.revision} 的程序不能再用：请升级程序"
        )
    return tables.revision


def newest_revision() -> str:
    """The revision of this version's tables, by the names of the migrations: alembic itself takes half a second to
    be imported, and every command asks."""
    return max(path.name for path in _MIGRATIONS.glob("[0-9]*.py")).split("_")[0]
