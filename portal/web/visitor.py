"""Who is asking: Flask-Login's current user is the sign-in that the cookie names."""

from datetime import datetime
from typing import cast

from flask import Request, g, has_request_context, request
from flask_login import UserMixin, current_user

from portal import clock
from portal.access.roles import ROLES
from portal.access.standing import Standing, read_standing
from portal.access.steps import Step
from portal.extensions import login
from portal.web import browser, cookies

DESK = "/staff"


class Visitor(UserMixin):  # type: ignore[misc]  # Flask-Login has no types
    """Somebody whose password was right in this browser, at one step of the way in."""

    def __init__(self, standing: Standing, now: datetime) -> None:
        self.standing = standing
        self.step = standing.step(now)
        self.role = standing.role
        self.name = standing.name
        self.email = standing.email
        self.idle_ends_at = standing.idle_ends_at
        begun = standing.recovery is not None and standing.recovery.begun(now)
        self.recovery = standing.recovery if begun else None  # what every page tells
        self.on_device = standing.where.remembered is not None  # or says so: its row may be gone

    @property
    def is_in(self) -> bool:
        return self.step is Step.IN

    def get_id(self) -> str:
        return str(self.standing.user_id)


def visitor() -> Visitor | None:
    """The visitor of this request; None when nobody is even half in. One query a request, none without a cookie."""
    if not has_request_context() or g.get("database_away"):
        return None
    found = current_user._get_current_object()  # the proxy would look it up anew for each of its attributes
    return cast(Visitor, found) if found.is_authenticated else None


def standing() -> Standing:
    """The visitor's sign-in, on pages that the gate opens only to somebody who has one."""
    return cast(Visitor, current_user).standing


def step() -> Step:
    """The step that is due."""
    found = visitor()
    return found.step if found else Step.SIGN_IN


def role() -> str | None:
    """What whoever asks is at the support desk; None for customers and strangers."""
    found = visitor()
    return found.role if found else None


def at_desk() -> bool:
    """Whether an address of the support desk is asked for, whatever stands there."""
    return request.path == DESK or request.path.startswith(f"{DESK}/")


def cookie() -> str:
    """The cookie that names whoever asks here: the desk and the customers' pages know nothing of each other's."""
    return cookies.STAFF if at_desk() else cookies.SIGN_IN


@login.request_loader  # type: ignore[untyped-decorator]
def _load(_: Request) -> Visitor | None:
    """Read the cookie. `g.dead` notes a token whose sign-in has ended, `g.ended` why.

    A token nobody knows may be one that was replaced: its cookie is left alone, for a late answer to a second tab would
    else take the new one away.
    """
    token = cookies.read(cookie())
    if not token:
        return None
    now = clock.now()
    found = read_standing(token, browser.where(), now)
    if found and (found.role in ROLES) is not at_desk():
        return None  # somebody's cookie under the other's name
    g.ended = found.ended(now) if found else None
    g.dead = g.ended is not None
    return None if found is None or g.dead else Visitor(found, now)
