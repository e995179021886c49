"""`portal users …`: making, listing and signing out users, and resetting their second factors."""

from datetime import datetime

import click
from flask.cli import AppGroup

from portal import clock
from portal.access import accounts, by_operator
from portal.access.accounts import Account
from portal.access.addresses import Address
from portal.access.problems import AddressTaken, Gone, Problem
from portal.cli.group import EmailAddress, as_json, ask, print_json, yes
from portal.web.times import day_and_clock, iso

users = AppGroup("users", help="Make, list and sign out users; reset their second factors.")
email = click.argument("email", type=EmailAddress())


@users.command("create")
@email
@click.option("--name", required=True, help="The person's name.")
def create(email: Address, name: str) -> None:
    """Make a user. They get a link by mail to choose their password: 72 hours, once. Nobody can sign in before.

    When the link is over, "Forgotten your password?" on the sign-in page sends another.
    """
    try:
        accounts.create(email, name, clock.now())
    except Problem:
        raise click.BadParameter("must be a name in one line, 60 characters at most", param_hint="--name") from None
    except AddressTaken:
        raise click.ClickException(f"{email.written} has an account already.") from None
    click.echo(f"{email.written} is a user now. A link to choose a password is on its way to them.")


@users.command("list")
@as_json
def list_users(as_json: bool) -> None:
    """List the users: address, name, methods, last sign-in, who waits after losing everything. Never a secret."""
    found = accounts.everybody()
    if as_json:
        print_json([_facts(account) for account in found])
        return
    width = max((len(account.email) for account in found), default=0)
    for account in found:
        last = account.last_sign_in_at
        methods = ", ".join(account.methods) or "no method"
        seen = f"last sign-in {day_and_clock(last)}" if last else "never signed in"
        shut = "; wizard shut" if account.wizard_shut else ""
        lost = f"; lost everything: {_wait(account.recovery_due_at)}" if account.recovery_due_at else ""
        click.echo(f"{account.email:{width}}  {account.name}; {methods}; {seen}{shut}{lost}")


@users.command("reset-factors")
@email
@click.option("--reason", prompt="Why", help="Why, in one line. The owner reads it.")
@yes
def reset_factors(email: Address, reason: str, yes: bool) -> None:
    """Take all second factors and recovery codes away from a user who has lost them.

    All their sign-ins end, their devices are forgotten, and a mail tells them. At the next sign-in they prove their
    mailbox and set up two-factor authentication anew. If their password was reset by mail too, before or after, that
    waits for `open-wizard`: one mailbox must never be enough.
    """
    account, reason = _account(email), _reason(reason)
    if not account.methods and not account.codes:
        raise click.ClickException(f"{account.email} has no method and no recovery code.")
    click.echo(f"{account.email}, {account.name}: {', '.join(account.methods) or 'no method'}; {account.codes} codes.")
    click.echo(_mailed_reset(account))
    ask("Take all their second factors away?", yes)
    by_operator.reset_methods(account, reason, clock.now())
    click.echo(f"Done. {account.email} is signed out everywhere and told by mail.")


@users.command("open-wizard")
@email
@yes
def open_wizard(email: Address, yes: bool) -> None:
    """Let a user set up two-factor authentication whose factors and password were both reset.

    Do it only when you know by something else than their mailbox that it is them, and that it was they who reset the
    password. Another reset by mail shuts it again. A mail tells them.
    """
    account = _account(email)
    if not account.wizard_shut:
        raise click.ClickException(f"The wizard isn't shut for {account.email}.")
    click.echo(_mailed_reset(account))
    ask("Are you sure, by more than the mailbox, that it was they?", yes)
    try:
        by_operator.open_wizard(account, clock.now())
    except Gone:
        raise click.ClickException(f"The wizard isn't shut any more for {account.email}.") from None
    click.echo(f"Done. {account.email} can set up two-factor authentication, and is told by mail.")


@users.command("stop-recovery")
@email
@yes
def stop_recovery(email: Address, yes: bool) -> None:
    """Stop what was begun in a user's name by "I have lost everything", as when they say that it wasn't they.

    Methods and password stay as they are. Whoever knows the password and reads the mailbox can begin it again: let the
    user change both. A mail tells them.
    """
    account = _account(email)
    if account.recovery_due_at is None:
        raise click.ClickException(f"{account.email} waits for nothing.")
    click.echo(f"{account.email}, {account.name}: {_wait(account.recovery_due_at)}.")
    ask("Stop it?", yes)
    try:
        by_operator.stop_recovery(account, clock.now())
    except Gone:
        raise click.ClickException(f"It is over already for {account.email}.") from None
    click.echo(f"Done. {account.email} is told by mail.")


@users.command("sign-out")
@click.argument("email", type=EmailAddress(), required=False)
@click.option("--everybody", is_flag=True, help="Everybody instead of one user.")
@yes
def sign_out(email: Address | None, everybody: bool, yes: bool) -> None:
    """End all sign-ins of a user, or of everybody, and forget their remembered devices.

    The next page they ask for is the sign-in page, and a code is due.
    """
    if (email is None) != everybody:
        raise click.UsageError("Give an address or --everybody.")
    if email is not None:
        ended = by_operator.sign_out(_account(email), clock.now())
    else:
        ask("Sign everybody out?", yes)
        ended = by_operator.sign_out_everybody(clock.now())
    click.echo(f"Sign-ins ended: {ended}")


def _account(email: Address) -> Account:
    try:
        return accounts.find(email)
    except Gone:
        raise click.ClickException(f"Nobody has the address {email.written}.") from None


def _reason(answer: str) -> str:
    try:
        return by_operator.read_reason(answer)
    except Problem:
        most = by_operator.REASON_MOST
        raise click.BadParameter(f"must be one line, {most} characters at most", param_hint="--reason") from None


def _mailed_reset(account: Account) -> str:
    """When the password came by mail, and whether that counts against them."""
    if account.last_mailed_reset_at is None:
        return "The password was never reset by mail."
    since = "; no sign-in has been finished by anything but the mailbox since" if account.mailbox_spent else ""
    return f"The password was last reset by mail on {day_and_clock(account.last_mailed_reset_at)}{since}."


def _wait(due_at: datetime) -> str:
    return f"wait to {day_and_clock(due_at)}"


def _facts(account: Account) -> dict[str, object]:
    last, due = account.last_sign_in_at, account.recovery_due_at
    return {
        "email": account.email,
        "name": account.name,
        "methods": account.methods,
        "last_sign_in": iso(last) if last else None,
        "created": iso(account.created_at),
        "wizard_shut": account.wizard_shut,
        "recovery_due": iso(due) if due else None,
    }
