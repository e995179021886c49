"""A phone whose clock is off: explained while the app is set up, never accepted, and never told at sign-in (R6)."""

import re
import time

import pytest

from portal.access.limits import STEP
from portal.methods.totp import code_at
from tests.browser import Page
from tests.journeys.ways import APP, APP_FIELD, choose, finish_app, register
from tests.people import Person

pytestmark = pytest.mark.any_engine


def code_of_a_wrong_clock(person: Person, minutes: float) -> str:
    """What the app shows on a phone that is so far ahead."""
    return code_at(person.secret, int(time.time() + minutes * 60) // STEP)


@pytest.fixture
def at_the_code(ada: Person) -> Person:
    """ada is about to type the first code of her app."""
    register(ada)
    choose(ada, APP)
    ada.take_key()
    ada.browser.press("Continue")
    return ada


def type_code(person: Person, code: str) -> Page:
    return person.browser.press("Submit", {APP_FIELD: code})


@pytest.mark.parametrize(
    ("minutes", "told"),
    [
        (5.2, r"about [45] minutes ahead of ours"),
        (-5.2, r"about [56] minutes behind ours"),
        (120, r"about 2 hours ahead of ours"),
        (-23.5 * 60, r"about 2[34] hours behind ours"),
    ],
)
def test_ada_is_told_by_how_much_her_phone_is_off(at_the_code: Person, minutes: float, told: str) -> None:
    """R6, C6: with our time in its zone, and how to mend it (S2.14)."""
    page = type_code(at_the_code, code_of_a_wrong_clock(at_the_code, minutes))
    assert page.status == 422
    assert re.search(told, page.problems[0]), page.problems
    assert re.search(r"it was \d\d:\d\d UTC here", page.text)
    assert "More → Settings → “Time correction for codes”, and press “Synchronize”" in page.text
    assert "automatic date, time and time zone" in page.text


def test_the_explained_code_was_not_accepted(at_the_code: Person) -> None:
    """R6: the next right one is."""
    type_code(at_the_code, code_of_a_wrong_clock(at_the_code, 5))
    assert at_the_code.browser.open("/").path == "/onboarding"
    at_the_code.browser.open("/onboarding/totp")
    assert finish_app(at_the_code).heading == "Your recovery codes"


def test_a_mistyped_code_is_just_wrong(at_the_code: Person) -> None:
    """Beyond a day the doctor looks no further."""
    page = type_code(at_the_code, code_of_a_wrong_clock(at_the_code, 60 * 60 * 24 * 300))
    assert page.problems == ["This is not the code. Check it and type it again."]
    assert "Setting the time right" not in page.text


def test_the_explained_code_counts_as_a_try(at_the_code: Person) -> None:
    """R6."""
    for minutes in range(2, 12):
        assert type_code(at_the_code, code_of_a_wrong_clock(at_the_code, minutes)).status == 422
    assert type_code(at_the_code, at_the_code.app_code()).heading == "Too many tries"


def test_at_sign_in_nothing_is_told(ben: Person) -> None:
    """R6: whoever has only the password learns nothing from a code of another time."""
    ben.sign_in()
    page = ben.browser.press("Verify code", {APP_FIELD: code_of_a_wrong_clock(ben, 5)})
    assert page.problems == ["This is not the code. Check it and type it again."]
    assert "ahead" not in page.text
