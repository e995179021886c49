""" "Security and access": what protects the account, switched on and off behind the password."""

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, abort, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal import clock, methods
from portal.access import closed_methods, confirmations, factors, recovery_codes, sign_ins
from portal.access.answers import read_name
from portal.access.problems import ChoiceMissing, Problem
from portal.access.standing import Enrolment
from portal.web import cards, gate, setup
from portal.web.confirm import Place, change
from portal.web.forms import NameForm, PrimaryForm
from portal.web.visitor import standing

security = Blueprint("security", __name__, url_prefix="/security")


@security.get("")
def index() -> ResponseReturnValue:
    """The page itself."""
    rows = standing().factors
    return render_template(
        "security/index.html",
        cards=cards.of(rows, setup.on_offer(), standing().primary),
        preferences=len({row.kind for row in rows}) > 1,
        recovery=recovery_codes.remaining(standing().user_id),
    )


@security.route("/preferences", methods=["GET", "POST"])
def preferences() -> ResponseReturnValue:
    """Choose the primary method. It switches nothing on or off, so it asks no password."""
    shown = cards.of(standing().factors, setup.on_offer(), standing().primary)
    kinds = [card.kind for card in shown if card.on]
    if len(kinds) < 2:
        return gate.see(url_for("security.index"))
    form = PrimaryForm()
    if request.method == "POST" and form.primary.data in kinds:
        factors.set_primary(standing(), form.primary.data, clock.now())
        flash("saved_primary", "success")
        return gate.see(url_for("security.index"))
    if request.method == "POST":
        form.blame("primary", ChoiceMissing())
    else:
        form.primary.data = standing().primary
    return render_template("security/preferences.html", form=form, kinds=kinds), form.status


@security.route("/<method>/enable", methods=["GET", "POST"])
def enable(method: str) -> ResponseReturnValue:
    """Switch a method on, or add one more of a kind of which there may be several."""
    on = len(standing().enrolled(method))
    if method in methods.REGISTRY and on >= methods.method(method).most:
        return gate.see(url_for("security.index"))

    def done(_token: str | None) -> Response:
        flash("method_added" if on else "method_on", "success")
        return gate.see(url_for("security.index"))

    return setup.set_up(method, _enabling(method), url_for("security.send_code", method=method), done)


@security.post("/<method>/enable/send")
def send_code(method: str) -> ResponseReturnValue:
    """Send the code that finishes the set-up."""
    return setup.send_code(method, _enabling(method))


@security.post("/<method>/enable/cancel")
def cancel(method: str) -> ResponseReturnValue:
    """Leave off setting a method up."""
    if method in methods.REGISTRY:
        factors.cancel(standing(), method)
    return gate.see(url_for("security.index"))


@security.route("/<method>/disable", methods=["GET", "POST"])
def disable(method: str) -> ResponseReturnValue:
    """Switch a whole method off; never the last (R2)."""
    rows, mine = standing().factors, standing().enrolled(method)
    if not mine or (request.method == "GET" and len(mine) == len(rows)):
        return gate.see(url_for("security.index"))
    answer = change(
        _place("security.disable", method=method),
        f"{method}.disable",
        lambda session, now: factors.remove(session, standing(), method, now),
        "method_off",
    )
    return answer or render_template("security/disable.html", kind=method)


@security.route("/<method>/open", methods=["GET", "POST"])
def open_again(method: str) -> ResponseReturnValue:
    """Let a method be used again that refuses after too many wrong codes in a row."""
    if not any(factors.closed(row) for row in standing().enrolled(method)):
        return gate.see(url_for("security.index"))
    answer = change(
        _place("security.open_again", method=method),
        f"{method}.open",
        lambda session, now: closed_methods.open_again(session, standing().actor, method, now),
        "method_opened",
    )
    return answer or render_template("security/open_again.html", kind=method)


@security.route("/<method>/<int:id>/rename", methods=["GET", "POST"])
def rename(method: str, id: int) -> ResponseReturnValue:
    """Name one of several."""
    factor, form = _factor(method, id), NameForm()
    if request.method == "POST":
        try:
            factors.rename(standing().user_id, factor.id, read_name(form.name.data or ""))
            flash("app_renamed", "success")
            return gate.see(url_for("security.index"))
        except Problem as problem:
            form.blame("name", problem)
    else:
        form.name.data = factor.name
    return render_template("security/rename.html", form=form, factor=factor), form.status


@security.route("/<method>/<int:id>/remove", methods=["GET", "POST"])
def remove(method: str, id: int) -> ResponseReturnValue:
    """Remove one of several."""
    factor, place = _factor(method, id), _place("security.remove", method=method, id=id)
    answer = change(
        place,
        f"{method}.remove {id}",
        lambda session, now: factors.remove(session, standing(), method, now, factor_id=id),
        "app_removed",
    )
    return answer or render_template("security/remove.html", factor=factor, place=place)


@security.get("/recovery-codes")
def show_recovery_codes() -> ResponseReturnValue:
    """How many codes are left; never a code."""
    recovery = recovery_codes.remaining(standing().user_id)
    return render_template("security/recovery_codes.html", recovery=recovery)


@security.route("/recovery-codes/new", methods=["GET", "POST"])
def remake_codes() -> ResponseReturnValue:
    """Make new codes; the old set dies in the same transaction. The wizard's last page then shows them."""
    action = "recovery_codes.new"
    confirmed = confirmations.holds(standing(), action, clock.now())
    # Hashing ten codes takes a while: not in the transaction, and not for whoever hasn't confirmed.
    made = recovery_codes.prepare() if request.method == "POST" and confirmed else None

    def act(session: Session, now: datetime) -> None:
        if made:
            recovery_codes.store(session, standing(), made, now)
            sign_ins.go_on_to(session, standing(), url_for("security.index"))

    answer = change(_place("security.remake_codes"), action, act, "codes_made")
    recovery = recovery_codes.remaining(standing().user_id)
    return answer or render_template("security/remake_codes.html", recovery=recovery)


def _factor(method: str, id: int) -> Enrolment:
    """One of the user's own factors; for anybody else's, 404."""
    return next((row for row in standing().enrolled(method) if row.id == id), None) or abort(404)


def _enabling(method: str) -> Place:
    return _place("security.enable", method=method)


def _place(endpoint: str, **values: Any) -> Place:
    return Place(url_for(endpoint, **values), url_for("security.index"))
