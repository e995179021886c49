"""`portal mail …`: whether mails get through."""

import click
from flask.cli import AppGroup

from portal import clock
from portal.access.addresses import Address
from portal.cli.group import EmailAddress
from portal.delivery import smtp
from portal.delivery.mails import Mail
from portal.delivery.smtp import NotTaken
from portal.extensions import settings

mail = AppGroup("mail", help="See whether mails get through.")


@mail.command("test")
@click.argument("address", type=EmailAddress())
def test(address: Address) -> None:
    """Hand a mail over to the mail server at once, past the outbox, and say what the server answered."""
    server = settings().mail_server
    if not server:
        raise click.ClickException("PORTAL_MAIL_SERVER is not set: mails stand in the demo inbox only.")
    text = f"This is a test from {settings().base_url}. If you can read it, mails get through.\n"
    message = Mail(address.written, f"Test from {settings().company}", text, f"<p>{text}</p>\n")
    try:
        answer = smtp.hand_over(message, not_after=None, now=clock.now)
    except NotTaken as problem:
        raise click.ClickException(f"{server} did not take the mail: {problem.said or 'no plain address'}") from None
    click.echo(f"{server} took the mail: {answer}")
