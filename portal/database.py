"""How the database is spoken to: reading in autocommit, writing in one short transaction.

`db.session` is for reading: no BEGIN, no ROLLBACK, nothing to commit. `write()` opens a transaction of its own that
commits at the end of its block or leaves nothing. On SQLite it takes the write lock at once (BEGIN IMMEDIATE), so
that two writers wait for each other instead of failing half-way; on PostgreSQL it is READ COMMITTED, and whatever
must not race is one conditional statement or holds a row lock.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, cast

from flask import current_app
from sqlalchemy import Connection, CursorResult, DateTime, Dialect, Engine, Executable, MetaData, Result, event
from sqlalchemy.orm import DeclarativeBase, Session, registry
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator

AFTER_COMMIT = "after_commit"
WAIT_FOR_WRITERS = 5000  # milliseconds to wait for another writer; then the page says that the portal is busy
WAIT_FOR_SERVER = 5  # seconds to wait for a PostgreSQL server that doesn't answer


class Moment(TypeDecorator[datetime]):
    """A point in time: aware UTC in Python, `timestamptz` on PostgreSQL, UTC text on SQLite."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None or dialect.name != "sqlite":
            return value
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value if value is None else value.replace(tzinfo=value.tzinfo or UTC).astimezone(UTC)


class Base(DeclarativeBase):
    """The models' base. Every constraint has a name, which SQLite's migrations need to change one."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    registry = registry(metadata=metadata, type_annotation_map={datetime: Moment})


def engine_options(database_url: str) -> dict[str, Any]:
    """What the engine is made with: autocommit unless `write()` says otherwise; connections that were cut (a database
    restarted under us) noticed before they are used, which can't happen to a file; no values in an error's words, for
    they end up in logs.

    The pool has no bound of its own: a request holds two connections at most, one for reading and one for writing, and
    threads that all hold the first must not wait for each other's second. It keeps five open: PostgreSQL gives a
    hundred to all processes together.
    """
    cuttable = not database_url.startswith("sqlite")
    return {
        "isolation_level": "AUTOCOMMIT",
        "hide_parameters": True,
        "pool_pre_ping": cuttable,
        "pool_size": 5,
        "max_overflow": -1,
    }


def prepare(engine: Engine) -> None:
    """Give an engine what `write()` needs, and patience with an end; on SQLite also foreign keys and WAL."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_pragmas)
        event.listen(engine, "begin", _take_write_lock)
    else:
        event.listen(engine, "do_connect", _limit_waits)


def writing(engine: Engine) -> Engine:
    """The same engine, and pool, in transactions."""
    if engine.dialect.name == "sqlite":
        return engine.execution_options(writing=True)
    return engine.execution_options(isolation_level="READ COMMITTED")


def read(statement: Executable, values: Mapping[str, Any]) -> CursorResult[Any]:
    """Run a query of columns that is built once, with these values for its parameters.

    On the connection itself: the session's way to it costs as much again as the query.
    """
    session: Session = current_app.extensions["sqlalchemy"].session
    return session.connection().execute(statement, values)


@contextmanager
def write() -> Iterator[Session]:
    """A transaction: committed when the block ends, rolled back when it raises.

    What an UPDATE or DELETE changes is not looked for among the objects read before: here nothing is read to be
    changed so, and the search costs as much as the statement.
    """
    engine: Engine = current_app.extensions["sqlalchemy"].engine
    plainly = {"synchronize_session": False}
    with Session(writing(engine), expire_on_commit=False, execution_options=plainly) as session:
        with session.begin():
            yield session
        for act in session.info.pop(AFTER_COMMIT, ()):
            act()


def after_commit(session: Session, act: Callable[[], None]) -> None:
    """Do this once the transaction is committed, and never if it isn't: what didn't happen is not told."""
    session.info.setdefault(AFTER_COMMIT, []).append(act)


def changed(result: Result[Any]) -> int:
    """How many rows an UPDATE or DELETE changed: the one answer that decides who won a race."""
    return cast("CursorResult[Any]", result).rowcount


def _limit_waits(_dialect: Dialect, _record: ConnectionPoolEntry, _args: list[Any], options: dict[str, Any]) -> None:
    """PostgreSQL itself would wait for ever. What the operator's URL says comes later and holds."""
    options.setdefault("connect_timeout", WAIT_FOR_SERVER)
    options["options"] = f"-c lock_timeout={WAIT_FOR_WRITERS} {options.get('options', '')}"


def _set_pragmas(connection: Any, _record: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={WAIT_FOR_WRITERS}")
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _take_write_lock(connection: Connection) -> None:
    if connection.get_execution_options().get("writing"):
        connection.exec_driver_sql("BEGIN IMMEDIATE")
