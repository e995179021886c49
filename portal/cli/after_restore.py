"""`portal after-restore`: what to run on a restored backup before the portal is opened."""

import click
from flask.cli import with_appcontext

from portal import clock
from portal.access import after_restore as rules
from portal.access.after_restore import Ended
from portal.cli.group import as_json, ask, print_json, yes


@click.command("after-restore")
@as_json
@yes
@with_appcontext
def after_restore(as_json: bool, yes: bool) -> None:
    """End what a restored backup has brought back to life, before the portal is opened.

    Sign-ins, remembered devices, codes, links, recovery codes and registrations of the backup may have been ended or
    used since: all of them end. Whoever has their method signs in as ever, from a minute later on, and makes new
    recovery codes. Passwords and methods are those of the backup. It can be broken off and run again.
    """
    ask("Is every web process and worker stopped, and the backup restored?", yes)
    ended = rules.end_revived(clock.now())
    if as_json:
        lists = {"without_password": ended.without_password, "shut_out": ended.shut_out}
        print_json({"ended": ended.counts, **lists})
    else:
        _print(ended)


def _print(ended: Ended) -> None:
    for name, count in ended.counts.items():
        click.echo(f"{name}: {count}")
    if ended.without_password:
        click.echo('Never chose a password, and their link is dead; "Forgotten your password?" sends another:')
    for email in ended.without_password:
        click.echo(f"  {email}")
    if ended.shut_out:
        click.echo("Had only their recovery codes left; make sure who they are, then users reset-factors:")
    for email in ended.shut_out:
        click.echo(f"  {email}")
