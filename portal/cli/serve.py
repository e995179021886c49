"""`portal serve`: the whole portal in one terminal – database, web and worker."""

import errno
import os
import socket
import subprocess
import sys
import tempfile
import time

import click
import flask_migrate
from flask.cli import ScriptInfo
from sqlalchemy.exc import OperationalError

from config import ROOT
from portal.cli.stop import Stop
from portal.extensions import db, settings

STOPPING = 15  # seconds: longer than a row in the worker's hand or a page usually takes
# Threads: four that hash, four in the queue for it, and as many again for pages that hash nothing.
PROCESSES, THREADS = 2, 16


@click.command()
@click.pass_obj
def serve(info: ScriptInfo) -> None:
    """Prepare the database, then run web and worker on this machine until Ctrl-C."""
    app = info.load_app()
    with _open_door() as door:
        with app.app_context():
            _prepare_database()
            click.echo(f"The portal: {settings().base_url}")
            if settings().development:
                click.echo(f"Demo inbox: {settings().base_url}/demo/inbox")
            click.echo("Ctrl-C stops it.")
        with tempfile.TemporaryDirectory() as counts:  # the processes' counts for /metrics, which begin anew with them
            _keep_running([web(door), _WORKER], door.fileno(), {"PROMETHEUS_MULTIPROC_DIR": counts})


def _open_door() -> socket.socket:
    """Listen on this machine only; a proxy in front opens it to others. Opened here, so that a port that is taken is
    known before anything starts."""
    text = os.environ.get("PORT", "8000")
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise click.ClickException("PORT must be a number from 1 to 65535")
    try:
        return socket.create_server(("127.0.0.1", int(text)))
    except OSError as problem:
        if problem.errno != errno.EADDRINUSE:
            raise click.ClickException(f"Port {text} can't be used: {problem.strerror}") from None
        raise click.ClickException(
            f"Port {text} is taken. Stop what listens there, or choose another by PORT=…"
        ) from None


def _prepare_database() -> None:
    click.echo("Preparing the database ...")
    try:
        if db.engine.dialect.name == "sqlite" and db.engine.url.database:
            file = db.engine.url.database.removeprefix("file:")  # a path, or the URI of one
            os.makedirs(os.path.dirname(file) or ".", exist_ok=True)
        flask_migrate.upgrade(directory=str(ROOT / "migrations"))
    except OperationalError as problem:
        raise click.ClickException(f"PORTAL_DATABASE_URL can't be used: {problem.orig}") from None
    db.engine.dispose()


_WORKER = [sys.executable, "-m", "flask", "--app", "wsgi", "portal", "worker"]


def web(door: socket.socket, application: str = "wsgi:app") -> list[str]:
    """The command that serves an application behind this door; another one only to be measured beside the portal."""
    return [
        *(sys.executable, "-m", "gunicorn", application, "--bind", f"fd://{door.fileno()}"),
        *("--worker-class", "gthread", "--workers", str(PROCESSES), "--threads", str(THREADS)),
        *("--graceful-timeout", "5", "--log-level", "warning", "--logger-class", "portal.cli.gunicorn_log.Lines"),
        *("--forwarded-allow-ips", ""),  # PORTAL_PROXIES alone says whom to believe: no SCRIPT_NAME from outside
        "--no-control-socket",  # two portals of one user would share the one in the home directory
    ]


def _keep_running(commands: list[list[str]], door: int, more: dict[str, str]) -> None:
    """Run the commands until told to stop, or until one of them ends, which is a failure."""
    stop = Stop()
    children: list[subprocess.Popen[bytes]] = []
    try:
        for command in commands:
            children.append(subprocess.Popen(command, cwd=ROOT, pass_fds=(door,), env=os.environ | more))  # noqa: S603  our own words
        while not stop() and all(child.poll() is None for child in children):
            time.sleep(0.1)
    finally:
        _end(children)
    if not stop():
        raise click.ClickException("A part of the portal ended by itself, so the rest was stopped.")


def _end(children: list[subprocess.Popen[bytes]]) -> None:
    for child in children:
        child.terminate()
    for child in children:
        try:
            child.wait(STOPPING)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
