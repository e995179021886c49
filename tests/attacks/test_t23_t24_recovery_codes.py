"""Recovery codes guessed, used twice, kept after new ones were made, read again."""

import pytest
from requests import Response

from tests.attacks.racing import AT_ONCE, ROUNDS, let_in, press_together
from tests.attacks.work import counting_digests
from tests.people import People, Person

WRONG = "0000-0000-0000-0000"


def at_recovery(person: Person) -> Person:
    person.sign_in()
    person.browser.open("/sign-in/recovery-code")
    return person


def try_code(person: Person, code: str) -> Response:
    path, data = person.browser.ready("Verify code", {"Recovery code": code})
    return person.browser.post(path, data)


def test_five_are_tried_in_one_sign_in(ben: Person) -> None:
    """T23: the sixth is refused though it is right; a new sign-in takes it."""
    at_recovery(ben)
    assert [try_code(ben, WRONG).status_code for _ in range(5)] == [422] * 5
    assert try_code(ben, ben.codes[0]).status_code == 429
    assert try_code(at_recovery(ben), ben.codes[0]).status_code == 303


def test_twenty_an_hour_are_tried_from_one_network(ben: Person, people: People) -> None:
    """T23: however many sign-ins; from elsewhere its owner still gets in."""
    statuses = []
    for _ in range(5):
        at_recovery(ben)
        statuses += [try_code(ben, WRONG).status_code for _ in range(5)]
    assert statuses == [422] * 20 + [429] * 5
    ben.browser = people.somebody("ben").browser
    assert try_code(at_recovery(ben), ben.codes[0]).status_code == 303


def test_a_try_costs_one_hash(ben: Person) -> None:
    """T23: right or wrong, not one for each of the ten codes; a mistyped one costs none."""
    at_recovery(ben)
    costs = [counting_digests(ben, code) for code in (WRONG, "not a code", ben.codes[9])]
    assert costs == [1, 0, 1]


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_one_code_opens_one_sign_in(ben: Person, _round: int) -> None:
    """T24: twenty posts at once."""
    at_recovery(ben)
    answers = press_together(AT_ONCE, ben.browser, "Verify code", {"Recovery code": ben.codes[0]})
    assert len(let_in(answers)) == 1


def test_a_used_code_is_dead(ben: Person) -> None:
    """T24: in another sign-in too, and it gets its own words."""
    assert try_code(at_recovery(ben), ben.codes[0]).status_code == 303
    ben.browser = ben.browser.another()
    at_recovery(ben)
    page = ben.browser.press("Verify code", {"Recovery code": ben.codes[0]})
    assert page.problems == ["This recovery code has been used already. Cross it out and type another one."]


def test_somebody_else_s_code_is_none_of_mine(ben: Person, cleo: Person) -> None:
    """T24, T48: the set is the user's own."""
    assert try_code(at_recovery(ben), cleo.codes[0]).status_code == 422


def test_the_old_set_dies_when_a_new_one_is_made(ben: Person) -> None:
    """T24, R5."""
    ben.come_in()
    remake(ben)
    ben.browser = ben.browser.another()
    assert try_code(at_recovery(ben), ben.codes[0]).status_code == 422


def test_nobody_reads_the_codes_again(ben: Person) -> None:
    """T24, R5: after "Finish" no page and no file holds one; before it, no other sign-in's does."""
    ben.come_in()
    shown = remake(ben)
    other = ben.browser.another()
    ben.come_in(other)
    early = [other.open(path).text for path in ("/onboarding/recovery-codes", "/onboarding/recovery-codes.txt")]
    ben.browser.press("Finish", {"I have saved my recovery codes": True})
    paths = [
        "/onboarding/recovery-codes",
        "/onboarding/recovery-codes.txt",
        "/security/recovery-codes",
        "/security",
        "/",
    ]
    late = [ben.browser.open(path).text for path in paths]
    assert len(shown) == 10
    assert not [code for code in shown if code in "".join(early + late)]


def test_the_page_of_the_codes_is_never_stored(ben: Person) -> None:
    """T24: by no cache on the way."""
    ben.come_in()
    remake(ben)
    headers = [ben.browser.open(f"/onboarding/recovery-codes{ending}").answer.headers for ending in ("", ".txt")]
    assert [answer["Cache-Control"] for answer in headers] == ["no-store", "no-store"]


def remake(person: Person) -> list[str]:
    """Make new codes; the page shows them."""
    person.browser.open("/security/recovery-codes")
    person.browser.press("Make new recovery codes")
    person.browser.press("Confirm password", {"Password": person.password})
    page = person.browser.press("Make new recovery codes")
    assert page.path == "/onboarding/recovery-codes"
    return [entry.get_text().strip() for entry in page.soup.select("#codes li")]
