"""Keeping a customer out by guessing wrong on purpose."""

from datetime import timedelta

import pytest

from tests.attacks.test_t02_password_guessing import guess
from tests.people import People, Person

WRONG = "not the password"
A_DAY = timedelta(days=1)


@pytest.fixture
def cleo(people: People) -> Person:
    """Came in with her browser, and signed out again."""
    cleo = people.customer("cleo", "totp")
    cleo.come_in()
    cleo.browser.open("/security")
    cleo.browser.press("Sign out")
    return cleo


def burn(people: People, cleo: Person) -> None:
    """Strangers use up the tries of cleo's address."""
    for _ in range(5):
        assert guess(people.somebody("eve"), cleo.email).status_code == 422
    assert guess(people.somebody("eve"), cleo.email).status_code == 429


def test_a_known_browser_gets_in_while_strangers_guess(cleo: Person, people: People) -> None:
    """T03, C9: waits can't be aimed at her own browser. A new one sees when it goes on, and what works."""
    burn(people, cleo)
    abroad = people.somebody("cleo's new browser").browser
    page = cleo.sign_in(abroad)
    assert (page.status, page.heading) == (429, "Too many tries")
    assert page.soup.find("time")
    assert "a browser in which you signed in before" in page.text
    assert cleo.come_in().heading.startswith("Welcome")


def test_her_own_wrong_tries_cost_strangers_and_her_nothing_of_each_other_s(cleo: Person, people: People) -> None:
    """T03: two budgets. Hers ends at ten a day; then her browser shares the strangers'."""
    for _ in range(10):
        assert guess(cleo, cleo.email).status_code == 422
    burn(people, cleo)
    assert guess(cleo, cleo.email, cleo.password).status_code == 429
    cleo.portal.age(A_DAY)
    assert cleo.come_in().heading.startswith("Welcome")


def test_a_finished_sign_in_gives_her_ten_new_tries(cleo: Person, people: People) -> None:
    """T03: as it does for everybody."""
    for _ in range(9):
        guess(cleo, cleo.email)
    cleo.come_in()
    cleo.browser.open("/security")
    cleo.browser.press("Sign out")
    cleo.portal.age(timedelta(minutes=5))  # for her network address, which has limits of its own
    burn(people, cleo)
    assert [guess(cleo, cleo.email).status_code for _ in range(10)] == [422] * 10
    assert guess(cleo, cleo.email).status_code == 429


def test_another_customer_s_browser_is_a_stranger_s(cleo: Person, people: People) -> None:
    """T03: known is a browser with an address, not with the portal."""
    ben = people.customer("ben", "totp")
    ben.come_in()
    ben.browser.press("Sign out")
    burn(people, cleo)
    assert guess(ben, cleo.email, cleo.password).status_code == 429


def test_a_browser_that_only_has_the_password_is_a_stranger_s(cleo: Person, people: People) -> None:
    """T03: a thief who knows the password and stops at the code gets no budget by it."""
    eve = people.somebody("eve")
    assert guess(eve, cleo.email, cleo.password).status_code == 303
    burn(people, cleo)
    assert guess(eve, cleo.email, cleo.password).status_code == 429


def test_a_browser_is_known_for_half_a_year(cleo: Person, people: People) -> None:
    """T03: 180 days, counted by the row and not by the cookie."""
    cleo.portal.age(timedelta(days=180))
    burn(people, cleo)
    assert guess(cleo, cleo.email, cleo.password).status_code == 429


def test_a_mailed_link_leads_out_of_the_wait(cleo: Person, people: People) -> None:
    """T03, C9: no lock without a way out by mail, in whatever browser the link is opened."""
    abroad = people.somebody("cleo's new browser").browser
    burn(people, cleo)
    cleo.reset_password(abroad)
    assert cleo.come_in(abroad).heading.startswith("Welcome")


def test_a_guesser_s_mark_is_no_way_out(cleo: Person, people: People) -> None:
    """T03: asking for the link marks nobody; using it does."""
    eve = people.somebody("eve")
    burn(people, cleo)
    cleo.forget_password(eve.browser)
    assert guess(eve, cleo.email, cleo.password).status_code == 429


def test_strangers_do_not_keep_her_from_changing_what_protects_her(cleo: Person, people: People) -> None:
    """T03, C9: the password that a change asks for has tries of its own, too."""
    cleo.come_in()
    burn(people, cleo)
    cleo.browser.open("/security/email/enable")
    page = cleo.browser.press("Confirm password", {"Password": cleo.password})
    assert page.status == 200
    assert "Send one-time code via Email" in page.text
