"""The second step: a method's code, another way, or a recovery code. Part of the `auth` blueprint.

The same pages ask somebody who is in for a fresh code, when a change needs one (R14).
"""

from datetime import datetime

from flask import Response, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal import clock, methods
from portal.access import (
    codes,
    confirmations,
    devices,
    factors,
    limits,
    recovery_codes,
    second_factor,
)
from portal.access.problems import MethodClosed, Problem
from portal.access.standing import Enrolment
from portal.access.steps import Step
from portal.extensions import settings
from portal.web import cookies, gate
from portal.web.auth import auth
from portal.web.forms import CheckForm, CodeForm
from portal.web.gate import open_at
from portal.web.sending import send_for_check
from portal.web.visitor import standing, visitor


@auth.get("/sign-in/verify")
@open_at(Step.CHECK, Step.RECOVER, Step.IN)
def verify() -> ResponseReturnValue:
    """To the primary method."""
    if _settled():
        return gate.go_on()
    return gate.see(gate.page_of(standing(), Step.CHECK))


@auth.route("/sign-in/verify/<method>", methods=["GET", "POST"])
@open_at(Step.CHECK, Step.RECOVER, Step.IN)
def verify_with(method: str) -> ResponseReturnValue:
    """Ask for a method's code. Opening the page sends nothing."""
    if _settled():
        return gate.go_on()
    now, form = clock.now(), CheckForm()
    if request.method == "POST":
        device = devices.new_cookie() if form.remember.data and _may_remember() else None
        try:
            token = second_factor.prove(standing(), method, form.code.data or "", now, device=device)
            return _remembered(_let_in(token, standing().codes_left), device)
        except Problem as problem:
            form.blame("code", problem)
    else:
        mine = _mine()
        if method not in mine:
            return gate.see(url_for("auth.verify"))
        second_factor.refuse_spent_mailbox(standing(), method)
        if factors.closed(mine[method]):
            raise MethodClosed(method)
    return _page(method, form, now), form.status


@auth.post("/sign-in/verify/<method>/send")
@open_at(Step.CHECK, Step.RECOVER, Step.IN)
def send_code(method: str) -> ResponseReturnValue:
    """Send another code."""
    if not _settled() and method in _mine():
        send_for_check(standing(), method, clock.now())
    return gate.see(url_for("auth.verify_with", method=method))


@auth.route("/sign-in/other", methods=["GET", "POST"])
@open_at(Step.CHECK, Step.RECOVER, Step.IN)
def other() -> ResponseReturnValue:
    """Choose another way; choosing one that sends a code sends it."""
    if _settled():
        return gate.go_on()
    mine = {kind: factor for kind, factor in _mine().items() if not _spent(kind)}
    chosen = request.form.get("method", "")
    if request.method == "POST" and chosen in mine:
        send_for_check(standing(), chosen, clock.now())
        return gate.see(url_for("auth.verify_with", method=chosen))
    ways = [(kind, methods.method(kind).hint(standing().email)) for kind in mine]
    return render_template("auth/other.html", ways=ways, mailbox_spent=standing().mailbox_spent)


@auth.route("/sign-in/recovery-code", methods=["GET", "POST"])
@open_at(Step.CHECK, Step.RECOVER, Step.IN)
def recovery_code() -> ResponseReturnValue:
    """Ask for a recovery code."""
    if _settled():
        return gate.go_on()
    form = CodeForm()
    if request.method == "POST":
        try:
            token = recovery_codes.use(standing(), form.code.data or "", clock.now())
            return _let_in(token, standing().codes_left - 1)
        except Problem as problem:
            form.blame("code", problem)
    return render_template("auth/recovery_code.html", form=form), form.status


def _settled() -> bool:
    """Whether there is nothing to prove: in, and lately enough for any change."""
    found = visitor()
    return bool(found and found.is_in and confirmations.fresh(found.standing, clock.now()))


def _spent(kind: str) -> bool:
    """Whether a method is out of the question after a mailed reset of the password (R12)."""
    return standing().mailbox_spent and methods.method(kind).in_mailbox


def _mine() -> dict[str, Enrolment]:
    """The methods this user has, each with one of its factors (they close together)."""
    return {factor.kind: factor for factor in standing().factors}


def _may_remember() -> bool:
    """Whether this browser can be remembered: the operator allows it, and it is not in yet."""
    found = visitor()
    return settings().remember_days > 0 and not (found and found.is_in)


def _page(kind: str, form: CheckForm, now: datetime) -> str:
    method, found = methods.method(kind), visitor()
    asker = codes.by_sign_in(standing(), second_factor.SIGN_IN)
    return render_template(
        f"methods/{kind}/check.html",
        method=kind,
        form=form,
        hint=method.hint(standing().email),
        sending=codes.sending(asker, now) if method.sends else None,
        again=bool(found and found.is_in),
        remembering=_may_remember(),
    )


def _let_in(token: str, codes_left: int) -> Response:
    """The factor was right: on with the new token. Whoever comes in is warned of few recovery codes; with none left,
    the page that makes new ones is next."""
    if standing().raised_at is None and 0 < codes_left <= limits.FEW_RECOVERY_CODES:
        flash("few_codes_left", "notice")
    where = standing().next_path or url_for("pages.overview")
    return cookies.keep(gate.see(where), cookies.SIGN_IN, token)


def _remembered(answer: Response, device: devices.Cookie | None) -> Response:
    return cookies.keep(answer, cookies.REMEMBERED, device.text, device.lasts) if device else answer
