"""The cookies beside Flask's own: `sign-in` names a sign-in's row, `staff-sign-in` one of the support desk's, `visit` a
registration's, `reset`, `open-method`, `begin-recovery`, `stop-recovery`, `not-me` and `staff-invitation` a mailed
link's, `remembered` a device's that is not asked for a code.
`device` is the mark by which a browser is known again; it opens nothing.

Over https they carry the `__Host-` prefix, which no other host and no plain page can set (RFC 6265bis, 4.1.3.2).
They last as long as the browser's session, those of links and devices no longer than these; the rows decide when they
end.
"""

from datetime import timedelta

from flask import Response, g, request

from portal.extensions import settings

SIGN_IN = "sign-in"
STAFF = "staff-sign-in"
INVITATION = "staff-invitation"
VISIT = "visit"
RESET = "reset"
OPEN_METHOD = "open-method"
BEGIN_RECOVERY = "begin-recovery"
STOP_RECOVERY = "stop-recovery"
NOT_ME = "not-me"
REMEMBERED = "remembered"
DEVICE = "device"
DEVICE_LIFE = timedelta(days=180)


def name(cookie: str) -> str:
    return f"__Host-{cookie}" if settings().https else cookie


def read(cookie: str) -> str | None:
    return request.cookies.get(name(cookie))


def keep(response: Response, cookie: str, token: str, lasts: timedelta | None = None) -> Response:
    """Give the browser a token."""
    if cookie in (SIGN_IN, STAFF):
        g.dead = False
    secure = settings().https
    response.set_cookie(name(cookie), token, lasts, secure=secure, httponly=True, samesite="Lax", path="/")
    return response


def mark(response: Response) -> Response:
    """Give the browser the mark that `browser.where` knows it by, for another half year."""
    return keep(response, DEVICE, g.mark, DEVICE_LIFE)


def drop(response: Response, cookie: str) -> Response:
    """Take the token back, if the browser sent one."""
    if name(cookie) in request.cookies:
        secure = settings().https
        response.delete_cookie(name(cookie), secure=secure, httponly=True, samesite="Lax", path="/")
    return response


def session_name(https: bool) -> str:
    """The name of Flask's own cookie, which holds the CSRF secret and flashes, nothing else."""
    return "__Host-portal" if https else "portal"
