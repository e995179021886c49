"""The link that opens a method closed by wrong codes, from the notice to its owner. Part of the `auth` blueprint."""

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal import clock
from portal.access import closed_methods, limits, mailed_links
from portal.access.problems import Gone
from portal.web import browser, cookies, gate
from portal.web.auth import auth
from portal.web.errors import dead_link
from portal.web.gate import open_to_everybody


@auth.get("/sign-in/open/<token>")
@open_to_everybody
def follow_open_link(token: str) -> ResponseReturnValue:
    """The mail's link. It spends nothing, and its token moves into a cookie, out of histories and logs."""
    found = mailed_links.read(mailed_links.OPEN_METHOD, token)
    answer = gate.see(url_for("auth.open_method"))
    if found is None:
        return cookies.drop(answer, cookies.OPEN_METHOD)
    return cookies.keep(answer, cookies.OPEN_METHOD, found, limits.OPEN_LINK_LIFE)


@auth.route("/sign-in/open", methods=["GET", "POST"])
@open_to_everybody
def open_method() -> ResponseReturnValue:
    """Open the method by a button."""
    token = cookies.read(cookies.OPEN_METHOD)
    link = closed_methods.find_link(token, clock.now()) if token else None
    if not token or not link:
        return cookies.drop(dead_link("open"), cookies.OPEN_METHOD)
    if request.method != "POST":
        return render_template("auth/open_method.html", kind=link.method)
    try:
        closed_methods.use_link(token, browser.where(), clock.now())
    except Gone:
        return cookies.drop(dead_link("open"), cookies.OPEN_METHOD)
    flash("method_opened", "success")
    return cookies.drop(gate.see(url_for("auth.sign_in")), cookies.OPEN_METHOD)
