"""The operator's plots (part of the `staff` blueprint): drawn on the server, as shapes without a style or a script."""

from flask import render_template
from flask.typing import ResponseReturnValue

from portal import clock
from portal.access import plots
from portal.access.roles import ADMIN
from portal.web.gate import open_to_roles
from portal.web.staff import staff


@staff.get("/plots")
@open_to_roles(ADMIN)
def show_plots() -> ResponseReturnValue:
    """How the portal fares: methods, sign-ins, codes, limits, messages. Nobody's name."""
    shown = plots.read(clock.now())
    highest = max((max(hour.sign_ins, hour.failures) for hour in shown.hours), default=0)
    return render_template("staff/plots.html", shown=shown, highest=highest, now=clock.now())
