"""Help, open to all, signed in or not."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from portal.web import setup
from portal.web.gate import open_to_everybody

help_pages = Blueprint("help", __name__, url_prefix="/help")


@help_pages.get("")
@open_to_everybody
def index() -> ResponseReturnValue:
    """What is asked most, and where the answer stands."""
    return render_template("help/index.html")


@help_pages.get("/two-factor")
@open_to_everybody
def two_factor() -> ResponseReturnValue:
    """What two-factor authentication is, how it is set up, and what helps when a phone is lost."""
    return render_template("help/two_factor.html", kinds=setup.on_offer())
