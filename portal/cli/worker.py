"""`portal worker`: as many as wanted may run, on as many machines."""

import logging
from datetime import datetime

import click
from flask.cli import ScriptInfo

from portal import logs
from portal.access import failures, recovery_notices, retention
from portal.cli.stop import Stop
from portal.delivery import worker as delivery


@click.command()
@click.pass_obj
def worker(info: ScriptInfo) -> None:
    """Hand over messages and purge old rows until told to stop."""
    app = info.load_app()
    logs.to_standard_error(logging.INFO)
    delivery.run(app, _chores, Stop())


def _chores(now: datetime) -> None:
    """What is done once a minute."""
    failures.tell_of_abandoned(now)
    recovery_notices.tell(now)
    retention.purge(now)
