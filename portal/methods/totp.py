"""Authenticator apps: time-based one-time passwords (RFC 6238) with SHA-1, six digits, 30 seconds – the only
parameters that every app honours."""

import base64
import hmac
import secrets
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

import pyotp
import qrcode
from markupsafe import Markup

from portal.access import limits
from portal.access.problems import ClockOff, CodeUsed, CodeWrong
from portal.crypto import KeyRing
from portal.methods.base import Evidence, Mark, Method, StepMark

SECRET = 20  # bytes: RFC 4226, 4 (R6) recommends 160 bits
QUIET_ZONE = 4  # modules of white around the code (ISO/IEC 18004)


class Totp(Method):
    """Google Authenticator and every app like it. Scanning one code with two phones works: they share the secret."""

    name: ClassVar[str] = "totp"
    most: ClassVar[int] = limits.APPS
    on_phone: ClassVar[bool] = True
    moves: ClassVar[bool] = True

    def new_secret(self) -> bytes | None:
        return secrets.token_bytes(SECRET)

    def setup_facts(self, secret: bytes | None, email: str, issuer: str) -> Mapping[str, Any]:
        key = base32(secret or b"")
        # A colon would end the issuer early in the app (Key URI format).
        uri = pyotp.TOTP(key).provisioning_uri(name=email.replace(":", ""), issuer_name=issuer.replace(":", ""))
        groups = " ".join(key[i : i + 4] for i in range(0, len(key), 4))
        return {"key": groups, "uri": uri, "qr": qr_code(uri)}

    def judge(self, answer: str, evidence: Evidence, keys: KeyRing, now: datetime) -> Mark:
        present = int(now.timestamp()) // limits.STEP
        spent = False
        for factor in evidence.factors:
            for step in range(present - limits.STEPS_ASIDE, present + limits.STEPS_ASIDE + 1):
                if hmac.compare_digest(code_at(factor.secret or b"", step), answer):
                    if step > factor.last_step or factor.last_step > present + limits.STEPS_ASIDE:
                        return StepMark(factor.id, step, present)
                    spent = True
        raise CodeUsed if spent else CodeWrong

    def diagnose(self, answer: str, secret: bytes | None, now: datetime) -> CodeWrong:
        """A code of another time step, the nearest first: the phone's clock is off."""
        present = int(now.timestamp()) // limits.STEP
        for aside in range(limits.STEPS_ASIDE + 1, limits.CLOCK_SEARCH // timedelta(seconds=limits.STEP) + 1):
            minutes = aside * limits.STEP // 60
            for step, off in ((present + aside, minutes), (present - aside, -minutes)):
                if hmac.compare_digest(code_at(secret or b"", step), answer):
                    return ClockOff(off)
        return CodeWrong()


def base32(secret: bytes) -> str:
    """A secret as apps take it: RFC 4648 base 32 without padding."""
    return base64.b32encode(secret).decode().rstrip("=")


def code_at(secret: bytes, step: int) -> str:
    """The six digits of one time step (RFC 4226, 5.3)."""
    digest = hmac.digest(secret, step.to_bytes(8), "sha1")
    offset = digest[-1] & 0xF
    number = int.from_bytes(digest[offset : offset + 4]) & 0x7FFFFFFF
    return f"{number % 10**limits.CODE_DIGITS:0{limits.CODE_DIGITS}}"


def qr_code(uri: str) -> Markup:
    """The address as a QR code: inline SVG, dark on white in every theme, one path of horizontal runs.

    Drawn from qrcode's matrix, for its own SVG writers make one element for each module.
    """
    code = qrcode.QRCode(border=QUIET_ZONE, error_correction=qrcode.constants.ERROR_CORRECT_M)
    code.add_data(uri)
    matrix = code.get_matrix()
    size = len(matrix)
    path = "".join(f"M{x} {y}h{length}v1h-{length}z" for y, row in enumerate(matrix) for x, length in _runs(row))
    return Markup(  # noqa: S704  numbers only
        f'<svg class="qr" viewBox="0 0 {size} {size}" role="img" aria-label="QR code to scan with your app"'
        f' shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{size}v{size}H0z"/>'
        f'<path fill="#000" d="{path}"/></svg>'
    )


def _runs(row: list[bool]) -> Iterator[tuple[int, int]]:
    """Where each run of dark modules begins, and how long it is."""
    start: int | None = None
    for x, dark in enumerate([*row, False]):
        if dark and start is None:
            start = x
        elif not dark and start is not None:
            yield start, x - start
            start = None
