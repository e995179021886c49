"""The support desk's pages (part of the `staff` blueprint): looking customers up, cases, ending sign-ins."""

from flask import abort, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal import clock
from portal.access import desk, support_cases
from portal.access.addresses import read_address
from portal.access.problems import Gone, Problem
from portal.access.roles import APPROVERS, ROLES
from portal.access.support_cases import Case
from portal.web import gate
from portal.web.forms import AddressForm, ReasonForm
from portal.web.gate import open_to_roles
from portal.web.staff import staff
from portal.web.visitor import role, standing


@staff.route("", methods=["GET", "POST"])
@open_to_roles(*ROLES)
def index() -> ResponseReturnValue:
    """Look a customer up by their exact address; below, the open cases."""
    form = AddressForm()
    if request.method == "POST":
        try:
            found = desk.look_up(standing(), read_address(form.email.data or ""), clock.now())
            return gate.see(url_for("staff.customer", id=found))
        except Problem as problem:
            form.blame("email", problem)
    cases = support_cases.open_cases(standing())
    return render_template("staff/index.html", form=form, cases=cases, now=clock.now()), form.status


@staff.get("/look-ups/<int:id>")
@open_to_roles(*ROLES)
def customer(id: int) -> ResponseReturnValue:
    """A customer's masked facts, for the sign-in that looked them up."""
    found = desk.shown(_customer(id)[0], clock.now())
    return render_template("staff/customer.html", id=id, found=found, now=clock.now())


@staff.route("/look-ups/<int:id>/case", methods=["GET", "POST"])
@open_to_roles(*ROLES)
def open_case(id: int) -> ResponseReturnValue:
    """Open a recovery case, with a reason."""
    mine, form = _customer(id), ReasonForm()
    if request.method == "POST":
        try:
            case_id = support_cases.open_case(standing(), mine, form.reason.data or "", clock.now())
            flash("case_opened", "success")
            return gate.see(url_for("staff.case", id=case_id))
        except Problem as problem:
            form.blame("reason", problem)
    return render_template("staff/open_case.html", id=id, form=form, email=desk.mask(mine[1])), form.status


@staff.route("/look-ups/<int:id>/sign-out", methods=["GET", "POST"])
@open_to_roles(*ROLES)
def end_sign_ins(id: int) -> ResponseReturnValue:
    """End every sign-in of a customer, with a reason."""
    mine, form = _customer(id), ReasonForm()
    if request.method == "POST":
        try:
            support_cases.sign_out(standing(), mine, form.reason.data or "", clock.now())
            flash("customer_signed_out", "success")
            return gate.see(url_for("staff.customer", id=id))
        except Problem as problem:
            form.blame("reason", problem)
    return render_template("staff/sign_out.html", id=id, form=form, email=desk.mask(mine[1])), form.status


@staff.get("/cases/<int:id>")
@open_to_roles(*ROLES)
def case(id: int) -> ResponseReturnValue:
    """One open case: its reason, who opened it, where it stands, and what protects the customer."""
    found = _case(id)
    waits = found.open.confirmed_at is None
    may_approve = waits and role() in APPROVERS and found.opened_by != standing().user_id
    shown = desk.shown(found.user_id, clock.now())
    return render_template(
        "staff/case.html", case=found, found=shown, waits=waits, may_approve=may_approve, now=clock.now()
    )


@staff.post("/cases/<int:id>/approve")
@open_to_roles(*APPROVERS)
def approve(id: int) -> ResponseReturnValue:
    """Agree to a case that somebody else opened: the wait begins."""
    support_cases.approve(standing(), _case(id), clock.now())
    flash("case_approved", "success")
    return gate.see(url_for("staff.case", id=id))


@staff.post("/cases/<int:id>/stop")
@open_to_roles(*ROLES)
def stop_case(id: int) -> ResponseReturnValue:
    """Stop a case."""
    support_cases.stop(standing(), _case(id), clock.now())
    flash("case_stopped", "success")
    return gate.see(url_for("staff.index"))


def _customer(id: int) -> tuple[int, str]:
    """Whom this sign-in looked up; for anybody else's look-up, 404."""
    try:
        return desk.customer(standing(), id)
    except Gone:
        abort(404)


def _case(id: int) -> Case:
    """An open case that this member may see; for any other, 404."""
    try:
        return support_cases.find(standing(), id)
    except Gone:
        abort(404)
