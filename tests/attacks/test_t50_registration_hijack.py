"""Registering somebody else's address before its owner does."""

from datetime import timedelta

from portal import clock
from portal.access import retention
from tests.attacks.rows import about
from tests.people import Person


def begin(person: Person, email: str) -> None:
    person.browser.open("/register")
    person.browser.press("Continue", {"Email address": email})


def test_a_code_works_only_in_the_browser_that_asked(eve: Person, ada: Person) -> None:
    """T50: eve asked first; what ada types into her own page is not eve's code, nor the other way round."""
    begin(eve, ada.email)
    eves = ada.mailed_code()
    ada.portal.age(timedelta(minutes=1))
    begin(ada, ada.email)
    adas = ada.mailed_code()
    assert ada.browser.press("Continue", {"Confirmation code": eves}).status == 422
    assert eve.browser.press("Continue", {"Confirmation code": adas}).status == 422
    assert ada.browser.press("Continue", {"Confirmation code": adas}).path == "/register/details"


def test_nothing_of_the_hijacker_is_left_when_the_owner_is_done(eve: Person, ada: Person) -> None:
    """T50, C12: her visit, her code and what she would have chosen; the password is the one the owner typed."""
    begin(eve, ada.email)
    eves = ada.mailed_code()
    ada.portal.age(timedelta(minutes=1))
    begin(ada, ada.email)
    ada.browser.press("Continue", {"Confirmation code": ada.mailed_code()})
    ada.browser.press("Create account", {"Your name": "Ada", "Password": ada.password})
    assert eve.browser.press("Continue", {"Confirmation code": eves}).path == "/register"
    assert eve.browser.open("/register/details").path == "/register"
    assert len(about(ada)["registrations"]) == 1
    assert ada.browser.page.path == "/onboarding"


def test_no_password_stands_on_an_unproved_address(eve: Person, ada: Person) -> None:
    """T50: name and password are asked for only after the code."""
    begin(eve, ada.email)
    data = {"csrf_token": eve.browser.token(), "name": "Ada", "password": eve.password}
    assert eve.browser.post("/register/details", data).headers["Location"] == "/register/confirm"
    assert about(ada)["users"] == []
    assert eve.browser.open("/register/details").path == "/register/confirm"


def test_an_owner_s_account_is_never_taken_over(eve: Person, ben: Person) -> None:
    """T50: eve registers a customer's address: no code is mailed, and no password changes."""
    before = about(ben)["users"]
    begin(eve, ben.email)
    mail = ben.mail()
    assert not mail.text[:6].isdigit()
    assert eve.browser.press("Continue", {"Confirmation code": "000000"}).status == 422
    assert about(ben)["users"] == before


def test_who_proved_the_address_later_finds_it_taken(eve: Person, ada: Person) -> None:
    """T50: two browsers of one mailbox; the first to finish has the account, the other changes nothing of it."""
    begin(eve, ada.email)
    eve.browser.press("Continue", {"Confirmation code": ada.mailed_code()})
    ada.portal.age(timedelta(minutes=1))
    begin(ada, ada.email)
    ada.browser.press("Continue", {"Confirmation code": ada.mailed_code()})
    path, data = eve.browser.ready("Create account", {"Your name": "Eve", "Password": "another quiet teapot"})
    ada.browser.press("Create account", {"Your name": "Ada", "Password": ada.password})
    before = about(ada)
    eve.browser.post(path, data)
    assert about(ada) == before
    assert ada.user().name == "Ada"


def test_an_unproved_registration_dies(eve: Person, ada: Person) -> None:
    """T50: half an hour without a step and its page is gone; after a day, its row."""
    begin(eve, ada.email)
    ada.portal.age(timedelta(minutes=31))
    assert eve.browser.open("/register/confirm").path == "/register"
    ada.portal.age(timedelta(hours=24))
    with ada.portal.app.app_context():
        retention.purge(clock.now())
    assert about(ada)["registrations"] == []
