"""Changing the password under "Security and access"."""

from datetime import timedelta

from sqlalchemy import update

from portal.access.passwords import Hasher
from portal.database import write
from portal.extensions import hasher
from portal.models import User
from tests.browser import Page
from tests.people import NEW_PASSWORD, Person


def to_the_form(person: Person) -> Page:
    person.browser.open("/security/password")
    return person.browser.press("Confirm password", {"Password": person.password})


def change(person: Person) -> Page:
    to_the_form(person)
    page = person.browser.press("Change password", {"New password": NEW_PASSWORD})
    person.password = NEW_PASSWORD
    return page


def test_ben_changes_his_password(ben: Person) -> None:
    """S0.12: it lives on the same page; the old one is asked, the new one is right from now on."""
    ben.come_in()
    page = ben.browser.open("/security")
    assert "/security/password" in page.links.values()
    page = change(ben)
    said = "Your password is changed. Every other sign-in of yours has been ended."
    assert (page.path, page.success) == ("/security", said)
    assert ben.come_in(ben.browser.another()).path == "/"


def test_the_old_password_is_asked_first(ben: Person) -> None:
    ben.come_in()
    assert ben.browser.open("/security/password").heading == "Confirm password"
    page = ben.browser.press("Confirm password", {"Password": "not the password"})
    assert page.problems == ["This is not your password. Type the password you sign in with."]


def test_other_sign_ins_end_and_say_why(ben: Person) -> None:
    elsewhere = ben.browser.another()
    ben.come_in(elsewhere)
    ben.come_in()
    change(ben)
    page = elsewhere.open("/security")
    assert "You were signed out because your password was changed. Sign in with the new one." in page.text


def test_this_browser_goes_on_under_a_new_token(ben: Person) -> None:
    ben.come_in()
    before = ben.browser.http.cookies["sign-in"]
    change(ben)
    assert ben.browser.http.cookies["sign-in"] != before
    assert ben.browser.open("/security").heading == "Security and access"


def test_a_short_one_is_told_so_and_the_confirmation_lasts(ben: Person) -> None:
    ben.come_in()
    to_the_form(ben)
    page = ben.browser.press("Change password", {"New password": "short"})
    assert (page.status, page.problems) == (422, ["The password is too short. Use 12 characters or more."])
    assert ben.browser.press("Change password", {"New password": NEW_PASSWORD}).path == "/security"


def test_a_second_factor_of_long_ago_is_asked_for_again(ben: Person) -> None:
    """R14."""
    ben.come_in()
    ben.age_second_factor()
    page = to_the_form(ben)
    assert page.path == "/sign-in/verify/totp"
    page = ben.browser.press("Verify code", {"6-digit verification code": ben.app_code()})
    assert (page.path, page.heading) == ("/security/password", "Change password")
    assert ben.browser.press("Change password", {"New password": NEW_PASSWORD}).path == "/security"


def test_a_confirmation_of_ten_minutes_ago_is_asked_for_again(ben: Person) -> None:
    """R14: and the new password is not taken for the old one."""
    ben.come_in()
    to_the_form(ben)
    ben.portal.age(timedelta(minutes=10))
    page = ben.browser.press("Change password", {"New password": NEW_PASSWORD})
    assert (page.heading, page.problems) == ("Confirm password", [])
    assert ben.come_in(ben.browser.another()).path == "/"


def test_one_confirmation_changes_it_once(ben: Person) -> None:
    """R14."""
    ben.come_in()
    change(ben)
    assert ben.browser.open("/security/password").heading == "Confirm password"


def test_a_link_mailed_before_is_dead(ben: Person) -> None:
    link = ben.forget_password()
    ben.come_in()
    change(ben)
    assert ben.browser.open(link).heading == "This link does not work any more"


def test_a_password_manager_is_led_to_the_page(ben: Person) -> None:
    """A well-known address; whoever is out signs in first and comes there."""
    page = ben.browser.open("/.well-known/change-password")
    assert page.path == "/sign-in"
    ben.browser.press("Sign in", {"Email address": ben.email, "Password": ben.password})
    page = ben.browser.press("Verify code", {"6-digit verification code": ben.app_code()})
    assert (page.path, page.heading) == ("/security/password", "Confirm password")


def test_a_hash_of_another_cost_is_made_anew_at_sign_in(ben: Person) -> None:
    """Argon2's cost was changed: nobody notices, and the password stays right."""
    user_id = ben.user().id
    with ben.portal.app.app_context(), write() as session:
        other = Hasher((16, 2, 1)).hash(ben.password)
        session.execute(update(User).where(User.id == user_id).values(password_hash=other))
    assert ben.come_in().path == "/"
    with ben.portal.app.app_context():
        assert not hasher().outdated(ben.user().password_hash)
