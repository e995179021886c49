"""The wizard forgives: Reload, Back, wrong codes, second tabs and double clicks change nothing and lose nothing."""

import pytest

from tests.browser import Page
from tests.journeys.ways import (
    APP,
    APP_FIELD,
    EMAIL,
    EMAIL_FIELD,
    RESEND,
    SEND,
    choose,
    confirm_password,
    finish_app,
    messages,
    prove_mailbox,
    register,
    second_tab,
)
from tests.people import Person

pytestmark = pytest.mark.any_engine


@pytest.fixture
def before_the_key(ada: Person) -> Person:
    """ada, on the page that shows the key, which is in her app."""
    register(ada)
    choose(ada, APP)
    ada.take_key()
    return ada


def test_reloading_keeps_the_key(before_the_key: Person) -> None:
    first = before_the_key.secret
    before_the_key.browser.open("/onboarding/totp")
    assert before_the_key.take_key()
    assert before_the_key.secret == first


def test_going_back_and_choosing_again_keeps_the_key(before_the_key: Person) -> None:
    """Neither the password nor a new key is asked for."""
    first = before_the_key.secret
    before_the_key.browser.open("/onboarding")
    before_the_key.browser.press("Activate", under=APP)
    before_the_key.take_key()
    assert before_the_key.secret == first


def test_a_wrong_code_keeps_the_key(before_the_key: Person) -> None:
    first = before_the_key.secret
    before_the_key.browser.press("Continue")
    before_the_key.browser.press("Submit", {APP_FIELD: before_the_key.wrong_code()})
    before_the_key.browser.open(before_the_key.browser.page.links["Back to the QR code and the setup key"])
    before_the_key.take_key()
    assert before_the_key.secret == first


def test_a_second_tab_shows_the_same_key(ada: Person) -> None:
    """Both tabs stood at the password; the second's press doesn't make a second key."""
    register(ada)
    tab = second_tab(ada.browser)
    tab.open("/onboarding/totp")
    choose(ada, APP)
    first = ada.take_key()
    ada.browser.page = tab.press("Confirm password", {"Password": ada.password})
    assert ada.take_key() == first


def test_the_key_waits_while_the_other_method_is_tried(before_the_key: Person) -> None:
    """ "Choose another method", and back."""
    first = before_the_key.secret
    before_the_key.browser.open(before_the_key.browser.page.links["Choose another method"])
    choose(before_the_key, EMAIL)
    before_the_key.browser.open(before_the_key.browser.page.links["Choose another method"])
    before_the_key.browser.press("Activate", under=APP)
    before_the_key.take_key()
    assert before_the_key.secret == first


def test_a_double_press_of_send_sends_once(ada: Person) -> None:
    register(ada)
    choose(ada, EMAIL)
    tab = second_tab(ada.browser)
    tab.open("/onboarding/email")
    before = messages(ada)
    assert RESEND in ada.browser.press(SEND).buttons
    assert RESEND in tab.press(SEND).buttons
    assert messages(ada) == before + 1


def test_a_second_submit_leads_on(before_the_key: Person) -> None:
    """The second press of "Submit", sent with the new cookie: the same recovery codes, nothing doubled."""
    before_the_key.browser.press("Continue")
    tab = second_tab(before_the_key.browser)
    tab.page = before_the_key.browser.page
    code = before_the_key.app_code()
    first = before_the_key.browser.press("Submit", {APP_FIELD: code})
    again = tab.press("Submit", {APP_FIELD: code})
    assert again.path == "/onboarding/recovery-codes"
    assert str(again.soup.find(id="codes")) == str(first.soup.find(id="codes"))


def test_a_second_submit_with_the_old_cookie_ends_at_sign_in(before_the_key: Person) -> None:
    """Across the raise, without a script: the token of before opens nothing; nothing is lost, the codes wait."""
    before_the_key.browser.press("Continue")
    late = before_the_key.browser.another()
    late.http.cookies.update(before_the_key.browser.http.cookies)
    late.page = before_the_key.browser.page
    code = before_the_key.app_code()
    before_the_key.browser.press("Submit", {APP_FIELD: code})
    assert late.press("Submit", {APP_FIELD: code}).path == "/sign-in"
    assert before_the_key.browser.open("/").heading == "Your recovery codes"


def _pages_by_app(person: Person) -> list[Page]:
    pages = [person.browser.press("Activate", under=APP), confirm_password(person)]
    return [*pages, person.browser.press("Continue")]


def _pages_by_email(person: Person) -> list[Page]:
    pages = [person.browser.press("Activate", under=EMAIL), confirm_password(person)]
    return [*pages, person.browser.press(SEND)]


def test_every_page_of_a_method_offers_another(ada: Person) -> None:
    """Each leads back to the choice."""
    register(ada)
    pages = _pages_by_app(ada)
    ada.browser.open("/onboarding")
    for page in [*pages, *_pages_by_email(ada)]:
        assert page.links["Choose another method"] == "/onboarding", page.heading


def test_every_page_of_the_wizard_lets_one_sign_out(ada: Person) -> None:
    pages = [register(ada), *_pages_by_app(ada)]
    ada.browser.open("/onboarding")
    pages += _pages_by_email(ada)
    pages.append(ada.browser.press("Submit", {EMAIL_FIELD: ada.mail(template="one-time").text[:6]}))
    assert pages[-1].heading == "Your recovery codes"
    assert [page.heading for page in pages if "Sign out" not in page.buttons] == []


def test_support_stands_on_every_page_of_the_wizard(ada: Person) -> None:
    """S0.11."""
    pages = [register(ada), *_pages_by_app(ada)]
    ada.browser.open("/onboarding")
    for page in [*pages, *_pages_by_email(ada)]:
        assert page.soup.select_one("main a[href='mailto:support@example.com']"), page.heading


def test_signing_out_half_way_begins_with_the_mailbox_again(before_the_key: Person) -> None:
    """R15: the next sign-in has not proved it; and the key of before is gone."""
    before_the_key.browser.press("Sign out")
    before_the_key.sign_in()
    assert before_the_key.browser.page.path == "/onboarding/address"
    assert prove_mailbox(before_the_key).path == "/onboarding"
    first = before_the_key.secret
    choose(before_the_key, APP)
    before_the_key.take_key()
    assert before_the_key.secret != first
    assert finish_app(before_the_key).path == "/onboarding/recovery-codes"
