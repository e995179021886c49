"""`portal keys …`: looking after PORTAL_DATA_KEYS."""

import click
from flask.cli import AppGroup

from portal import clock
from portal.access import key_rotation
from portal.access.key_rotation import Rotated
from portal.cli.group import as_json, print_json
from portal.web.times import day_and_clock, iso

keys = AppGroup("keys", help="Look after the keys that encrypt data.")


@keys.command("rotate")
@as_json
@click.pass_context
def rotate(ctx: click.Context, as_json: bool) -> None:
    """Encrypt everything anew under the newest of PORTAL_DATA_KEYS, while the portal runs.

    Put the new key first only when every process knows it: add it last, restart all, put it first, restart all, then
    run this. Says how many rows still need an older key, and until when codes may that were sent before. Exits with 1
    while any row needs a key other than the newest.
    """
    done = key_rotation.rotate(clock.now())
    if as_json:
        until = iso(done.codes_until) if done.codes_until else None
        facts = {"encrypted_anew": done.renewed, "need_older_key": done.older, "need_lost_key": done.lost}
        print_json({**facts, "codes_until": until})
    else:
        _print(done)
    ctx.exit(1 if done.older or done.lost else 0)


def _print(done: Rotated) -> None:
    for name, count in done.renewed.items():
        click.echo(f"{name} encrypted anew: {count}")
    click.echo(f"Rows that still need an older key: {done.older}")
    if done.lost:
        click.echo(f"Rows that need a key that is not there: {done.lost}. Put it back, behind the others.")
    if done.codes_until:
        click.echo(f"Keep the older keys until {day_and_clock(done.codes_until)}: codes sent before need them.")
    elif not done.older:
        click.echo("No older key is needed any more.")
