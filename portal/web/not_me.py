""" "This wasn't me": the link in every notice to an owner. Part of the `auth` blueprint."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal import clock
from portal.access import limits, mailed_links, not_me
from portal.access.problems import Gone
from portal.web import browser, cookies, gate
from portal.web.auth import auth
from portal.web.errors import dead_link
from portal.web.gate import open_to_everybody


@auth.get("/not-me/<token>")
@open_to_everybody
def follow_not_me(token: str) -> ResponseReturnValue:
    """The mail's link. It does nothing, for mail scanners open links too: its token moves into a cookie, out of
    histories and logs."""
    found = mailed_links.read(mailed_links.NOT_ME, token)
    answer = gate.see(url_for("auth.answer_not_me"))
    if found is None:
        return cookies.drop(answer, cookies.NOT_ME)
    return cookies.keep(answer, cookies.NOT_ME, found, limits.NOT_ME_LIFE)


@auth.route("/not-me", methods=["GET", "POST"])
@open_to_everybody
def answer_not_me() -> ResponseReturnValue:
    """Say what the button does, and do it. Whoever is signed in here as somebody else stays so."""
    token, now = cookies.read(cookies.NOT_ME), clock.now()
    told = not_me.find_link(token, now) if token else None
    if not token or not told:
        return cookies.drop(dead_link("not_me"), cookies.NOT_ME)
    if request.method != "POST":
        return render_template("not_me/ask.html", told=told)
    try:
        not_me.use_link(token, browser.where(), now)
    except Gone:
        return cookies.drop(dead_link("not_me"), cookies.NOT_ME)
    return cookies.drop(gate.see(url_for("auth.not_me_done")), cookies.NOT_ME)


@auth.get("/not-me/done")
@open_to_everybody
def not_me_done() -> ResponseReturnValue:
    """What its owner does next."""
    return render_template("not_me/done.html")
