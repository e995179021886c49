"""Signatures by HMAC-SHA-256. Flask and itsdangerous would take SHA-1 for cookies, form tokens and mailed links."""

import hashlib

from flask.sessions import SecureCookieSessionInterface
from itsdangerous import Signer

# Of mailed links and form tokens: Flask-WTF makes its signer itself, and takes what itsdangerous does by default.
Signer.default_digest_method = staticmethod(hashlib.sha256)


class Sessions(SecureCookieSessionInterface):
    """Flask's own cookie, which holds the CSRF secret and flashes."""

    digest_method = staticmethod(hashlib.sha256)
