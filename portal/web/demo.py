"""The demo inbox: every mail the portal sent, newest first. Registered in development only."""

from flask import Blueprint, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from portal.extensions import db
from portal.models import DemoMail
from portal.web.gate import open_to_everybody

demo = Blueprint("demo", __name__, url_prefix="/demo")

NEWEST_FIRST = select(DemoMail).order_by(DemoMail.id.desc())
SHOWN = 200  # on the page; programs get a day's mails


@demo.get("/inbox")
@open_to_everybody
def inbox() -> ResponseReturnValue:
    """The mails as a page."""
    return render_template("demo/inbox.html", mails=db.session.scalars(NEWEST_FIRST.limit(SHOWN)).all())


@demo.get("/inbox.json")
@open_to_everybody
def inbox_json() -> ResponseReturnValue:
    """The mails as a list of objects with id, recipient, subject, text, html and sent_at (ISO 8601); with
    ?recipient=… those to one address."""
    recipient = request.args.get("recipient", "").replace("\0", "")  # which PostgreSQL refuses in a text
    mails = NEWEST_FIRST.where(DemoMail.recipient == recipient) if recipient else NEWEST_FIRST
    return jsonify([_plain(mail) for mail in db.session.scalars(mails)])


def _plain(mail: DemoMail) -> dict[str, str | int]:
    return {
        "id": mail.id,
        "recipient": mail.recipient,
        "subject": mail.subject,
        "text": mail.text,
        "html": mail.html,
        "sent_at": mail.sent_at.isoformat(),
    }
