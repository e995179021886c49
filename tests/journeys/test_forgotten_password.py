"""Forgetting the password, and choosing a new one by a mailed link."""

import re
from datetime import timedelta

from tests.people import NEW_PASSWORD, People, Person


def test_ben_chooses_a_new_password(ben: Person) -> None:
    """From the sign-in's page to the mail, the new password, and in by the app."""
    ben.browser.open("/sign-in")
    page = ben.browser.open(ben.browser.page.links["Forgotten your password?"])
    assert page.heading == "Forgotten your password?"
    page = ben.browser.press("Send link", {"Email address": ben.email})
    assert (page.path, page.heading) == ("/password/forgot/sent", "Check your email")
    link = re.search(r"/password/reset/\S+", ben.mail().text)
    assert link
    ben.browser.open(link[0])
    ben.password = NEW_PASSWORD
    page = ben.browser.press("Save password", {"New password": ben.password})
    assert (page.path, page.success) == ("/sign-in", "Your password is changed. Sign in with the new one.")
    assert ben.come_in().path == "/"


def test_the_mail_says_what_it_is_for(ben: Person) -> None:
    ben.forget_password()
    ben.read = 0
    text = ben.mail().text
    assert text.startswith("Choose a new password for ")
    assert "The link works for 30 minutes, once." in text
    assert "If you did not ask for it, do nothing: your password stays as it is." in text


def test_the_page_says_whose_password_it_is(ben: Person) -> None:
    page = ben.browser.open(ben.forget_password())
    assert (page.path, page.heading) == ("/password/reset", "Choose a new password")
    assert f"For {ben.email} ." in page.text
    username = page.soup.find("input", autocomplete="username")
    assert username
    assert username["value"] == ben.email


def test_the_old_password_is_wrong_afterwards(ben: Person) -> None:
    old = ben.password
    ben.reset_password()
    ben.password = old
    assert ben.sign_in().problems == [
        "The email address and the password do not belong together. Check both and sign in again."
    ]


def test_a_short_password_is_told_so_and_the_link_still_works(ben: Person) -> None:
    ben.browser.open(ben.forget_password())
    page = ben.browser.press("Save password", {"New password": "short"})
    assert (page.status, page.problems) == (422, ["The password is too short. Use 12 characters or more."])
    assert ben.browser.press("Save password", {"New password": NEW_PASSWORD}).path == "/sign-in"


def test_no_address_is_told_so(eve: Person) -> None:
    eve.browser.open("/password/forgot")
    page = eve.browser.press("Send link", {"Email address": ""})
    assert (page.status, page.problems) == (422, ["Enter your email address."])


def test_a_stranger_s_mail_says_there_is_no_account(ada: Person) -> None:
    ada.browser.open("/password/forgot")
    ada.browser.press("Send link", {"Email address": ada.email})
    text = ada.mail().text
    assert text.startswith("There is no account at ")
    assert "/password/reset/" not in text


def test_a_dead_link_leads_to_a_new_one(ben: Person) -> None:
    link = ben.forget_password()
    ben.portal.age(timedelta(minutes=31))
    page = ben.browser.open(link)
    assert (page.status, page.heading) == (410, "This link does not work any more")
    assert "This time nothing was changed." in page.text
    assert ben.browser.open(page.links["Ask for a new link"]).heading == "Forgotten your password?"


def test_other_sign_ins_are_told_why_they_ended(ben: Person) -> None:
    elsewhere = ben.browser.another()
    ben.come_in(elsewhere)
    ben.reset_password()
    page = elsewhere.open("/security")
    assert "You were signed out because your password was changed. Sign in with the new one." in page.text


def test_cleo_with_e_mail_first_is_led_to_the_ways_that_count(people: People) -> None:
    """R12: after the reset no code is mailed; the app finishes the sign-in."""
    cleo = people.customer("cleo", "email", "totp")
    cleo.reset_password()
    mails = cleo.mails()
    page = cleo.sign_in()
    assert (page.path, page.heading) == ("/sign-in/other", "Try another way")
    assert "a code by email does not count this time" in page.text
    assert [button for button in page.buttons if "Email" in button] == []
    cleo.browser.press("Authentication app")
    assert cleo.browser.press("Verify code", {"6-digit verification code": cleo.app_code()}).path == "/"
    assert cleo.mails() == mails


def test_with_e_mail_alone_a_recovery_code_finishes_it(people: People) -> None:
    """R12: or the page names whom to write to."""
    cleo = people.customer("cleo", "email")
    cleo.reset_password()
    page = cleo.sign_in()
    assert "support@example.com" in page.text
    page = cleo.browser.open("/sign-in/verify/email")
    assert (page.status, page.heading) == (403, "A code by email does not count this time")
    assert "support@example.com" in page.text
    cleo.browser.open(page.links["Recovery code"])
    assert cleo.browser.press("Verify code", {"Recovery code": cleo.codes[0]}).path == "/"
