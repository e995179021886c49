"""What every answer carries, and where a form may come from."""

import secrets

from flask import Response, g, request
from werkzeug.exceptions import BadRequest, Forbidden, SecurityError

from portal.extensions import settings

HSTS = 63072000  # seconds: two years
POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "img-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class CrossOrigin(Forbidden):
    """A form that another site sent, or that doesn't say which site it comes from."""


def number() -> None:
    """Before every request: give it a number, which its log lines carry and its answer too."""
    g.request_number = secrets.token_hex(8)


def check_host() -> None:
    """Before every request: it must have asked for the portal by its own name. Raises `SecurityError`."""
    if isinstance(request.routing_exception, SecurityError):
        raise request.routing_exception


def check_origin() -> None:
    """Before every request that may change something: it must come from a page of this portal.

    A browser says so by `Origin`, by `Sec-Fetch-Site`, or by both; neither may disagree. Raises `CrossOrigin`.
    """
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    origin = request.headers.get("Origin", "null")
    site = request.headers.get("Sec-Fetch-Site")
    named = origin != "null" and origin == settings().base_url
    if origin not in ("null", settings().base_url) or site not in (None, "same-origin") or not (named or site):
        raise CrossOrigin


def check_form() -> None:
    """Before every form is looked at: each of its parts has a name, without which it is none. Raises `BadRequest`."""
    if request.method == "POST" and None in request.form:
        raise BadRequest


def add(response: Response) -> Response:
    """After every request: the security headers; pages are never stored."""
    response.headers["X-Request-ID"] = g.request_number
    for header, value in HEADERS.items():
        response.headers.setdefault(header, value)
    if settings().https:
        response.headers["Strict-Transport-Security"] = f"max-age={HSTS}; includeSubDomains"
    if request.endpoint not in ("static", "pages.brand_css", "pages.logo"):
        response.headers["Cache-Control"] = "no-store"
    return response
