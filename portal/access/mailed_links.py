"""Links in mails: a random token whose hash is a row's, signed for one purpose, so that a forged link costs no query.

Age and once-only are decided by the row.
"""

from itsdangerous import BadSignature, URLSafeSerializer

from portal.extensions import settings

RESET, OPEN_METHOD, NOT_ME = "/password/reset", "/sign-in/open", "/not-me"
STAFF = "/staff/welcome"
BEGIN_RECOVERY, STOP_RECOVERY = "/sign-in/lost-access/begin", "/sign-in/lost-access/stop"


def url(path: str, token: str) -> str:
    """The link to mail: it leads to `path`, which is also what it is good for."""
    return f"{settings().base_url}{path}/{_signer(path).dumps(token)}"


def read(path: str, signed: str) -> str | None:
    """The token in a link to `path`, if the portal signed it."""
    try:
        token = _signer(path).loads(signed)
    except BadSignature:
        return None
    return token if isinstance(token, str) else None


def _signer(path: str) -> URLSafeSerializer:
    """Signs the links to one path, and no others. The newest key signs, which itsdangerous wants last."""
    return URLSafeSerializer([key.decode() for key in reversed(settings().secret_keys)], salt=path)
