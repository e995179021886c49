"""The gate: every request is asked for its step before a view runs. What declares nothing needs a finished sign-in.

Half in, one reaches the step that is due, sign-out, and what is open to everybody; every other path, existing or
not, leads back to that step. A step already behind leads on.
"""

import re
from collections.abc import Callable
from typing import TypeVar

from flask import Response, current_app, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import clock, methods
from portal.access import recovery_codes, sign_ins
from portal.access.problems import WrongRole
from portal.access.standing import Standing
from portal.access.steps import Step
from portal.web import cookies
from portal.web.visitor import at_desk, cookie, role, step, visitor

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])

PAGES = {
    Step.SIGN_IN: "auth.sign_in",
    Step.PROVE_ADDRESS: "onboarding.address",
    Step.SET_UP: "onboarding.choice",
    Step.WAIT: "onboarding.closed",
    Step.CHECK: "auth.verify",
    Step.RECOVER: "onboarding.address",
    Step.SAVE_CODES: "onboarding.save_codes",
    Step.IN: "pages.overview",
}
STAFF_PAGES = {
    Step.SIGN_IN: "staff.sign_in",
    Step.PROVE_ADDRESS: "staff.no_app",
    Step.SET_UP: "staff.set_up",
    Step.CHECK: "staff.verify",
    Step.IN: "staff.index",
}
LOCAL_PATH = re.compile(r"/[A-Za-z0-9][A-Za-z0-9/_.~?=&-]*")
NEXT_MOST = 512


def open_at(*steps: Step) -> Callable[[View], View]:
    """Declare at which steps a view may be reached."""

    def declare(view: View) -> View:
        view.open_at = frozenset(steps)  # type: ignore[attr-defined]
        return view

    return declare


def open_to_everybody(view: View) -> View:
    """Declare that a view may be reached by whoever asks, signed in or not (R1)."""
    return open_at(*Step)(view)


def open_to_roles(*roles: str) -> Callable[[View], View]:
    """Declare which of the desk's people may open a view of theirs; nobody may open one that declares none."""

    def declare(view: View) -> View:
        view.roles = frozenset(roles)  # type: ignore[attr-defined]
        return view

    return declare


def roles(endpoint: str | None) -> frozenset[str]:
    """Whose an endpoint of the desk is."""
    return getattr(current_app.view_functions.get(endpoint or ""), "roles", frozenset())


def declared(endpoint: str | None) -> frozenset[Step]:
    """The steps at which an endpoint is open."""
    view = current_app.view_functions.get(endpoint or "")
    return frozenset(Step) if endpoint == "static" else getattr(view, "open_at", frozenset({Step.IN}))


def guard() -> ResponseReturnValue | None:
    """Before every request: let it pass or lead to the step that is due."""
    steps = declared(request.endpoint)
    if len(steps) == len(Step):
        return None
    due = step()
    if due not in steps:
        return lead_on(due)
    if request.endpoint and at_desk() and due is Step.IN and role() not in roles(request.endpoint):
        raise WrongRole
    if found := visitor():
        found.idle_ends_at = sign_ins.seen(found.standing, due, clock.now())
    return None


def lead_on(due: Step | None = None) -> Response:
    """To the page of the step that is due; somebody who isn't in is told why, and comes back here afterwards."""
    due = due or step()
    if due is not Step.SIGN_IN:
        return see(url_for((STAFF_PAGES if at_desk() else PAGES)[due]))
    if g.get("ended"):
        flash(g.ended, "ended")
    if at_desk():
        return see(url_for(STAFF_PAGES[due]))
    wanted = request.full_path.rstrip("?") if request.method == "GET" and request.endpoint else ""
    return see(url_for(PAGES[due], next=local_path(wanted)))


def page_of(standing: Standing, due: Step) -> str:
    """The address of the page of a step; where a second factor is asked, that of the method asked first."""
    if due is not Step.CHECK:
        return url_for(PAGES[due])
    kind = asked_first(standing)
    return url_for("auth.verify_with", method=kind) if kind else url_for("auth.other")


def asked_first(standing: Standing) -> str | None:
    """The primary method; None where the visitor chooses, because it doesn't count (R12) or because they came in by a
    recovery code, so it may well be what they have lost."""
    kind = standing.primary
    if kind is None or standing.raised_by == recovery_codes.RAISED_BY:
        return None
    return None if standing.mailbox_spent and methods.method(kind).in_mailbox else kind


def go_on() -> Response:
    """After a step is done: to the page first asked for once the visitor is in, else to the next step."""
    found = visitor()
    if found and found.is_in and found.standing.next_path:
        return see(found.standing.next_path)
    return lead_on()


def local_path(wanted: str | None) -> str | None:
    """A path of the portal's own, or None for anything else: no host, no scheme, no encoded tricks.

    The sign-in's own pages lead whoever is in on to this path: to one of them, they would lead round and round.
    """
    if not wanted or len(wanted) > NEXT_MOST or "//" in wanted or not LOCAL_PATH.fullmatch(wanted):
        return None
    if wanted.startswith("/sign-in"):
        return None
    return wanted


def forget_dead_token(response: Response) -> Response:
    """After every request: take back a cookie that opens nothing."""
    return cookies.drop(response, cookie()) if g.get("dead") else response


def see(location: str) -> Response:
    """303: a POST is never repeated at the place it leads to (RFC 9110, 15.4.4)."""
    return redirect(location, 303)  # type: ignore[return-value]
