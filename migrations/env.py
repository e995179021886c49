"""How Alembic reaches the database: the portal's own engine, everything in one transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

from alembic import context
from flask import current_app
from sqlalchemy import Connection, text

from portal.database import Moment, writing
from portal.extensions import db

ONE_AT_A_TIME = 7_402_551_901  # any number that nothing else locks in this database


def render_item(kind: str, item: Any, _autogen_context: Any) -> str | Literal[False]:
    """A migration must not change with the portal's code, so it names SQLAlchemy's own types only."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, Moment) else False


@contextmanager
def without_foreign_keys(connection: Connection) -> Iterator[None]:
    """On SQLite a changed table is built anew and the old one dropped, which must not take its children along."""
    if connection.dialect.name != "sqlite":
        yield
        return
    sqlite: Any = connection.connection.driver_connection
    sqlite.execute("PRAGMA foreign_keys=OFF")  # it would do nothing inside the transaction
    try:
        yield
    finally:
        sqlite.execute("PRAGMA foreign_keys=ON")


def run() -> None:
    options = current_app.extensions["migrate"].configure_args
    with writing(db.engine).connect() as connection, without_foreign_keys(connection):
        context.configure(connection=connection, target_metadata=db.metadata, render_item=render_item, **options)
        with connection.begin():
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": ONE_AT_A_TIME})
            context.run_migrations()


run()
