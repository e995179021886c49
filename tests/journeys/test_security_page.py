""" "Security and access": what is on, since when, last used, and which method is asked first."""

from datetime import UTC, datetime

import pytest

from tests.browser import words
from tests.journeys.ways import card, to_security
from tests.people import People, Person

pytestmark = pytest.mark.any_engine

ONLY = "This is your only method. Activate the other one first."


@pytest.fixture
def fay(people: People) -> Person:
    """Has Email MFA alone."""
    return people.customer("fay", "email")


def _today() -> str:
    now = datetime.now(UTC)
    return f"{now.day} {now:%B %Y}"


def test_the_user_menu_leads_there(ben: Person) -> None:
    """S3.1, S1.1, S0.2, S1.2, S2.7: the customer's name opens the menu; it leads to "Security and access" (R11)."""
    page = ben.come_in()
    assert "Ben" in page.buttons
    assert to_security(ben).heading == "Security and access"


def test_both_methods_stand_in_their_section(ben: Person) -> None:
    """S3.2."""
    ben.come_in()
    section = to_security(ben).section("Two-factor authentication")
    assert [words(heading) for heading in section.find_all("h3")] == ["Authentication app", "Email"]


def test_what_is_off_offers_to_be_activated(ben: Person) -> None:
    """S3.2, S0.3: the control is "Activate" (R11)."""
    ben.come_in()
    page = to_security(ben)
    assert "Off" in card(page, "Email").split()
    assert words(page.button("Activate", under="Email")) == "Activate"


def test_what_is_on_says_since_when_and_when_it_was_used(ben: Person) -> None:
    ben.come_in()
    told = card(to_security(ben), "Authentication app")
    assert f"On since {_today()}" in told
    assert f"Last used {_today()}, " in told


def test_a_method_never_used_says_so(cleo: Person) -> None:
    cleo.come_in()
    assert "Last used not yet" in card(to_security(cleo), "Email")


def test_the_only_method_can_not_be_switched_off(ben: Person, fay: Person) -> None:
    """S3.7, R2: the control's place says why."""
    for person, method in ((ben, "Authentication app"), (fay, "Email")):
        person.come_in()
        page = to_security(person)
        assert ONLY in card(page, method)
        assert "Deactivate" not in page.buttons


def test_the_only_method_stays_on_whatever_is_sent(ben: Person) -> None:
    """R2: in the rule, not only on the page. Recovery codes don't count."""
    ben.come_in()
    to_security(ben)
    token = ben.browser.token()
    for data in ({"password": ben.password}, {}):
        answer = ben.browser.post("/security/totp/disable", {"csrf_token": token, **data})
    assert answer.status_code == 409
    assert "On since" in card(to_security(ben), "Authentication app")


def test_with_two_on_each_can_be_deactivated(cleo: Person) -> None:
    """S3.7, S2.13."""
    cleo.come_in()
    page = to_security(cleo)
    assert ONLY not in page.text
    for method in ("Authentication app", "Email"):
        assert words(page.button("Deactivate", under=method)) == "Deactivate"


def test_preferences_stand_beside_the_heading_of_the_section(cleo: Person) -> None:
    """S3.9: in its right-hand corner."""
    cleo.come_in()
    row = to_security(cleo).button("Preferences").find_parent(class_="heading-row")
    assert row
    assert row.h2
    assert words(row.h2) == "Two-factor authentication"


def test_with_one_method_there_are_no_preferences(ben: Person) -> None:
    """S3.9."""
    ben.come_in()
    assert "Preferences" not in to_security(ben).buttons
    assert ben.browser.open("/security/preferences").path == "/security"


def test_cleo_chooses_what_is_asked_first(cleo: Person) -> None:
    """S3.9, S3.10: radio buttons named as the methods, "Save"; the next sign-in asks it first."""
    cleo.come_in()
    to_security(cleo)
    page = cleo.browser.press("Preferences")
    assert [words(label) for label in page.soup.select("fieldset label")] == ["Authentication app", "Email"]
    page = cleo.browser.press("Save", {"Email": "email"})
    assert page.success == "Saved. This method is asked first from now on."
    assert "Primary" in card(page, "Email")
    cleo.browser.press("Sign out")
    assert cleo.sign_in().path == "/sign-in/verify/email"


def test_one_of_the_methods_must_be_chosen(cleo: Person) -> None:
    cleo.come_in()
    cleo.browser.open("/security/preferences")
    token = cleo.browser.token()
    answer = cleo.browser.post("/security/preferences", {"csrf_token": token, "primary": "pigeon"})
    assert answer.status_code == 422
    assert "Choose one of the methods." in answer.text


def test_the_page_says_how_many_recovery_codes_are_left(ben: Person) -> None:
    """R5: never a code."""
    ben.come_in()
    page = to_security(ben)
    assert "10 of 10 unused" in page.text
    page = ben.browser.open(page.links["Manage recovery codes"])
    assert "Unused 10 of 10" in page.text
    assert not any(code in page.answer.text for code in ben.codes)


def test_the_overview_says_what_protects_the_account(cleo: Person) -> None:
    """Who is signed in, what protects the account, where support is."""
    page = cleo.come_in()
    assert f"You are signed in as {cleo.email}" in page.text
    protection = words(page.section("What protects your account"))
    assert "Your password Authentication app on since" in protection
    assert "Email on since" in protection
    assert "support@example.com" in words(page.section("Support"))


def test_the_overview_tells_the_sign_in_before(ben: Person) -> None:
    """When, with what, from where, by which browser."""
    assert "This is your first sign-in" in ben.come_in().text
    ben.browser.press("Sign out")
    last = words(ben.come_in().section("Last sign-in"))
    assert f"When {_today()}, " in last
    assert "With Password and Authentication app" in last
    assert "From 10." in last
    assert "Browser Firefox on Linux" in last
