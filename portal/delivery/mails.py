"""What a message says: `templates/email/<name>/` holds a subject, a plain text and an HTML text for each."""

from dataclasses import dataclass
from typing import Any

from flask import current_app
from sqlalchemy import select

from portal.delivery.outbox import Claimed
from portal.extensions import db, keys, settings
from portal.models import Code, Registration, User


@dataclass(frozen=True)
class Mail:
    """A mail to one address."""

    recipient: str
    subject: str
    text: str
    html: str


def compose(claimed: Claimed) -> Mail:
    """Write the mail of a claimed row; `asked_at` is when the row was put. Raises `Unreadable`."""
    name, facts = _choose(claimed)
    context = {"settings": settings(), "asked_at": claimed.created_at, **facts}
    subject, text, html = (_render(name, part, context) for part in ("subject.txt", "body.txt", "body.html"))
    # One line whatever a fact contains: a subject with a line break could add headers (RFC 5322, 2.2).
    return Mail(claimed.address, " ".join(subject.split()), text.strip() + "\n", html.strip() + "\n")


def _choose(claimed: Claimed) -> tuple[str, dict[str, Any]]:
    """The template and its facts. Whether an address is known decides only here, out of sight of whoever asked."""
    name, facts = claimed.template, claimed.facts(keys())
    if name == "password_reset":
        known = db.session.scalar(select(User.id).where(User.email_key == facts["email_key"]))
        return (name, facts) if known else ("password_unknown", facts)
    if name != "registration_code":
        return name, facts
    owner = (
        select(User.id)
        .join(Registration, Registration.email_key == User.email_key)
        .join(Code, Code.registration_id == Registration.id)
        .where(Code.id == claimed.code_id)
    )
    if db.session.scalar(owner) is None:
        return name, facts
    return "already_registered", {fact: value for fact, value in facts.items() if fact != "code"}


def _render(name: str, part: str, context: dict[str, Any]) -> str:
    return current_app.jinja_env.get_template(f"email/{name}/{part}").render(context)
