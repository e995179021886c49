"""`portal staff …`: making, listing, resetting and removing the people of the support desk."""

from collections.abc import Callable

import click
from flask.cli import AppGroup

from portal import clock
from portal.access import staff as desk
from portal.access.addresses import Address
from portal.access.problems import AddressTaken, Gone, Problem
from portal.access.roles import ROLES
from portal.access.staff import Member
from portal.cli.group import EmailAddress, as_json, ask, print_json, yes
from portal.extensions import settings
from portal.methods.totp import Totp
from portal.web.times import day_and_clock, iso

staff = AppGroup("staff", help="Make, list, reset and remove the people of the support desk.")
email = click.argument("email", type=EmailAddress())


@staff.command("create")
@email
@click.option("--role", required=True, type=click.Choice(ROLES), help="What they may do.")
def create(email: Address, role: str) -> None:
    """Make somebody of the support desk. They get a link by mail: 72 hours, once, for a password and an app in one go.

    support looks customers up, opens cases and ends sign-ins; approver also agrees to cases of others; admin also sees
    the plots and opens a customer's third case of a year. They sign in at /staff/sign-in. It is no customer account,
    even of the same address.
    """
    if Totp.name not in settings().methods:
        raise click.ClickException("The desk signs in with an app: PORTAL_METHODS must name totp.")
    try:
        desk.create(email, role, clock.now())
    except AddressTaken:
        raise click.ClickException(f"{email.written} is of the support desk already.") from None
    except Problem:
        raise click.BadParameter("is too long", param_hint="EMAIL") from None
    click.echo(f"{email.written} is of the support desk now ({role}). A link is on its way to them.")


@staff.command("list")
@as_json
def list_staff(as_json: bool) -> None:
    """List the people of the support desk: address, role, whether they have their app, last sign-in. Never a secret."""
    found = desk.everybody()
    if as_json:
        print_json([_facts(member) for member in found])
        return
    width = max((len(member.email) for member in found), default=0)
    for member in found:
        last = member.last_sign_in_at
        app = "app" if member.has_app else "no app yet"
        seen = f"last sign-in {day_and_clock(last)}" if last else "never signed in"
        click.echo(f"{member.email:{width}}  {member.role}; {app}; {seen}; number {member.id}")


@staff.command("reset")
@email
@yes
def reset(email: Address, yes: bool) -> None:
    """Take password and app away from somebody who has lost one of them, and mail a new link.

    Do it only when you know by something else than their mailbox that it is they.
    """
    _act(email, "Take password and app away, and mail a new link?", yes, lambda who: desk.reset(who, clock.now()))
    click.echo(f"Done. {email.written} is signed out, and a link is on its way to them.")


@staff.command("remove")
@email
@yes
def remove(email: Address, yes: bool) -> None:
    """Remove somebody from the support desk. They are signed out at once; what they did stays in the log.

    A case that waits for them can be agreed to by others.
    """
    _act(email, "Remove them?", yes, lambda who: desk.remove(who, clock.now()))
    click.echo(f"Done. {email.written} is no longer of the support desk.")


def _act(email: Address, question: str, yes: bool, act: Callable[[Member], None]) -> None:
    try:
        member = desk.find(email)
    except (Gone, Problem):
        raise click.ClickException(f"Nobody of the support desk has the address {email.written}.") from None
    click.echo(f"{member.email}: {member.role}, number {member.id}.")
    ask(question, yes)
    act(member)


def _facts(member: Member) -> dict[str, object]:
    last = member.last_sign_in_at
    return {
        "number": member.id,
        "email": member.email,
        "role": member.role,
        "has_app": member.has_app,
        "last_sign_in": iso(last) if last else None,
        "created": iso(member.created_at),
    }
