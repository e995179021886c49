"""What the portal signs: Flask's cookie, form tokens, mailed links."""

import base64

from flask import Flask

from portal.access import mailed_links
from tests.house.conftest import Inside

SHA_256 = 32  # bytes


def signature(signed: str) -> bytes:
    """The last part, which base64 writes without its padding."""
    last = signed.rpartition(".")[2]
    return base64.urlsafe_b64decode(last + "=" * (-len(last) % 4))


def test_every_signature_is_of_sha_256(house: Flask) -> None:
    """ASVS 11.4.1: not of SHA-1, which Flask and itsdangerous take if nobody says otherwise."""
    browser = Inside(house)
    token = browser.form("/sign-in")["csrf_token"]
    cookie = browser.client.get_cookie("portal")
    assert cookie
    with house.app_context():
        link = mailed_links.url(mailed_links.RESET, "a token")
    assert [len(signature(signed)) for signed in (token, cookie.value, link)] == [SHA_256] * 3
