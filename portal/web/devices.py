"""Where somebody is signed in, and which of their browsers are remembered. Part of the `security` blueprint.

Ending and forgetting ask no password: they only make things safer.
"""

from flask import abort, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal import clock
from portal.access import open_sign_ins, own_devices
from portal.access.answers import read_name
from portal.access.own_devices import Remembered
from portal.access.problems import Gone, Problem
from portal.web import browser, gate
from portal.web.forms import NameForm
from portal.web.security import security
from portal.web.visitor import standing


@security.get("/sign-ins")
def show_sign_ins() -> ResponseReturnValue:
    """Every finished sign-in that is alive."""
    found = open_sign_ins.of(standing(), clock.now())
    return render_template("security/sign_ins.html", sign_ins=found)


@security.post("/sign-ins/<int:id>/end")
def end_sign_in(id: int) -> ResponseReturnValue:
    """End one of one's own; for anybody else's, 404."""
    try:
        open_sign_ins.end_one(standing(), id, clock.now())
    except Gone:
        abort(404)
    flash("sign_in_ended", "success")
    return gate.see(url_for("security.show_sign_ins"))


@security.post("/sign-ins/end-others")
def end_other_sign_ins() -> ResponseReturnValue:
    """End all but this one."""
    open_sign_ins.end_others(standing(), clock.now())
    flash("sign_ins_ended", "success")
    return gate.see(url_for("security.show_sign_ins"))


@security.get("/devices")
def show_devices() -> ResponseReturnValue:
    """Every remembered device."""
    return render_template("security/devices.html", devices=own_devices.of(standing(), clock.now()))


@security.route("/devices/<int:id>/rename", methods=["GET", "POST"])
def rename_device(id: int) -> ResponseReturnValue:
    """Give one a name."""
    device, form = _device(id), NameForm()
    if request.method == "POST":
        try:
            own_devices.rename(standing().user_id, id, read_name(form.name.data or ""))
            flash("device_renamed", "success")
            return gate.see(url_for("security.show_devices"))
        except Problem as problem:
            form.blame("name", problem)
    else:
        form.name.data = device.name or browser.describe(device.agent)
    return render_template("security/rename_device.html", form=form, device=device), form.status


@security.post("/devices/<int:id>/forget")
def forget_device(id: int) -> ResponseReturnValue:
    """Forget one; for anybody else's, 404."""
    try:
        own_devices.forget_one(standing(), id, clock.now())
    except Gone:
        abort(404)
    flash("device_forgotten", "success")
    return gate.see(url_for("security.show_devices"))


@security.post("/devices/forget-all")
def forget_all_devices() -> ResponseReturnValue:
    """Forget every one, this browser too."""
    own_devices.forget_every(standing(), clock.now())
    flash("devices_forgotten", "success")
    return gate.see(url_for("security.show_devices"))


def _device(id: int) -> Remembered:
    """One of the user's own; for anybody else's, 404."""
    found = own_devices.of(standing(), clock.now())
    return next((device for device in found if device.id == id), None) or abort(404)
