"""The mandatory wizard: prove the mailbox where needed, choose a second factor, save the recovery codes."""

from flask import Blueprint, Response, flash, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal import clock
from portal.access import codes, password_check, recovery_codes, second_factor
from portal.access.problems import BoxNotTicked, Problem
from portal.access.steps import Step
from portal.web import cookies, gate, sending, setup
from portal.web.confirm import Place
from portal.web.forms import CodeForm, PasswordForm, SavedForm
from portal.web.gate import open_at
from portal.web.visitor import standing, step

onboarding = Blueprint("onboarding", __name__, url_prefix="/onboarding")


@onboarding.get("")
@open_at(Step.SET_UP)
def choice() -> ResponseReturnValue:
    """The choice between the methods on offer."""
    return render_template("onboarding/choice.html", kinds=setup.on_offer())


@onboarding.route("/address", methods=["GET", "POST"])
@open_at(Step.PROVE_ADDRESS, Step.RECOVER)
def address() -> ResponseReturnValue:
    """Ask for the code from the mailbox, of somebody without a method who didn't register just now (R15), or whose wait
    after losing everything is over."""
    form, now = CodeForm(), clock.now()
    if request.method == "POST":
        try:
            second_factor.prove_mailbox(standing(), form.code.data or "", now)
            return gate.see(url_for("onboarding.choice"))
        except Problem as problem:
            form.blame("code", problem)
    asker = codes.by_sign_in(standing(), second_factor.ADDRESS)
    page = render_template(
        "onboarding/address.html",
        form=form,
        email=standing().email,
        sending=codes.sending(asker, now),
        recovered=step() is Step.RECOVER,
    )
    return page, form.status


@onboarding.post("/address/send")
@open_at(Step.PROVE_ADDRESS, Step.RECOVER)
def send_address_code() -> ResponseReturnValue:
    """Send another code."""
    sending.send(codes.by_sign_in(standing(), second_factor.ADDRESS), clock.now())
    return gate.see(url_for("onboarding.address"))


@onboarding.get("/closed")
@open_at(Step.WAIT)
def closed() -> ResponseReturnValue:
    """The wizard is shut until the operator opens it: nobody gets in by the mailbox alone (R15)."""
    return render_template("onboarding/closed.html")


@onboarding.route("/<method>", methods=["GET", "POST"])
@open_at(Step.SET_UP)
def set_up(method: str) -> ResponseReturnValue:
    """Set the chosen method up."""
    send_url = url_for("onboarding.send_code", method=method)
    return setup.set_up(method, _place(method), send_url, _let_in)


@onboarding.post("/<method>/send")
@open_at(Step.SET_UP)
def send_code(method: str) -> ResponseReturnValue:
    """Send the code that finishes the set-up."""
    return setup.send_code(method, _place(method))


@onboarding.route("/recovery-codes", methods=["GET", "POST"])
@open_at(Step.SAVE_CODES)
def save_codes() -> ResponseReturnValue:
    """Show the ten codes until they are saved; to another sign-in than their maker's, offer a new set (R5)."""
    unsaved = recovery_codes.unsaved(standing())
    if unsaved is None:
        return _again(PasswordForm())
    form = SavedForm()
    if request.method == "POST":
        if form.saved.data:
            return _finish()
        form.blame("saved", BoxNotTicked())
    page = render_template(
        "onboarding/recovery_codes.html",
        codes=unsaved.codes,
        number=unsaved.number,
        made_at=unsaved.made_at,
        form=form,
    )
    return page, form.status


@onboarding.get("/recovery-codes.txt")
@open_at(Step.SAVE_CODES)
def recovery_codes_text() -> ResponseReturnValue:
    """The same ten as a file."""
    unsaved = recovery_codes.unsaved(standing())
    if unsaved is None:
        return gate.lead_on()
    answer = make_response(render_template("onboarding/recovery_codes.txt", **vars(unsaved)))
    answer.mimetype = "text/plain"
    answer.headers["Content-Disposition"] = 'attachment; filename="recovery-codes.txt"'
    return answer


@onboarding.post("/recovery-codes/new")
@open_at(Step.SAVE_CODES)
def remake_codes() -> ResponseReturnValue:
    """Make a new set in place of one that its maker never finished, or of one that is used up. The latter asks for the
    password (R14), but for no fresh code: there is none left, and one was proved since the last was used."""
    form, now = PasswordForm(), clock.now()
    try:
        if standing().codes_used_up:
            password_check.confirm(standing(), form.password.data or "", now)
    except Problem as problem:
        form.blame("password", problem)
        return _again(form)
    if recovery_codes.unsaved(standing()) is None:
        recovery_codes.replace(standing(), recovery_codes.prepare(), now)
    return gate.lead_on()


def _place(method: str) -> Place:
    return Place(url_for("onboarding.set_up", method=method), url_for("onboarding.choice"), wizard=True)


def _let_in(token: str | None) -> Response:
    """The first method is on: the newcomer is in, but for the recovery codes."""
    flash("method_on", "success")
    answer = gate.see(url_for(gate.PAGES[Step.SAVE_CODES]))
    return cookies.keep(answer, cookies.SIGN_IN, token) if token else answer


def _again(form: PasswordForm) -> ResponseReturnValue:
    used_up = standing().codes_used_up
    return render_template("onboarding/recovery_codes_again.html", form=form, used_up=used_up), form.status


def _finish() -> Response:
    """On to the page first asked for; a newcomer by way of what would help if something were lost."""
    first = recovery_codes.finish(standing(), clock.now())
    flash("welcome" if first else "codes_saved", "success")
    if first:
        return gate.see(url_for("security.check_up_page", next=standing().next_path))
    return gate.see(standing().next_path or url_for("pages.overview"))
