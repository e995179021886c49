"""Registration: the address, a code from its mailbox, then name and password. Part of the `auth` blueprint."""

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal import clock
from portal.access import codes, passwords, registrations, sign_ins
from portal.access.addresses import Address, read_address
from portal.access.answers import read_name
from portal.access.problems import LimitReached, Problem
from portal.database import write
from portal.extensions import settings
from portal.models import Registration
from portal.web import browser, cookies, gate
from portal.web.auth import auth
from portal.web.errors import RegistrationClosed
from portal.web.forms import AddressForm, CodeForm, DetailsForm
from portal.web.gate import open_to_everybody
from portal.web.visitor import visitor


@auth.route("/register", methods=["GET", "POST"])
@open_to_everybody
def register() -> ResponseReturnValue:
    """Ask for the address. Whether somebody has it already changes nothing in the answer."""
    found = visitor()
    if found and found.is_in:
        return gate.lead_on()
    if settings().registration != "open":
        raise RegistrationClosed
    form = AddressForm()
    if request.method == "POST":
        try:
            return _begin(read_address(form.email.data or ""))
        except Problem as problem:
            form.blame("email", problem)
    return render_template("auth/register.html", form=form), form.status


@auth.route("/register/confirm", methods=["GET", "POST"])
@open_to_everybody
def confirm_registration() -> ResponseReturnValue:
    """Ask for the code, in the browser that asked for it."""
    now = clock.now()
    registration = _under_way()
    if registration is None:
        return _astray()
    if registration.proved_at:
        return gate.see(url_for("auth.registration_details"))
    form = CodeForm()
    if request.method == "POST":
        try:
            registrations.prove(registration, form.code.data or "", browser.where(), now)
            return gate.see(url_for("auth.registration_details"))
        except Problem as problem:
            form.blame("code", problem)
    sending = codes.sending(codes.by_registration(registration, browser.where()), now, told=False)
    page = render_template("auth/register_confirm.html", form=form, email=registration.email, sending=sending)
    return page, form.status


@auth.post("/register/confirm/send")
@open_to_everybody
def resend_registration_code() -> ResponseReturnValue:
    """Send another code."""
    registration = _under_way()
    if registration is None:
        return _astray()
    if registration.proved_at is None:
        _send(registration)
    return gate.see(url_for("auth.confirm_registration"))


@auth.route("/register/details", methods=["GET", "POST"])
@open_to_everybody
def registration_details() -> ResponseReturnValue:
    """Ask for name and password, and let the new customer into the wizard."""
    registration = _under_way()
    if registration is None:
        return _astray()
    if registration.proved_at is None:
        return gate.see(url_for("auth.confirm_registration"))
    form = DetailsForm()
    if request.method == "POST":
        _judge(registration, form)
        if not form.errors:
            return _finish(registration, form)
    page = render_template("auth/register_details.html", form=form, email=registration.email)
    return page, form.status


def _begin(address: Address) -> Response:
    """Begin a registration, or go on with the one of the same address: the code on its way belongs to it."""
    on = gate.see(url_for("auth.confirm_registration"))
    registration = _under_way()
    if registration and registration.proved_at is None and registration.email_key == address.key:
        _send(registration)
        return on
    visit = registrations.begin(address, browser.where(), clock.now())
    _send(registrations.find(visit, clock.now()))
    return cookies.keep(on, cookies.VISIT, visit)


def _judge(registration: Registration, form: DetailsForm) -> None:
    """Tell all that is wrong at once."""
    try:
        read_name(form.name.data or "")
    except Problem as problem:
        form.blame("name", problem)
    try:
        context = (form.name.data or "", registration.email, settings().company)
        passwords.check_new(form.password.data or "", settings().password_length, context)
    except Problem as problem:
        form.blame("password", problem)


def _finish(registration: Registration, form: DetailsForm) -> Response:
    token = registrations.finish(
        registration,
        form.name.data or "",
        form.password.data or "",
        browser.where(),
        clock.now(),
    )
    if before := visitor():
        with write() as rows:
            sign_ins.end(rows, before.standing.sign_in_id, "replaced", clock.now())
    answer = cookies.keep(gate.see(url_for("onboarding.choice")), cookies.SIGN_IN, token)
    return cookies.drop(cookies.mark(answer), cookies.VISIT)


def _under_way() -> Registration | None:
    visit = cookies.read(cookies.VISIT)
    return registrations.find(visit, clock.now()) if visit else None


def _astray() -> Response:
    """There is no registration under way here: it was finished, or took too long."""
    return gate.lead_on() if visitor() else gate.see(url_for("auth.register"))


def _send(registration: Registration | None) -> None:
    """Send a code, unless it is too early or too often: the page says when it goes on."""
    if registration is None:
        return
    try:
        registrations.send_code(registration, browser.where(), browser.facts(), clock.now())
    except LimitReached:
        return
