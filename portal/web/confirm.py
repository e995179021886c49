"""Asking for the password before anything that protects the account is switched on, off or remade (R14)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask import Response, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal import clock
from portal.access import confirmations, password_check, sign_ins
from portal.access.problems import Problem
from portal.database import write
from portal.web import gate
from portal.web.forms import PasswordForm
from portal.web.sending import send_for_check
from portal.web.visitor import standing


@dataclass(frozen=True)
class Place:
    """Where a change is made: in the wizard or under "Security and access", and its pages' addresses."""

    action: str
    back: str
    wizard: bool = False
    desk: bool = False

    @property
    def layout(self) -> str:
        if self.desk:
            return "layouts/desk.html"
        return "layouts/entrance.html" if self.wizard else "layouts/account.html"


def ask_password(place: Place, begin: Callable[[Session, datetime], None]) -> ResponseReturnValue:
    """The password's page. A right one runs `begin` in a transaction and comes back to the same address; when the
    second factor was proved too long ago, by way of a fresh code.
    """
    form = PasswordForm()
    if request.method == "POST":
        now = clock.now()
        try:
            password_check.confirm(standing(), form.password.data or "", now)
        except Problem as problem:
            form.blame("password", problem)
        else:
            fresh = confirmations.fresh(standing(), now)
            with write() as session:
                begin(session, now)
                if not fresh:
                    sign_ins.go_on_to(session, standing(), place.action)
            return gate.see(place.action) if fresh else _ask_code(now)
    page = render_template(
        "setup/confirm_password.html",
        form=form,
        action=place.action,
        back=place.back,
        wizard=place.wizard,
        layout=place.layout,
    )
    return page, form.status


def ask_code_again() -> Response:
    """To the second factor's page; a code that has to be sent was sent by the POST before, or is by its button."""
    return gate.see(url_for("auth.verify"))


def change(
    place: Place, action: str, act: Callable[[Session, datetime], None], flashed: str
) -> ResponseReturnValue | None:
    """Run a change that needs the password, on POST; until it is confirmed, answer with the page that asks.

    None means: confirmed, show the page with the last button. `act` runs in the transaction that uses the
    confirmation up; afterwards `flashed` says what was done.
    """
    now, who = clock.now(), standing()
    confirmed = confirmations.holds(who, action, now)
    if request.method == "POST" and confirmed == ("password" in request.form):
        # A second click on "Confirm password", or the last button after the confirmation ran out: neither acts.
        return gate.see(place.action)
    if not confirmed:
        return ask_password(place, lambda session, at: confirmations.note(session, who, action, at))
    if who.confirmed_at is None or not confirmations.fresh(who, who.confirmed_at):
        return ask_code_again()
    if request.method == "POST":
        with write() as session:
            sign_ins.lock_user(session, who.user_id)
            confirmations.spend(session, who, action, now)
            act(session, now)
        flash(flashed, "success")
        return gate.see(place.back)
    return None


def _ask_code(now: datetime) -> Response:
    if kind := gate.asked_first(standing()):
        send_for_check(standing(), kind, now)
    return ask_code_again()
