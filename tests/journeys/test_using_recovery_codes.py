"""A recovery code in place of the second factor: once each, and never in place of the password."""

import pytest

from tests.browser import Page
from tests.people import Person


def _by_recovery_code(person: Person, code: str) -> Page:
    """Sign in, and take the way by recovery code."""
    person.browser.open("/sign-in")
    person.sign_in()
    person.browser.open(person.browser.page.links["Try another way"])
    person.browser.open(person.browser.page.links["Recovery code"])
    return person.browser.press("Verify code", {"Recovery code": code})


def test_ben_comes_in_without_his_app(ben: Person) -> None:
    """S0.10, S1.8: "Try another way", "Recovery code"."""
    assert _by_recovery_code(ben, ben.codes[0]).heading == "Welcome, Ben"


def test_each_code_works_once(ben: Person) -> None:
    """S1.8, R5: and says so."""
    _by_recovery_code(ben, ben.codes[0])
    ben.browser.press("Sign out")
    page = _by_recovery_code(ben, ben.codes[0])
    assert page.problems == ["This recovery code has been used already. Cross it out and type another one."]


def test_the_overview_counts_what_is_left(ben: Person) -> None:
    _by_recovery_code(ben, ben.codes[0])
    assert "Recovery codes 9 of 10 unused" in ben.browser.page.text


@pytest.mark.parametrize("change", ["capitals", "no dashes", "look-alikes"])
def test_a_code_may_be_written_as_one_reads_it(ben: Person, change: str) -> None:
    """Small letters, no dashes, and O, I and L for what they look like."""
    code = ben.codes[0]
    written = {
        "capitals": code.lower(),
        "no dashes": code.replace("-", " "),
        "look-alikes": code.replace("0", "O").replace("1", "l"),
    }
    assert _by_recovery_code(ben, written[change]).path == "/"


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("", "Enter one of your recovery codes."),
        ("ABCD-EFGH", "A recovery code has 16 letters and digits, in four groups of four. Type the whole code."),
        ("ABCD-EFGH-JKMN-PQRU", "A recovery code has 16 letters and digits, in four groups of four."),
        ("AAAA-AAAA-AAAA-AAAA", "This is not one of your recovery codes."),
    ],
)
def test_wrong_and_mistyped_codes_get_their_own_words(ben: Person, typed: str, told: str) -> None:
    page = _by_recovery_code(ben, typed)
    assert page.problems
    assert page.problems[0].startswith(told)


def test_another_ones_code_is_no_use(ben: Person, cleo: Person) -> None:
    """S3.12."""
    assert _by_recovery_code(ben, cleo.codes[0]).problems[0].startswith("This is not one of your recovery codes.")


def test_ben_is_warned_when_few_are_left(ben: Person) -> None:
    """At three; the overview says so too."""
    for code in ben.codes[:6]:
        assert "few recovery codes left" not in _by_recovery_code(ben, code).text
        ben.browser.press("Sign out")
    page = _by_recovery_code(ben, ben.codes[6])
    assert "You have few recovery codes left. Make a new set under “Security and access”." in page.text
    assert page.links["Make new ones"] == "/security/recovery-codes"


def test_a_recovery_code_is_no_way_round_the_password(ben: Person) -> None:
    """S1.8: with password only."""
    assert ben.browser.open("/sign-in/recovery-code").path == "/sign-in"
