"""`portal serve`: one command for everything, and nothing left behind."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from config import ROOT
from tests.portal_for_tests import environment, free_port, fresh_database, until

pytestmark = pytest.mark.any_engine

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    return environment(fresh_database("serve", tmp_path), free_port())


@pytest.fixture
def start(env: dict[str, str], tmp_path: Path) -> Iterator[Start]:
    """Starts a portal in a process group of its own, with its words in a file."""
    started: list[subprocess.Popen[str]] = []

    def run(**extra: str) -> "subprocess.Popen[str]":
        command = [sys.executable, "-m", "flask", "--app", "wsgi", "portal", "serve"]
        outside = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
        with (tmp_path / "words").open("w") as words:
            process = subprocess.Popen(  # noqa: S603
                command,
                cwd=ROOT,
                env=outside | env | extra,
                stdout=words,
                stderr=words,
                text=True,
                start_new_session=True,
            )
        started.append(process)
        return process

    yield run
    for process in started:
        for member in group(process):
            os.kill(member, signal.SIGKILL)
        process.wait()


def group(process: "subprocess.Popen[str]") -> list[int]:
    """The living processes of a portal."""
    listed = subprocess.run(["ps", "-eo", "pid=,pgid=,stat="], capture_output=True, text=True, check=True)  # noqa: S607
    rows = (line.split() for line in listed.stdout.splitlines())
    return [int(pid) for pid, pgid, stat in rows if int(pgid) == process.pid and not stat.startswith("Z")]


def ended(process: "subprocess.Popen[str]") -> bool | None:
    return True if not group(process) else None


def running(process: "subprocess.Popen[str]") -> list[int]:
    """Waits for serve, gunicorn, its two processes and the worker."""
    return until(lambda: group(process) if len(group(process)) == 5 else None, seconds=30)


def words(tmp_path: Path) -> str:
    return (tmp_path / "words").read_text()


def test_a_stop_leaves_nothing_behind_and_the_next_start_works(
    start: Start, tmp_path: Path, env: dict[str, str]
) -> None:
    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        process = start()
        running(process)
        assert f"The portal: {env['PORTAL_BASE_URL']}\n" in words(tmp_path)
        assert f"Demo inbox: {env['PORTAL_BASE_URL']}/demo/inbox\n" in words(tmp_path)
        process.send_signal(sign)
        assert process.wait(20) == 0
        until(partial(ended, process))


def test_a_part_that_ends_takes_the_rest_along(start: Start, tmp_path: Path) -> None:
    process = start()
    worker = max(running(process)[1:3])
    os.kill(worker, signal.SIGKILL)
    assert process.wait(20) == 1
    until(partial(ended, process))
    assert "ended by itself" in words(tmp_path)


def test_a_port_that_is_taken_is_named(start: Start, tmp_path: Path, env: dict[str, str]) -> None:
    running(start())
    assert start().wait(20) == 1
    assert f"Port {env['PORT']} is taken" in words(tmp_path)
    assert "Traceback" not in words(tmp_path)


def test_a_bad_setting_is_one_line(start: Start, tmp_path: Path) -> None:
    assert start(PORTAL_MAIL_TLS="perhaps").wait(20) == 3
    assert words(tmp_path).splitlines() == ["Error: PORTAL_MAIL_TLS must be one of , none, starttls, tls"]
