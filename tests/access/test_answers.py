"""Reading what was typed: kindly where the meaning is clear, and never with an error page."""

import pytest

from portal.access.answers import read_code, read_name, read_recovery_code
from portal.access.problems import (
    CodeMissing,
    CodeNotDigits,
    CodeTooLong,
    CodeTooShort,
    NameMissing,
    NameTooLong,
    Problem,
    RecoveryCodeMissing,
    RecoveryCodeMistyped,
    TextBad,
)

RECOVERY = "0123456789ABCDEF"


@pytest.mark.parametrize(
    "typed",
    [
        "012345",
        " 012 345 ",
        "012-345",
        "0 1 2 3 4 5",
        "\t012\n345\r\n",
        "012\N{EN DASH}345",
        "012\N{EM DASH}345",
        "012\N{NON-BREAKING HYPHEN}345",
        "012\N{MINUS SIGN}345",
        "012\N{FULLWIDTH HYPHEN-MINUS}345",
        "012\N{NO-BREAK SPACE}345",
        "012\N{NARROW NO-BREAK SPACE}345",
        "\N{IDEOGRAPHIC SPACE}012345",
        "\N{ZERO WIDTH SPACE}012\N{ZERO WIDTH JOINER}345\N{ZERO WIDTH NO-BREAK SPACE}",
        "\N{RIGHT-TO-LEFT MARK}012345\N{POP DIRECTIONAL ISOLATE}",
        "012\N{SOFT HYPHEN}345",
        "012\N{WORD JOINER}345",
        "012\x00345",
        "012\N{LINE SEPARATOR}345",
        "０１２３４５",
        "٠١٢٣٤٥",
        "۰۱۲۳۴۵",
        "०१२३४५",
        "𝟎𝟏𝟐𝟑𝟒𝟓",
        "0１٢۳४𝟓",
    ],
)
def test_a_code_is_read_in_every_grouping_and_script(typed: str) -> None:
    """G: spaces, dashes, invisible marks from copying, full-width and Arabic digits are understood."""
    assert read_code(typed) == "012345"


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("", CodeMissing),
        ("   ", CodeMissing),
        ("---", CodeMissing),
        ("\x00", CodeMissing),
        ("\N{ZERO WIDTH SPACE}", CodeMissing),
        ("12345", CodeTooShort),
        ("1234567", CodeTooLong),
        ("123456 123456", CodeTooLong),
        ("1" * 10_000, CodeTooLong),
        ("a" * 10_000, CodeNotDigits),
        (" " * 10_000, CodeMissing),
        ("12345a", CodeNotDigits),
        ("12345O", CodeNotDigits),
        ("¹²³⁴⁵⁶", CodeNotDigits),
        ("①②③④⑤⑥", CodeNotDigits),
        ("ⅠⅡⅢⅣⅤⅥ", CodeNotDigits),
        ("½12345", CodeNotDigits),
        ("一二三四五六", CodeNotDigits),
        ("🔑12345", CodeNotDigits),
        ("1️⃣23456", CodeNotDigits),
        ("+12345", CodeNotDigits),
        ("1.2345", CodeNotDigits),
        ("0x1234", CodeNotDigits),
        ("'; --", CodeNotDigits),
    ],
)
def test_a_badly_typed_code_is_told_from_a_wrong_one(typed: str, problem: type[Problem]) -> None:
    """G1–G4: each has words of its own."""
    with pytest.raises(problem):
        read_code(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "0123-4567-89AB-CDEF",
        "0123456789abcdef",
        " 0123 4567 89ab cdef ",
        "0123\N{EN DASH}4567\N{EM DASH}89AB\N{MINUS SIGN}CDEF",
        "O123-4567-89AB-CDEF",
        "o123-4567-89AB-CDEF",
        "0I23-4567-89AB-CDEF",
        "0i23-4567-89AB-CDEF",
        "0L23-4567-89AB-CDEF",
        "0l23-4567-89AB-CDEF",
        "０１２３４５６７８９ＡＢＣＤＥＦ",
        "0123-4567-89AB-\nCDEF\r\n",
        "\N{ZERO WIDTH NO-BREAK SPACE}0123-4567-89AB-CDEF",
        "0123\x004567-89AB-CDEF",
    ],
)
def test_a_recovery_code_is_read_in_every_spelling(typed: str) -> None:
    """S0.10: copied from paper, I and L are ones and O is a nought."""
    assert read_recovery_code(typed) == RECOVERY


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("", RecoveryCodeMissing),
        (" - \x00", RecoveryCodeMissing),
        ("0123-4567-89AB-CDE", RecoveryCodeMistyped),
        ("0123-4567-89AB-CDEF0", RecoveryCodeMistyped),
        ("U123-4567-89AB-CDEF", RecoveryCodeMistyped),
        ("0123-4567-89AB-CDE🔑", RecoveryCodeMistyped),
        ("0123-4567-89AB-CDEß", RecoveryCodeMistyped),
        ("٠123-4567-89AB-CDEF", RecoveryCodeMistyped),
        ("0123_4567_89AB_CDEF", RecoveryCodeMistyped),
        ("0" * 10_000, RecoveryCodeMistyped),
        ("ﷺ" * 10_000, RecoveryCodeMistyped),
    ],
)
def test_a_badly_typed_recovery_code_is_told_from_a_wrong_one(typed: str, problem: type[Problem]) -> None:
    with pytest.raises(problem):
        read_recovery_code(typed)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Ada Lovelace", "Ada Lovelace"),
        ("  Ada \t\n Lovelace ", "Ada Lovelace"),
        ("J", "J"),
        ("李", "李"),
        ("عائشة", "عائشة"),
        ("Ada 🔑", "Ada 🔑"),
        ("O’Neill-Smith, Jr.", "O’Neill-Smith, Jr."),
        ("<b>Ada</b>", "<b>Ada</b>"),
        ("x" * 60, "x" * 60),
    ],
)
def test_a_name_is_what_its_owner_says(typed: str, name: str) -> None:
    assert read_name(typed) == name


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("", NameMissing),
        (" \t\n", NameMissing),
        ("x" * 61, NameTooLong),
        ("Ada\x00", TextBad),
        ("Ada\x1b[31m", TextBad),
        ("\N{REPLACEMENT CHARACTER}Ada", TextBad),
        ("Ada\N{RIGHT-TO-LEFT OVERRIDE}gpj", TextBad),
        ("\N{LEFT-TO-RIGHT ISOLATE}Ada", TextBad),
        ("Ada\ue000", TextBad),
        ("Ada" + chr(0xD800), TextBad),
    ],
)
def test_a_name_is_one_line_of_words(typed: str, problem: type[Problem]) -> None:
    """It stands in the page's menu and in a mail's greeting; PostgreSQL stores no NUL."""
    with pytest.raises(problem):
        read_name(typed)
