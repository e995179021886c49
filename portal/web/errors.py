"""From what went wrong to a page that says what to do next. No page tells more than the visitor may know."""

import math
from datetime import timedelta
from types import TracebackType

from flask import Flask, Response, current_app, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import HTTPException, SecurityError

from portal import clock, logs
from portal.access.problems import (
    Busy,
    Gone,
    LastMethod,
    LimitReached,
    MailboxSpent,
    MethodClosed,
    PasswordShut,
    Refused,
    WrongRole,
)
from portal.extensions import settings
from portal.web import browser, gate
from portal.web.headers import CrossOrigin
from portal.web.visitor import role, visitor

KEYS = {400: "bad_request", 403: "origin", 404: "not_found", 405: "method", 413: "too_large", 500: "broken"}
ErrorInfo = tuple[type, BaseException, TracebackType] | tuple[None, None, None]
SOON = 5  # seconds after which a busy portal may be asked again


class RegistrationClosed(Refused):
    """The operator takes no new customers."""


def register(app: Flask) -> None:
    """Give every error its page."""
    app.log_exception = _log  # type: ignore[assignment, method-assign]
    app.register_error_handler(LimitReached, _limited)
    app.register_error_handler(MethodClosed, _closed)
    app.register_error_handler(MailboxSpent, lambda _: (render_template("errors/mailbox.html"), 403))
    app.register_error_handler(PasswordShut, lambda _: (render_template("errors/password_shut.html"), 403))
    app.register_error_handler(Gone, lambda _: gate.lead_on())
    app.register_error_handler(LastMethod, lambda _: _page(409, "last_method"))
    app.register_error_handler(WrongRole, lambda _: _wrong_role())
    app.register_error_handler(RegistrationClosed, lambda _: _page(403, "registration_closed"))
    app.register_error_handler(Busy, lambda _: _busy())
    app.register_error_handler(DBAPIError, _database)
    app.register_error_handler(CSRFError, lambda _: _refused("bad_form"))
    app.register_error_handler(CrossOrigin, lambda _: _refused("origin"))
    app.register_error_handler(SecurityError, lambda _: _wrong_host())
    app.register_error_handler(HTTPException, _http)


def _log(error: ErrorInfo) -> None:
    """Note a mistake by the page's rule, not by its path: that of a mailed link holds a token."""
    current_app.logger.error("A mistake at %s [%s]", request.url_rule, request.method, exc_info=error)


def dead_link(key: str) -> Response:
    """410 for a mailed link that can't be used any more, and what to do instead."""
    return Response(render_template("errors/dead_link.html", key=key), status=410, mimetype="text/html")


def _limited(reached: LimitReached) -> ResponseReturnValue:
    """429 with the clock time at which it goes on (RFC 6585, 4)."""
    seconds = max(1, math.ceil((reached.until - clock.now()) / timedelta(seconds=1)))
    page = render_template("errors/limited.html", until=reached.until, what=reached.what)
    return page, 429, {"Retry-After": str(seconds)}


def _closed(refused: MethodClosed) -> ResponseReturnValue:
    return render_template("errors/closed.html", kind=refused.kind), 403


def _refused(key: str) -> ResponseReturnValue:
    """A form that is none of ours, or too old to tell: the log keeps where it came from (ASVS 16.3.3)."""
    logs.note("form_refused", about=key, ip=browser.ip())
    return _page(403, key)


def _wrong_role() -> ResponseReturnValue:
    """Somebody of the desk where they may not be: the log keeps who."""
    found = visitor()
    logs.note("role_refused", about=role() or "", user=found.standing.user_id if found else None, ip=browser.ip())
    return _page(403, "role")


def _wrong_host() -> ResponseReturnValue:
    """No page: its links would need the host that was asked for."""
    logs.note("host_refused", ip=browser.ip())
    return f"The portal's address is {settings().base_url}\n", 400, {"Content-Type": "text/plain; charset=utf-8"}


def _busy() -> ResponseReturnValue:
    page, status = _page(503, "busy")
    return page, status, {"Retry-After": str(SOON)}


def _database(error: DBAPIError) -> ResponseReturnValue:
    """The database is away or refuses to write: nothing was changed, and it is worth trying again."""
    # By its kind only: a driver's words may quote the row.
    current_app.logger.error("The database failed: %s", type(error.orig).__name__)
    g.database_away = True
    return _busy()


def _http(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    return _page(status, KEYS.get(status, "bad_request" if status < 500 else "broken"))


def _page(status: int, key: str) -> tuple[str, int]:
    return render_template("errors/page.html", status=status, key=key), status
