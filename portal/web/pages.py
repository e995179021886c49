"""The overview, and what monitors and browsers ask for beside the pages."""

from flask import Blueprint, Response, abort, make_response, render_template, send_file, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import text

from portal import clock
from portal.access import check_up_dates
from portal.access.overview import read_overview
from portal.extensions import db, settings
from portal.web import cards, gate, setup
from portal.web.gate import open_to_everybody
from portal.web.visitor import standing

pages = Blueprint("pages", __name__)


@pages.get("/")
def overview() -> ResponseReturnValue:
    """Who is signed in, what protects the account, the last sign-in, and where support is."""
    shown = cards.of(standing().factors, setup.on_offer(), standing().primary)
    told = read_overview(standing())
    methods = [card for card in shown if card.on]
    return render_template(
        "overview.html",
        methods=methods,
        recovery=told.recovery,
        last=told.last,
        check_up_due=check_up_dates.due(told.check_up_at, clock.now()),
    )


@pages.get("/.well-known/change-password")
@open_to_everybody
def well_known_change_password() -> ResponseReturnValue:
    """Where password managers send people (W3C, a well-known URL for changing passwords)."""
    return gate.see(url_for("security.change_password"))


@pages.get("/healthz")
@open_to_everybody
def healthz() -> ResponseReturnValue:
    """The process is alive."""
    return {"status": "alive"}


@pages.get("/readyz")
@open_to_everybody
def readyz() -> ResponseReturnValue:
    """The database answers."""
    db.session.execute(text("SELECT 1"))
    return {"status": "ready"}


@pages.get("/brand.css")
@open_to_everybody
def brand_css() -> ResponseReturnValue:
    """The company's colour, as the stylesheet's variables; the page's policy allows no style in the page."""
    accent = settings().colour
    on_accent = "#000000" if _luminance(accent) > 0.179 else "#ffffff"
    answer = make_response(f":root {{ --accent: {accent}; --on-accent: {on_accent}; }}\n")
    answer.mimetype = "text/css"
    return _kept(answer)


@pages.get("/logo")
@open_to_everybody
def logo() -> ResponseReturnValue:
    """The company's logo, if there is one."""
    path = settings().logo
    return _kept(send_file(path)) if path else abort(404)


def _kept(answer: Response) -> Response:
    answer.cache_control.public = True
    answer.cache_control.max_age = 3600
    return answer


def _luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2). Above 0.179 black text contrasts better than white, below it white."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
