"""Reading what a customer typed: codes in any script and grouping, recovery codes, lines of text."""

import unicodedata

from portal.access import limits
from portal.access.problems import (
    CodeMissing,
    CodeNotDigits,
    CodeTooLong,
    CodeTooShort,
    NameMissing,
    NameTooLong,
    RecoveryCodeMissing,
    RecoveryCodeMistyped,
    TextBad,
)

# Crockford's base 32: no I, L, O or U; the first three are read as what they look like.
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LOOKS_LIKE = str.maketrans("ILO", "110")
RECOVERY_CHARACTERS = 16


def read_code(answer: str, length: int = limits.CODE_DIGITS) -> str:
    """The digits of a code. Blanks and dashes are left out, full-width and Arabic digits read as what they are.

    Raises `CodeMissing` or a `CodeMistyped`, which count as no try.
    """
    kept = [character for character in answer if not _separator(character)]
    if not kept:
        raise CodeMissing
    digits = [unicodedata.decimal(character, -1) for character in kept]
    if -1 in digits:
        raise CodeNotDigits(length)
    if len(digits) < length:
        raise CodeTooShort(length)
    if len(digits) > length:
        raise CodeTooLong(length)
    return "".join(map(str, digits))


def read_recovery_code(answer: str) -> str:
    """The sixteen characters of a recovery code, in capitals. Raises a `Problem`, which counts as no try."""
    plain = "".join(c for c in unicodedata.normalize("NFKC", answer) if not _separator(c))
    if not plain:
        raise RecoveryCodeMissing
    plain = plain.upper().translate(LOOKS_LIKE)
    if len(plain) != RECOVERY_CHARACTERS or any(c not in CROCKFORD for c in plain):
        raise RecoveryCodeMistyped
    return plain


def read_name(answer: str, most: int = limits.NAME_MOST) -> str:
    """A name in one line, blanks at its ends left out. Raises a `Problem`."""
    name = " ".join(answer.split())
    if not name:
        raise NameMissing
    if len(name) > most:
        raise NameTooLong(most)
    if any(unicodedata.category(c) in ("Cc", "Cs", "Co", "Cn") or c in _BIDI or c == _NO_TEXT for c in name):
        raise TextBad
    return name


# Marks that turn the writing direction of whatever stands after them (UAX #9).
_BIDI = {chr(c) for c in (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C)}

_NO_TEXT = "\N{REPLACEMENT CHARACTER}"  # what is read in place of bytes that are no text


def _separator(character: str) -> bool:
    """Blanks, dashes of every kind, and invisible marks that come along when a code is copied."""
    return unicodedata.category(character) in ("Zs", "Pd", "Cf", "Cc", "Zl", "Zp") or character == "\N{MINUS SIGN}"
