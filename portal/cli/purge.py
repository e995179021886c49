"""`portal purge`: what the worker does once a minute, now."""

import click
from flask.cli import with_appcontext

from portal import clock
from portal.access import retention
from portal.cli.group import as_json, print_json


@click.command("purge")
@as_json
@with_appcontext
def purge(as_json: bool) -> None:
    """Delete what is past its keeping time, as the worker does once a minute. Says how many rows that were."""
    counts = retention.purge(clock.now())
    if as_json:
        print_json(counts)
        return
    for name, count in counts.items():
        click.echo(f"{name}: {count}")
