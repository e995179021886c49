"""Authenticator apps: the standard's own numbers, the address an app reads, and the picture it scans."""

import re
from datetime import UTC, datetime
from urllib.parse import parse_qs, unquote, urlsplit

import pyotp
import pytest
import qrcode

from portal.crypto import KeyRing
from portal.methods.base import Enrolled, Evidence, StepMark
from portal.methods.totp import QUIET_ZONE, Totp, base32, code_at, qr_code

# RFC 6238, appendix B, SHA-1: seconds since 1970 and the last six of the eight digits.
VECTORS = [
    (59, "287082"),
    (1111111109, "081804"),
    (1111111111, "050471"),
    (1234567890, "005924"),
    (2000000000, "279037"),
    (20000000000, "353130"),
]
RFC_SECRET = b"12345678901234567890"
SECRET = bytes(range(20))
KEYS = KeyRing((b"a key of at least thirty-two bytes",))
EMAIL, COMPANY = "ada.lovelace+portal@example.org", "Smith & Sons: Café 7"


def uri(email: str = EMAIL, company: str = COMPANY) -> str:
    return str(Totp().setup_facts(SECRET, email, company)["uri"])


@pytest.mark.parametrize(("seconds", "code"), VECTORS)
def test_the_codes_are_the_standards(seconds: int, code: str) -> None:
    """S1.5: RFC 6238 with SHA-1, six digits, thirty seconds."""
    assert code_at(RFC_SECRET, seconds // 30) == code


@pytest.mark.parametrize(("seconds", "code"), VECTORS)
def test_the_step_is_the_moments(seconds: int, code: str) -> None:
    mark = Totp().judge(code, Evidence((Enrolled(7, RFC_SECRET, 0),), ()), KEYS, datetime.fromtimestamp(seconds, UTC))
    assert mark == StepMark(7, seconds // 30, seconds // 30)


def test_an_app_that_reads_the_address_shows_the_same_code(now: datetime) -> None:
    """S0.5: as any app does, here by pyotp."""
    app = pyotp.parse_uri(uri())
    assert isinstance(app, pyotp.TOTP)
    assert app.at(now) == code_at(SECRET, int(now.timestamp()) // 30)


def test_the_address_names_the_company_and_the_account() -> None:
    """Two accounts in one app are told apart; a colon would end the issuer early."""
    read = pyotp.parse_uri(uri())
    assert read.issuer == "Smith & Sons Café 7"
    assert read.name == EMAIL


def test_the_address_is_one_that_apps_accept() -> None:
    """Key URI format: `otpauth://totp/Issuer:account?secret=…&issuer=…`, nothing but the defaults."""
    parts = urlsplit(uri())
    query = parse_qs(parts.query, strict_parsing=True)
    assert (parts.scheme, parts.netloc) == ("otpauth", "totp")
    assert unquote(parts.path) == f"/Smith & Sons Café 7:{EMAIL}"
    assert query["secret"] == [base32(SECRET)]
    assert query.get("algorithm", ["SHA1"]) == ["SHA1"]
    assert query.get("digits", ["6"]) == ["6"]
    assert query.get("period", ["30"]) == ["30"]


def test_the_key_as_text_is_the_key_in_groups() -> None:
    """S2.12, S3.4: to be typed by hand, without the padding that apps refuse."""
    key = Totp().setup_facts(SECRET, EMAIL, COMPANY)["key"]
    assert re.fullmatch("([A-Z2-7]{4} ){7}[A-Z2-7]{4}", key)
    assert key.replace(" ", "") == base32(SECRET)


def matrix(svg: str) -> list[list[bool]]:
    """The picture read back: every module that the black path covers."""
    size = int(re.search(r'viewBox="0 0 (\d+) \1"', svg)[1])  # type: ignore[index]
    path = re.search(r'<path fill="#000" d="([^"]*)"/>', svg)[1]  # type: ignore[index]
    run = r"M(\d+) (\d+)h(\d+)v1h-(\d+)z"
    assert re.fullmatch(f"({run})*", path), "only runs one module high"
    modules = [[False] * size for _ in range(size)]
    for x, y, length, back in (map(int, found) for found in re.findall(run, path)):
        assert length == back
        for at in range(x, x + length):
            assert not modules[y][at], "no module twice"
            modules[y][at] = True
    return modules


def test_the_picture_is_the_code_of_the_address() -> None:
    """S0.5, S1.6: module by module what the QR library makes of the same address."""
    code = qrcode.QRCode(border=QUIET_ZONE, error_correction=qrcode.constants.ERROR_CORRECT_M)
    code.add_data(uri())
    assert matrix(qr_code(uri())) == code.get_matrix()


def test_the_picture_has_its_quiet_zone() -> None:
    """ISO/IEC 18004: four modules of white on every side, and no more."""
    modules = matrix(qr_code(uri()))
    rows, columns = modules, list(zip(*modules, strict=True))
    for lines in (rows, rows[::-1], columns, columns[::-1]):
        assert [any(line) for line in lines[:5]] == [False] * 4 + [True]


def test_the_picture_is_white_behind_in_every_theme() -> None:
    svg = qr_code(uri())
    size = len(matrix(svg))
    assert f'<path fill="#fff" d="M0 0h{size}v{size}H0z"/>' in svg


def test_the_longest_address_still_makes_a_picture() -> None:
    longest = "a" * 64 + "@" + "b" * 60 + "." + "c" * 60 + "." + "d" * 60 + ".org"
    assert len(matrix(qr_code(uri(email=longest, company="é" * 60)))) <= 177 + 2 * 4


def test_the_picture_carries_nothing_but_numbers() -> None:
    """It stands in the page as markup: no name may break out of it."""
    svg = qr_code(uri(email='"><script>@example.org', company='"><script>'))
    assert "script" not in svg
