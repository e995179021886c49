"""Signing in with address and password, and signing out."""

from datetime import datetime

from flask import (
    Blueprint,
    Response,
    flash,
    g,
    get_flashed_messages,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue

from portal import clock, methods
from portal.access import devices, own_devices, password_check, sign_ins
from portal.access.addresses import Address, read_address
from portal.access.devices import Recognised
from portal.access.password_check import Opened
from portal.access.problems import PasswordMissing, Problem, SignInWrong
from portal.access.standing import read_standing
from portal.access.where import Where
from portal.database import write
from portal.extensions import settings
from portal.web import browser, cookies, gate
from portal.web.forms import SignInForm
from portal.web.gate import open_to_everybody
from portal.web.sending import send_for_step
from portal.web.visitor import visitor

auth = Blueprint("auth", __name__)

# At sign-out. Not "cache": no page is ever stored, and Chromium holds the answer for seconds to look through its disk.
NOTHING_STAYS = '"storage"'


@auth.route("/sign-in", methods=["GET", "POST"])
@open_to_everybody
def sign_in() -> ResponseReturnValue:
    """The password's page: always a fresh start for whoever isn't in."""
    found = visitor()
    if found and found.is_in:
        return gate.lead_on()
    form = SignInForm()
    if request.method == "POST":
        address = _read(form)
        if address and not form.errors:
            try:
                return _open(form, address)
            except SignInWrong as problem:
                form.blame("email", problem)
    else:
        form.next.data = gate.local_path(request.args.get("next"))
    page = render_template(
        "auth/sign_in.html",
        form=form,
        ended=g.get("ended") or _told(),
        registration_open=settings().registration == "open",
    )
    return page, form.status


@auth.post("/sign-out")
@open_to_everybody
def sign_out() -> ResponseReturnValue:
    """End this browser's sign-in, finished or not. A remembered device stays so."""
    return _signed_out()


@auth.post("/sign-out/completely")
@open_to_everybody
def sign_out_completely() -> ResponseReturnValue:
    """The same, and the browser is forgotten if it was remembered, for whomever (S1.10)."""
    own_devices.forget_this(browser.where(), clock.now())
    return cookies.drop(_signed_out(), cookies.REMEMBERED)


def _signed_out() -> Response:
    if found := visitor():
        with write() as rows:
            sign_ins.end(rows, found.standing.sign_in_id, "signed_out", clock.now())
    # The CSRF secret is the browser's and stays, so that a form in another tab still works.
    session.pop("_flashes", None)
    flash("signed_out", "success")
    answer = gate.see(url_for("auth.sign_in"))
    answer.headers["Clear-Site-Data"] = NOTHING_STAYS
    return cookies.drop(answer, cookies.SIGN_IN)


def _read(form: SignInForm) -> Address | None:
    """The address, with everything that is missing told at once."""
    if not form.password.data:
        form.blame("password", PasswordMissing())
    try:
        return read_address(form.email.data or "")
    except Problem as problem:
        form.blame("email", problem)
        return None


def _open(form: SignInForm, address: Address) -> Response:
    """Open a sign-in, send what its next step needs, and go there. What this browser had before ends.

    A remembered device has no next step: it is in.
    """
    now, before, where = clock.now(), visitor(), browser.where()
    signed = password_check.sign_in(
        address,
        form.password.data or "",
        where,
        now,
        next_path=gate.local_path(form.next.data),
        before=before.standing if before else None,
    )
    found = _recognised(signed, where, now)
    answer = gate.see(_way_in(form) if found.token else _next_page(signed, where, now))
    if found.cookie:
        cookies.keep(answer, cookies.REMEMBERED, found.cookie.text, found.cookie.lasts)
    elif not found.known:
        cookies.drop(answer, cookies.REMEMBERED)
    return cookies.mark(cookies.keep(answer, cookies.SIGN_IN, found.token or signed.token))


def _recognised(signed: Opened, where: Where, now: datetime) -> Recognised:
    """Whether the browser is remembered: then the sign-in is finished. From any other, no other look."""
    held = cookies.read(cookies.REMEMBERED)
    opened = read_standing(signed.token, where, now) if held else None
    return devices.recognise(opened, held, now) if held and opened else Recognised()


def _way_in(form: SignInForm) -> str:
    return gate.local_path(form.next.data) or url_for("pages.overview")


def _next_page(signed: Opened, where: Where, now: datetime) -> str:
    """Where the next step is, with what it needs sent. A primary method that sends nothing needs no other look."""
    if signed.primary and not methods.method(signed.primary).sends:
        return url_for("auth.verify_with", method=signed.primary)
    opened = read_standing(signed.token, where, now)
    assert opened is not None  # noqa: S101  written a moment ago
    send_for_step(opened, now)
    return gate.page_of(opened, opened.step(now))


def _told() -> str | None:
    """Why the sign-in of before ended, if the gate left word."""
    reasons = get_flashed_messages(category_filter=["ended"])
    return str(reasons[-1]) if reasons else None
