"""Setting a method up: the same pages for a newcomer in the wizard and for a customer under "Security and access".

The password begins it and makes the key, in one POST; from then on every tab of this sign-in shows the same, until
a right code finishes it, it is cancelled, or it expires.
"""

from collections.abc import Callable
from datetime import datetime

from flask import Response, abort, render_template, request
from flask.typing import ResponseReturnValue

from portal import clock, methods
from portal.access import codes, confirmations, factors, second_factor
from portal.access.problems import Problem
from portal.extensions import settings
from portal.models import Factor
from portal.web import gate, sending
from portal.web.confirm import Place, ask_code_again, ask_password
from portal.web.forms import CodeForm, Form
from portal.web.visitor import standing

Done = Callable[[str | None], Response]


def on_offer() -> list[str]:
    """The methods that the operator offers and has configured, in order."""
    return [kind for kind in settings().methods if methods.method(kind).ready(settings())]


def set_up(kind: str, place: Place, send_url: str, done: Done) -> ResponseReturnValue:
    """All pages of setting `kind` up; `done` answers when it is on, given the new token of somebody let in."""
    if kind not in on_offer():
        return gate.see(place.back) if place.wizard else abort(404)
    now, form = clock.now(), CodeForm()
    pending = factors.pending(standing(), kind, now)
    if pending is None:
        if request.method == "POST" and "password" not in request.form:
            return gate.see(place.action)
        return ask_password(place, lambda session, at: factors.begin(session, standing(), kind, at))
    if not confirmations.fresh(standing(), pending.created_at):
        return ask_code_again()
    if request.method == "POST" and "password" in request.form:
        return gate.see(place.action)
    if request.method == "POST":
        try:
            token = second_factor.finish_set_up(standing(), kind, form.code.data or "", now)
            return done(token)
        except Problem as problem:
            form.blame("code", problem)
    return _page(pending, place, send_url, form, now), form.status


def send_code(kind: str, place: Place) -> Response:
    """Send the code that proves the address, if this sign-in is setting such a method up."""
    if kind not in on_offer():
        return gate.see(place.back) if place.wizard else abort(404)
    now = clock.now()
    pending = factors.pending(standing(), kind, now)
    if pending and methods.method(kind).sends and confirmations.fresh(standing(), pending.created_at):
        sending.send(codes.by_sign_in(standing(), second_factor.ENROL), now)
    return gate.see(place.action)


def _page(pending: Factor, place: Place, send_url: str, form: Form, now: datetime) -> str:
    method = methods.method(pending.kind)
    asker = codes.by_sign_in(standing(), second_factor.ENROL)
    return render_template(
        f"methods/{pending.kind}/setup.html",
        layout=place.layout,
        wizard=place.wizard,
        kind=pending.kind,
        facts=method.setup_facts(factors.secret(pending), standing().email, settings().company),
        form=form,
        entering=request.args.get("step") == "code" or request.method == "POST",
        sending=codes.sending(asker, now) if method.sends else None,
        action=place.action,
        send_url=send_url,
        code_url=place.action,
        back_url=place.back,
        email=standing().email,
        server_time=now,
    )
