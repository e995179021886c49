"""A phone's camera: reads the QR code on a picture, without knowing what the portal meant to draw."""

import io

import pyotp
import zxingcpp
from PIL import Image


def scan(png: bytes) -> pyotp.TOTP:
    """What an authenticator app would take from the picture."""
    with Image.open(io.BytesIO(png)) as picture:
        found = zxingcpp.read_barcodes(picture.convert("L"))
    assert len(found) == 1, f"{len(found)} codes on the picture"
    account = pyotp.parse_uri(found[0].text)
    assert isinstance(account, pyotp.TOTP)
    return account
