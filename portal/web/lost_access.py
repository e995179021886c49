""" "I have lost everything": asking for the way back, and the links by which the wait is begun and stopped. Part of the
`auth` blueprint, but for a button on the pages of whoever is in."""

from contextlib import suppress
from datetime import datetime, timedelta

from flask import Response, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal import clock
from portal.access import limits, mailed_links, open_recoveries, recoveries
from portal.access.problems import Gone
from portal.access.standing import Standing
from portal.access.steps import Step
from portal.web import browser, cookies, gate
from portal.web.auth import auth
from portal.web.errors import dead_link
from portal.web.gate import open_at, open_to_everybody
from portal.web.security import security
from portal.web.visitor import standing, visitor

STOP_LINK_LIFE = limits.RECOVERY_WAIT_BY_MAILBOX + limits.RECOVERY_LIFE


@auth.route("/sign-in/lost-access", methods=["GET", "POST"])
@open_at(Step.SIGN_IN, Step.CHECK, Step.IN)
def lost_access() -> ResponseReturnValue:
    """What can be done, and how far it is; a button sends the link. Somebody outside types the password first."""
    found, now = visitor(), clock.now()
    if found is None or found.is_in:
        return render_template("auth/lost_access.html")
    if request.method == "POST":
        recoveries.ask(found.standing, now)
        return gate.see(url_for("auth.lost_access"))
    return _how_far(found.standing, now)


@auth.get("/sign-in/lost-access/begin/<token>")
@open_to_everybody
def follow_begin_link(token: str) -> ResponseReturnValue:
    """The mail's link. It spends nothing, and its token moves into a cookie, out of histories and logs."""
    return _follow(mailed_links.BEGIN_RECOVERY, token, cookies.BEGIN_RECOVERY, limits.RECOVERY_LINK_LIFE)


@auth.route("/sign-in/lost-access/begin", methods=["GET", "POST"])
@open_to_everybody
def begin_recovery() -> ResponseReturnValue:
    """Begin the wait by a button; afterwards the page says when it ends."""
    token, now = cookies.read(cookies.BEGIN_RECOVERY), clock.now()
    case = recoveries.find(token, now) if token else None
    if not token or not case:
        return cookies.drop(dead_link("recovery"), cookies.BEGIN_RECOVERY)
    if request.method == "POST":
        with suppress(Gone):  # a second press: the page knows what has become of the first
            recoveries.begin(token, browser.where(), now)
            flash("recovery_begun", "success")
        return gate.see(url_for("auth.begin_recovery"))
    if case.open.begun(now):
        return render_template("auth/lost_access_waiting.html", recovery=case.open, over=case.open.over(now))
    return render_template("auth/lost_access_begin.html", case=case, ends_at=now + case.wait)


@auth.get("/sign-in/lost-access/stop/<token>")
@open_to_everybody
def follow_stop_link(token: str) -> ResponseReturnValue:
    """The link in every notice of a wait. It stops nothing by itself."""
    return _follow(mailed_links.STOP_RECOVERY, token, cookies.STOP_RECOVERY, STOP_LINK_LIFE)


@auth.route("/sign-in/lost-access/stop", methods=["GET", "POST"])
@open_to_everybody
def stop_recovery() -> ResponseReturnValue:
    """Stop the wait by a button."""
    token, now = cookies.read(cookies.STOP_RECOVERY), clock.now()
    case = recoveries.find_to_stop(token, now) if token else None
    if not token or not case:
        return cookies.drop(dead_link("recovery"), cookies.STOP_RECOVERY)
    if request.method == "GET":
        return render_template("auth/lost_access_stop.html", case=case, over=case.open.over(now))
    try:
        recoveries.stop_by_link(token, browser.where(), now)
    except Gone:
        return cookies.drop(dead_link("recovery"), cookies.STOP_RECOVERY)
    flash("recovery_stopped", "success")
    return cookies.drop(gate.see(url_for("auth.sign_in")), cookies.STOP_RECOVERY)


@security.post("/lost-access/stop")
def stop_own_recovery() -> ResponseReturnValue:
    """Stop the wait from within. It makes nothing weaker, so it asks for nothing."""
    recoveries.stop(standing().actor, open_recoveries.INSIDE, clock.now())
    flash("recovery_stopped", "success")
    return gate.see(url_for("security.index"))


def _how_far(who: Standing, now: datetime) -> str:
    """The page for somebody whose password was right."""
    recovery = who.recovery
    if recovery and recovery.begun(now):
        return render_template("auth/lost_access_waiting.html", recovery=recovery, over=False)
    if recovery and recovery.by_support and recovery.asked(now):
        return render_template("auth/lost_access_desk.html", recovery=recovery)
    if recoveries.only_support(who.kinds, mailbox_spent=who.mailbox_spent):
        return render_template("auth/lost_access_support.html")
    page = "auth/lost_access_sent.html" if recovery and recovery.asked(now) else "auth/lost_access.html"
    return render_template(page, wait=recoveries.wait(who.kinds))


def _follow(path: str, signed: str, cookie: str, lasts: timedelta) -> Response:
    """To the page of a link, without its token."""
    found, answer = mailed_links.read(path, signed), gate.see(path)
    return cookies.keep(answer, cookie, found, lasts) if found else cookies.drop(answer, cookie)
