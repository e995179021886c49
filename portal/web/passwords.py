"""A forgotten password, by a link in a mail (part of the `auth` blueprint), and a new one (part of `security`)."""

from datetime import datetime

from flask import Response, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal import clock
from portal.access import confirmations, limits, mailed_links, password_change, password_resets
from portal.access.addresses import read_address
from portal.access.problems import Gone, Problem
from portal.web import browser, cookies, gate
from portal.web.auth import auth
from portal.web.confirm import Place, change
from portal.web.errors import dead_link
from portal.web.forms import AddressForm, NewPasswordForm
from portal.web.gate import open_to_everybody
from portal.web.security import security
from portal.web.visitor import standing

ACTION = "password.change"


@auth.route("/password/forgot", methods=["GET", "POST"])
@open_to_everybody
def forgot_password() -> ResponseReturnValue:
    """Ask for the address, and send a link. Every address gets the same answer."""
    form = AddressForm()
    if request.method == "POST":
        try:
            address = read_address(form.email.data or "")
        except Problem as problem:
            form.blame("email", problem)
        else:
            password_resets.ask(address, browser.where(), clock.now())
            return gate.see(url_for("auth.reset_sent"))
    return render_template("auth/forgot.html", form=form), form.status


@auth.get("/password/forgot/sent")
@open_to_everybody
def reset_sent() -> ResponseReturnValue:
    """What happens next."""
    return render_template("auth/forgot_sent.html")


@auth.get("/password/reset/<token>")
@open_to_everybody
def open_reset(token: str) -> ResponseReturnValue:
    """The mail's link. It spends nothing, for mail scanners open links too: it only puts the token into a cookie, so
    that the page's address, which goes into histories, holds no secret."""
    found = mailed_links.read(mailed_links.RESET, token)
    answer = gate.see(url_for("auth.reset_password"))
    return (
        cookies.keep(answer, cookies.RESET, found, limits.RESET_LIFE) if found else cookies.drop(answer, cookies.RESET)
    )


@auth.route("/password/reset", methods=["GET", "POST"])
@open_to_everybody
def reset_password() -> ResponseReturnValue:
    """Choose a new password. It signs nobody in."""
    token, form = cookies.read(cookies.RESET), NewPasswordForm()
    owner = password_resets.owner(token, clock.now()) if token else None
    if not token or not owner:
        return cookies.drop(dead_link("reset"), cookies.RESET)
    if request.method == "POST":
        try:
            password_resets.use(token, form.new_password.data or "", browser.where(), clock.now())
        except Gone:
            return cookies.drop(dead_link("reset"), cookies.RESET)
        except Problem as problem:
            form.blame("new_password", problem)
        else:
            first = owner.purpose == password_resets.FIRST
            flash("password_first" if first else "password_reset", "success")
            return cookies.mark(cookies.drop(gate.see(url_for("auth.sign_in")), cookies.RESET))
    return render_template("auth/reset.html", form=form, owner=owner), form.status


@security.route("/password", methods=["GET", "POST"])
def change_password() -> ResponseReturnValue:
    """Choose a new password, after the old one. Every other sign-in ends, every device is forgotten; this one goes on
    under a new token."""
    form, place = NewPasswordForm(), Place(url_for("security.change_password"), url_for("security.index"))
    hashed, tokens = "", []
    last_button = request.method == "POST" and "password" not in request.form
    if last_button and confirmations.holds(standing(), ACTION, clock.now()):
        try:
            hashed = password_change.prepare(standing(), form.new_password.data or "")
        except Problem as problem:
            form.blame("new_password", problem)
            return render_template("security/password.html", form=form), form.status

    def act(session: Session, now: datetime) -> None:
        tokens.append(password_change.put(session, standing(), hashed, now))

    answer = change(place, ACTION, act, "password_changed")
    if tokens and isinstance(answer, Response):
        return cookies.drop(cookies.keep(answer, cookies.SIGN_IN, tokens[0]), cookies.REMEMBERED)
    return answer or render_template("security/password.html", form=form)
