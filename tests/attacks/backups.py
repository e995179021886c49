"""A backup of a portal's database, taken while it runs, and put back while it doesn't."""

import shutil
from collections.abc import Callable
from pathlib import Path

from flask import Flask
from sqlalchemy import Connection, text

from portal.database import Base, writing
from portal.extensions import db

Restore = Callable[[Flask], None]


def dump(app: Flask, folder: Path) -> Restore:
    """Copy the database as it is now. What is returned puts the copy back."""
    with app.app_context():
        sqlite = db.engine.url.database if db.engine.dialect.name == "sqlite" else None
    return _dump_file(app, Path(sqlite), folder / "dump.db") if sqlite else _dump_schema(app)


def _dump_file(app: Flask, database: Path, copy: Path) -> Restore:
    with app.app_context(), db.engine.connect() as connection:
        connection.execute(text("VACUUM INTO :copy"), {"copy": str(copy)})

    def restore(_: Flask) -> None:
        for more in ("-wal", "-shm"):
            Path(f"{database}{more}").unlink(missing_ok=True)
        shutil.copy(copy, database)

    return restore


def _dump_schema(app: Flask) -> Restore:
    """As plain statements: the programs of PostgreSQL need not be on this machine."""
    tables = [table.name for table in Base.metadata.sorted_tables]
    with app.app_context(), writing(db.engine).begin() as rows:
        schema = f"{rows.scalar(text('SELECT current_schema()'))}_dump"
        _run(rows, f"DROP SCHEMA IF EXISTS {schema} CASCADE", f"CREATE SCHEMA {schema}")
        _run(rows, *(f"CREATE TABLE {schema}.{table} AS TABLE {table}" for table in tables))

    def restore(app: Flask) -> None:
        with app.app_context(), writing(db.engine).begin() as rows:
            _run(rows, f"TRUNCATE {', '.join(tables)}")
            _run(rows, *(f"INSERT INTO {table} TABLE {schema}.{table}" for table in tables))
            _run(rows, f"DROP SCHEMA {schema} CASCADE")

    return restore


def _run(rows: Connection, *statements: str) -> None:
    for statement in statements:
        rows.execute(text(statement))
