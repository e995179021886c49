"""The support desk's own way in: a password and an app's code, under a cookie of its own. No mail opens it but the
operator's invitation, once."""

from flask import Blueprint, Response, flash, g, get_flashed_messages, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from portal import clock
from portal.access import limits, mailed_links, password_check, second_factor, sign_ins
from portal.access import staff as desk
from portal.access.addresses import Address, read_address
from portal.access.problems import Gone, PasswordMissing, Problem, SignInWrong
from portal.access.roles import staff_address
from portal.access.steps import Step
from portal.database import write
from portal.methods.totp import Totp
from portal.web import browser, cookies, gate, setup
from portal.web.auth import NOTHING_STAYS
from portal.web.confirm import Place
from portal.web.errors import dead_link
from portal.web.forms import CodeForm, NewPasswordForm, SignInForm
from portal.web.gate import open_at, open_to_everybody
from portal.web.visitor import standing, visitor

staff = Blueprint("staff", __name__, url_prefix="/staff")

APP = Totp.name


@staff.route("/sign-in", methods=["GET", "POST"])
@open_to_everybody
def sign_in() -> ResponseReturnValue:
    """The desk's password page."""
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
    told = get_flashed_messages(category_filter=["ended"])
    return render_template("staff/sign_in.html", form=form, ended=g.get("ended") or (told[-1] if told else None)), (
        form.status
    )


@staff.post("/sign-out")
@open_to_everybody
def sign_out() -> ResponseReturnValue:
    """End this sign-in, finished or not."""
    if found := visitor():
        with write() as rows:
            sign_ins.end(rows, found.standing.sign_in_id, "signed_out", clock.now())
    session.pop("_flashes", None)
    flash("signed_out", "success")
    answer = gate.see(url_for("staff.sign_in"))
    answer.headers["Clear-Site-Data"] = NOTHING_STAYS
    return cookies.drop(answer, cookies.STAFF)


@staff.route("/sign-in/verify", methods=["GET", "POST"])
@open_at(Step.CHECK)
def verify() -> ResponseReturnValue:
    """Ask for the app's code. There is no other way."""
    form = CodeForm()
    if request.method == "POST":
        try:
            return _let_in(second_factor.prove(standing(), APP, form.code.data or "", clock.now()))
        except Problem as problem:
            form.blame("code", problem)
    return render_template("staff/verify.html", form=form), form.status


@staff.get("/no-app")
@open_at(Step.PROVE_ADDRESS)
def no_app() -> ResponseReturnValue:
    """The password is right, and there is no app: only a new invitation sets one up."""
    return render_template("staff/no_app.html")


@staff.get("/welcome/<token>")
@open_to_everybody
def follow_invitation(token: str) -> ResponseReturnValue:
    """The operator's link. It spends nothing; its token moves into a cookie."""
    found, answer = mailed_links.read(mailed_links.STAFF, token), gate.see(url_for("staff.welcome"))
    if found is None:
        return cookies.drop(answer, cookies.INVITATION)
    return cookies.keep(answer, cookies.INVITATION, found, limits.STAFF_INVITATION_LIFE)


@staff.route("/welcome", methods=["GET", "POST"])
@open_to_everybody
def welcome() -> ResponseReturnValue:
    """Choose the password; the app comes next, in the same breath."""
    token, form = cookies.read(cookies.INVITATION), NewPasswordForm()
    owner = desk.invited(token, clock.now()) if token else None
    if not token or not owner:
        return cookies.drop(dead_link("invitation"), cookies.INVITATION)
    if request.method == "POST":
        try:
            opened = desk.accept(token, form.new_password.data or "", browser.where(), clock.now())
        except Gone:
            return cookies.drop(dead_link("invitation"), cookies.INVITATION)
        except Problem as problem:
            form.blame("new_password", problem)
        else:
            answer = cookies.drop(gate.see(url_for("staff.set_up")), cookies.INVITATION)
            return cookies.mark(cookies.keep(answer, cookies.STAFF, opened))
    return render_template("staff/welcome.html", form=form, owner=owner), form.status


@staff.route("/set-up", methods=["GET", "POST"])
@open_at(Step.SET_UP)
def set_up() -> ResponseReturnValue:
    """Set the app up, by the pages that everybody has."""
    place = Place(url_for("staff.set_up"), url_for("staff.set_up"), wizard=True, desk=True)
    return setup.set_up(APP, place, url_for("staff.set_up"), lambda token: _let_in(token or ""))


def _read(form: SignInForm) -> Address | None:
    """The address, with everything that is missing told at once."""
    if not form.password.data:
        form.blame("password", PasswordMissing())
    try:
        return staff_address(read_address(form.email.data or ""))
    except Problem as problem:
        form.blame("email", problem)
        return None


def _open(form: SignInForm, address: Address) -> Response:
    found = visitor()
    signed = password_check.sign_in(
        address,
        form.password.data or "",
        browser.where(),
        clock.now(),
        before=found.standing if found else None,
        lasts=limits.STAFF_SIGN_IN_LIFE,
    )
    return cookies.mark(cookies.keep(gate.see(url_for("staff.verify")), cookies.STAFF, signed.token))


def _let_in(token: str) -> Response:
    return cookies.keep(gate.see(url_for("staff.index")), cookies.STAFF, token)
