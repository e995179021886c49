"""`portal worker`: as many as wanted may run, on as many machines."""

import logging

import click
from flask.cli import ScriptInfo

from portal.access import retention
from portal.cli.stop import Stop
from portal.delivery import worker as delivery


@click.command()
@click.pass_obj
def worker(info: ScriptInfo) -> None:
    """Hand over messages and purge old rows until told to stop."""
    logging.basicConfig(level=logging.INFO, format="worker: %(message)s")
    delivery.run(info.load_app(), retention.purge, Stop())
