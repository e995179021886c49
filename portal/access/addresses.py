"""E-mail addresses: one reading for pages, look-ups and limits alike."""

from dataclasses import dataclass

from email_validator import EmailNotValidError, validate_email

from portal.access.problems import AddressBad, AddressMissing
from portal.models import ADDRESS


@dataclass(frozen=True)
class Address:
    """`written` is where mail goes; `key` is what addresses are compared by: case-folded, the domain in IDNA form."""

    written: str
    key: str


def read_address(answer: str) -> Address:
    """Read an address as typed. Its domain isn't looked up; what stands before the @ must be ASCII, as not every mail
    server takes anything else. Raises `AddressMissing` or `AddressBad`.
    """
    if not answer.strip():
        raise AddressMissing
    try:
        found = validate_email(answer.strip(), check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        raise AddressBad from None
    key = f"{found.local_part.casefold()}@{found.ascii_domain.lower()}"
    if max(len(found.normalized), len(key)) > ADDRESS:
        raise AddressBad
    return Address(found.normalized, key)
