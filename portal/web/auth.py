"""Signing in with address and password, and signing out."""

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

from portal import clock
from portal.access import password_check, sign_ins
from portal.access.addresses import read_address
from portal.access.problems import AddressBad, AddressMissing, PasswordMissing, Problem
from portal.database import write
from portal.extensions import settings
from portal.web import browser, cookies, gate
from portal.web.forms import SignInForm
from portal.web.gate import open_to_everybody
from portal.web.sending import send_for_step
from portal.web.visitor import visitor

auth = Blueprint("auth", __name__)


@auth.route("/sign-in", methods=["GET", "POST"])
@open_to_everybody
def sign_in() -> ResponseReturnValue:
    """The password's page: always a fresh start for whoever isn't in."""
    found = visitor()
    if found and found.is_in:
        return gate.lead_on()
    form = SignInForm()
    if request.method == "POST":
        try:
            return _open(form)
        except (AddressMissing, AddressBad) as problem:
            form.blame("email", problem)
        except PasswordMissing as problem:
            form.blame("password", problem)
        except Problem as problem:
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
    """End this browser's sign-in, finished or not."""
    if found := visitor():
        with write() as rows:
            sign_ins.end(rows, found.standing.sign_in_id, "signed_out", clock.now())
    # The CSRF secret is the browser's and stays, so that a form in another tab still works.
    session.pop("_flashes", None)
    flash("signed_out", "success")
    return cookies.drop(gate.see(url_for("auth.sign_in")), cookies.SIGN_IN)


def _open(form: SignInForm) -> Response:
    """Open a sign-in, send what its next step needs, and go there. What this browser had before ends."""
    now, before = clock.now(), visitor()
    token = password_check.sign_in(
        read_address(form.email.data or ""),
        form.password.data or "",
        ip=browser.ip(),
        agent=browser.agent(),
        next_path=gate.local_path(form.next.data),
        before=before.standing if before else None,
        now=now,
    )
    opened = sign_ins.find(token)
    assert opened is not None  # noqa: S101  written a moment ago
    send_for_step(opened, now)
    return cookies.keep(gate.see(gate.page_of(opened, opened.step(now))), cookies.SIGN_IN, token)


def _told() -> str | None:
    """Why the sign-in of before ended, if the gate left word."""
    reasons = get_flashed_messages(category_filter=["ended"])
    return str(reasons[-1]) if reasons else None
