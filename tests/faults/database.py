"""What can be wrong with a database: another writer holds on to it, there is no room left, its server is gone."""

import resource
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from threading import Thread

from sqlalchemy import Connection, make_url, text
from sqlalchemy.exc import OperationalError

from portal.database import Base, writing
from portal.extensions import db
from tests.faults.parts import frozen, web, worker
from tests.portal_for_tests import Portal, free_port, until


@contextmanager
def held(portal: Portal) -> Iterator[None]:
    """Another writer, a script of the operator's say, that doesn't let go."""
    with _transaction(portal) as rows:  # on SQLite it holds the one lock there is
        if rows.dialect.name == "postgresql":
            for table in _tables():
                rows.execute(text(f"LOCK TABLE {table} IN EXCLUSIVE MODE"))
        yield


@contextmanager
def worker_stopped(portal: Portal) -> Iterator[None]:
    """The worker stands still, stopped between two of its writes: in one, it would hold on to the database."""
    with ExitStack() as stopped:

        def between_writes() -> bool | None:
            with ExitStack() as trial:
                trial.enter_context(frozen(worker(portal)))
                try:
                    with held(portal):
                        pass
                except OperationalError:
                    return None
                stopped.push(trial.pop_all())
            return True

        until(between_writes, seconds=60)
        yield


@contextmanager
def full(portal: Portal) -> Iterator[None]:
    """No room for another byte: on SQLite the portal's processes may write to no file, as on a full disk; PostgreSQL's
    server isn't ours to starve, so the tables answer in its words."""
    if portal.env["PORTAL_DATABASE_URL"].startswith("sqlite"):
        with ExitStack() as starved:
            for pid in (*web(portal), worker(portal)):
                starved.enter_context(_no_file_may_grow(pid))
            yield
        return
    with _transaction(portal) as rows:
        rows.execute(text(_NO_ROOM))
        for table in _tables():
            rows.execute(text(_REFUSE.format(table=table)))
    yield
    with _transaction(portal) as rows:
        rows.execute(text("DROP FUNCTION no_room() CASCADE"))


_NO_ROOM = "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE SQLSTATE '53100'; END $$"
_REFUSE = """CREATE TRIGGER no_room BEFORE INSERT OR UPDATE OR DELETE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION no_room()"""


@contextmanager
def _no_file_may_grow(pid: int) -> Iterator[None]:
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, before)


class Line:
    """A line to a database server, which can be cut and mended."""

    def __init__(self, database: str) -> None:
        there = make_url(database)
        self.to = (there.host or "localhost", there.port or 5432)
        self.port = free_port()
        self.ends: list[socket.socket] = []
        mine = there.set(host="127.0.0.1", port=self.port)
        self.database = mine.render_as_string(hide_password=False)

    @contextmanager
    def laid(self) -> Iterator["Line"]:
        """The line while it is there."""
        self.mend()
        try:
            yield self
        finally:
            self.cut()

    @contextmanager
    def gone(self) -> Iterator[None]:
        """The server is gone: what was connected is cut off, and nobody answers."""
        self.cut()
        yield
        self.mend()

    def mend(self) -> None:
        self.door = socket.create_server(("127.0.0.1", self.port))
        Thread(target=self._connect, args=(self.door,), daemon=True).start()

    def cut(self) -> None:
        for end in (self.door, *self.ends):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self.ends.clear()

    def _connect(self, door: socket.socket) -> None:
        with suppress(OSError):
            while True:
                near, far = door.accept()[0], socket.create_connection(self.to)
                self.ends += [near, far]
                for one, other in ((near, far), (far, near)):
                    Thread(target=_carry, args=(one, other), daemon=True).start()


def _carry(one: socket.socket, other: socket.socket) -> None:
    with suppress(OSError):
        while words := one.recv(65536):
            other.sendall(words)
    for end in (one, other):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


@contextmanager
def _transaction(portal: Portal) -> Iterator[Connection]:
    with portal.app.app_context(), writing(db.engine).begin() as rows:
        yield rows


def _tables() -> list[str]:
    return [table.name for table in Base.metadata.sorted_tables]
