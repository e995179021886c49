"""The servers that are measured: a portal with its worker, and the bare page under the same gunicorn."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from config import ROOT
from portal.cli.serve import PROCESSES, web
from tests.bench import processes
from tests.bench.line import Line
from tests.portal_for_tests import until


@dataclass
class Server:
    """A running server. `first_answer`: seconds from its start. `web`: the processes that answer requests."""

    port: int
    first_answer: float
    web: list[int]
    worker: list[int]
    database: str
    _before: dict[int, float] = field(default_factory=dict)

    def begin(self) -> None:
        """Look at the processors' clocks."""
        self._before = self._spent()

    def spent(self) -> float:
        """Seconds of processor time since `begin`: of the web processes, and of PostgreSQL's that serve them."""
        return sum(now - self._before.get(pid, 0.0) for pid, now in self._spent().items())

    def _spent(self) -> dict[int, float]:
        return {pid: processes.cpu(pid) for pid in (*self.web, *processes.backends(self.database))}


@contextmanager
def portal(env: dict[str, str], log: Path) -> Iterator[Server]:
    """The very command that `make run` uses."""
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "portal", "serve"]
    with _running(command, env, int(env["PORT"]), "/healthz", log) as server:
        yield server


@contextmanager
def bare(database: str, log: Path) -> Iterator[Server]:
    """The bare page, served as `portal serve` serves the portal."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        command, port = web(door, "tests.bench.bare:app"), int(door.getsockname()[1])
        with _running(command, {"PORTAL_DATABASE_URL": database}, port, "/", log, door.fileno()) as server:
            yield server


@contextmanager
def _running(command: list[str], env: dict[str, str], port: int, path: str, log: Path, *fds: int) -> Iterator[Server]:
    outside = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
    with log.open("ab") as said:
        began = time.monotonic()
        process = subprocess.Popen(command, cwd=ROOT, env=outside | env, stdout=said, stderr=said, pass_fds=fds)  # noqa: S603
        try:
            until(lambda: _answers(port, path, process), seconds=60)
            first_answer = time.monotonic() - began
            serving = until(lambda: _serving(process.pid))
            worker = [pid for pid in processes.below(process.pid) if "worker" in processes.words(pid)]
            yield Server(port, first_answer, serving, worker, env["PORTAL_DATABASE_URL"])
        finally:
            process.terminate()
            process.wait(30)


def _answers(port: int, path: str, process: "subprocess.Popen[bytes]") -> bool | None:
    assert process.poll() is None, "the server ended by itself"
    try:
        line = Line(port, "192.0.2.1")
    except ConnectionRefusedError:
        return None
    answer = line.get(path, {})
    line.close()
    return True if answer.status == 200 else None


def _serving(pid: int) -> list[int] | None:
    """The processes that answer requests, once all of them are there: gunicorn's own children."""
    known = [pid, *processes.below(pid)]
    gunicorn = [each for each in known if "gunicorn" in processes.words(each)]
    found = [each for each in gunicorn if not processes.below(each)]
    return found if len(found) == PROCESSES else None
