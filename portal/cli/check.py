"""`portal check`: what is unsafe or missing."""

from dataclasses import asdict

import click
from flask.cli import with_appcontext

from portal import clock
from portal.access import soundness
from portal.cli.group import as_json, print_json
from portal.extensions import settings


@click.command("check")
@as_json
@click.pass_context
@with_appcontext
def check(ctx: click.Context, as_json: bool) -> None:
    """Say what in the configuration and the database is unsafe or missing. Changes nothing.

    Exits with 1 when something is unsafe; warnings alone exit with 0.
    """
    found = [*soundness.settings_findings(settings()), *soundness.database_findings(clock.now)]
    found.sort(key=lambda finding: finding.level != soundness.UNSAFE)
    unsafe = sum(finding.level == soundness.UNSAFE for finding in found)
    if as_json:
        print_json({"unsafe": unsafe, "findings": [asdict(finding) for finding in found]})
    else:
        for finding in found:
            click.echo(f"{finding.level:8} {finding.words}")
        click.echo(f"Unsafe: {unsafe}. Warnings: {len(found) - unsafe}.")
    ctx.exit(1 if unsafe else 0)
