"""The parts of a running portal: found, stopped for a while, killed."""

import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

from tests.portal_for_tests import Portal, command, until


def web(portal: Portal) -> list[int]:
    """The two web processes, once both are there."""

    def both() -> list[int] | None:
        masters = [pid for pid, words in _children(portal.pid) if "gunicorn" in words]
        found = [pid for master in masters for pid, _ in _children(master)]
        return found if len(found) == 2 else None

    return until(both, seconds=30)


def worker(portal: Portal) -> int:
    """The worker that the portal started."""
    return next(pid for pid, words in _children(portal.pid) if words.endswith("portal worker"))


def listens(portal: Portal) -> bool:
    """Whether anybody answers at the portal's door."""
    try:
        with socket.create_connection(("127.0.0.1", urlsplit(portal.base).port or 80)):
            return True
    except ConnectionRefusedError:
        return False


def kill_web(portal: Portal) -> None:
    """Kill both web processes where they stand. Others take their place, and the door stays open meanwhile."""
    killed = web(portal)
    for pid in killed:
        os.kill(pid, signal.SIGKILL)
    until(lambda: True if not set(killed) & set(web(portal)) else None, seconds=30)


@contextmanager
def frozen(pid: int) -> Iterator[None]:
    """Stop a process where it stands; afterwards it goes on as if nothing had been."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)


@contextmanager
def another_worker(portal: Portal) -> Iterator["subprocess.Popen[bytes]"]:
    """One more worker of a portal, as on another machine."""
    process = command("worker", portal.env)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def _children(parent: int) -> list[tuple[int, str]]:
    """The living children of a process, each with its command."""
    listed = subprocess.run(["ps", "-ww", "-eo", "pid=,ppid=,stat=,args="], capture_output=True, text=True, check=True)  # noqa: S607
    rows = (line.split(None, 3) for line in listed.stdout.splitlines())
    return [(int(row[0]), row[3]) for row in rows if int(row[1]) == parent and not row[2].startswith("Z")]
