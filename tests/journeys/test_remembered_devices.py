"""A browser that is not asked for a code: from the box at the code step to the last way of being forgotten."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from portal.access import events
from portal.extensions import db
from portal.models import Event, User
from tests.journeys.ways import APP_FIELD, DO_NOT_ASK, EMAIL_FIELD, come_in_remembered, confirm_password, to_security
from tests.people import NEW_PASSWORD, People, Person
from tests.portal_for_tests import Portal

CODE, IN = "/sign-in/verify/totp", "/"


def cards(person: Person) -> list[str]:
    """What the list of devices says of each."""
    page = person.browser.open("/security/devices")
    return [" ".join(card.get_text(" ").split()) for card in page.soup.select(".card")]


def new_devices(person: Person) -> int:
    """How often their log tells of a browser never seen before."""
    with person.portal.app.app_context():
        mine = Event.user_id == select(User.id).where(User.email_key == person.email).scalar_subquery()
        return db.session.scalars(select(func.count(Event.id)).where(mine, Event.kind == events.NEW_DEVICE.name)).one()


def test_ben_is_not_asked_again_on_his_device(ben: Person) -> None:
    """S1.10, R3: after signing out and in again, the password is enough – here, and nowhere else."""
    come_in_remembered(ben)
    ben.browser.press("Sign out")
    assert ben.sign_in().path == IN
    assert ben.sign_in(ben.browser.another()).path == CODE


def test_it_does_not_matter_where_ben_is(ben: Person, people: People) -> None:
    """C4: the same browser from five network addresses is asked for nothing and told as new no more; another browser at
    one of these addresses is asked."""
    come_in_remembered(ben)
    new = new_devices(ben)
    for _ in range(5):
        ben.browser.press("Sign out")
        ben.browser.http.headers["X-Forwarded-For"] = people.somebody("a neighbour").browser.http.headers[
            "X-Forwarded-For"
        ]
        assert ben.sign_in().path == IN
    assert ben.sign_in(ben.browser.another()).path == CODE
    assert new_devices(ben) == new


def test_the_box_is_off_by_default(ben: Person) -> None:
    ben.sign_in()
    box = ben.browser.page.soup.find("input", attrs={"name": "remember"})
    assert box
    assert not box.has_attr("checked")
    ben.browser.press("Verify code", {APP_FIELD: ben.app_code()})
    ben.browser.press("Sign out")
    assert ben.sign_in().path == CODE


def test_a_mistyped_code_leaves_the_box_ticked(ben: Person) -> None:
    ben.sign_in()
    page = ben.browser.press("Verify code", {APP_FIELD: ben.wrong_code(), DO_NOT_ASK: True})
    assert page.soup.select("input[name=remember][checked]")
    ben.browser.press("Verify code", {APP_FIELD: ben.app_code()})
    ben.browser.press("Sign out")
    assert ben.sign_in().path == IN


def test_cleo_can_have_it_with_a_mailed_code_too(cleo: Person) -> None:
    """And her code isn't sent when nobody asks for it."""
    cleo.sign_in()
    cleo.browser.open("/sign-in/other")
    cleo.browser.press("Email")
    cleo.browser.press("Verify code", {EMAIL_FIELD: cleo.mailed_code(), DO_NOT_ASK: True})
    cleo.browser.open("/security/preferences")
    cleo.browser.press("Save", {"Email": "email"})
    cleo.browser.press("Sign out")
    sent = cleo.mails()
    assert cleo.sign_in().path == IN
    assert cleo.mails() == sent


def test_ben_comes_to_the_page_he_asked_for(ben: Person) -> None:
    come_in_remembered(ben)
    ben.browser.press("Sign out")
    ben.browser.open("/security/devices")
    page = ben.browser.press("Sign in", {"Email address": ben.email, "Password": ben.password})
    assert page.path == "/security/devices"


def test_a_change_asks_for_password_and_code(ben: Person) -> None:
    """R14: the second factor was skipped, so there is none to count on. The page of the code has no box then."""
    come_in_remembered(ben)
    ben.browser.press("Sign out")
    ben.sign_in()
    ben.browser.open("/security/recovery-codes/new")
    page = confirm_password(ben)
    assert (page.path, DO_NOT_ASK in page.text) == (CODE, False)
    page = ben.browser.press("Verify code", {APP_FIELD: ben.app_code()})
    assert page.heading == "Make new recovery codes"


def test_the_overview_says_how_ben_came_in(ben: Person) -> None:
    come_in_remembered(ben)
    ben.browser.press("Sign out")
    ben.sign_in()
    ben.come_in(elsewhere := ben.browser.another())
    assert "Password and a remembered device" in elsewhere.page.text


def test_signing_out_completely_forgets_the_device(ben: Person) -> None:
    """S1.10 (a), R3: "Sign out" alone does not."""
    come_in_remembered(ben)
    page = ben.browser.press("Sign out completely")
    assert (page.path, page.success) == ("/sign-in", "You are signed out.")
    assert ben.browser.http.cookies.get("remembered") is None
    assert ben.sign_in().path == CODE


def test_there_is_one_way_to_sign_out_where_nothing_is_remembered(ben: Person) -> None:
    assert "Sign out completely" not in ben.come_in().buttons


def test_a_browser_without_its_cookies_is_asked(ben: Person) -> None:
    """S1.10 (b): the device was erased."""
    come_in_remembered(ben)
    ben.browser.http.cookies.clear()
    assert ben.sign_in().path == CODE


def test_a_changed_password_forgets_every_device(ben: Person) -> None:
    """S1.10 (c), R3: this one too."""
    come_in_remembered(ben)
    ben.browser.open("/security/password")
    confirm_password(ben)
    ben.browser.press("Change password", {"New password": NEW_PASSWORD})
    ben.password = NEW_PASSWORD
    ben.browser.press("Sign out")
    assert ben.sign_in().path == CODE


def test_thirty_days_and_a_code_is_asked(ben: Person, portal: Portal) -> None:
    """However often it was used in between."""
    come_in_remembered(ben)
    portal.age(timedelta(days=29))
    assert ben.sign_in().path == IN
    ben.browser.press("Sign out")
    portal.age(timedelta(days=1))
    assert ben.sign_in().path == CODE


def test_ben_is_mailed_that_a_device_is_remembered(ben: Person) -> None:
    come_in_remembered(ben)
    text = ben.notice("A device is remembered").text
    assert "For 30 days, signing in there takes your password alone." in text
    assert "With: Firefox on Linux" in text


def test_the_list_says_which_devices_these_are(ben: Person) -> None:
    """Idea 2: browser and system, address, first and last use, expiry; this one is marked."""
    other = ben.browser.another()
    come_in_remembered(ben, other)
    come_in_remembered(ben)
    to_security(ben)
    ben.browser.open(ben.browser.page.links["Remembered devices"])
    mine, others = cards(ben)
    assert mine.startswith("Firefox on Linux This device First used ")
    for words in ("Last used", f"From {ben.browser.http.headers['X-Forwarded-For']!s}", "Until", "UTC"):
        assert words in mine
    assert "This device" not in others


def test_ben_names_a_device(ben: Person) -> None:
    come_in_remembered(ben)
    ben.browser.open("/security/devices")
    ben.browser.press("Rename")
    assert ben.browser.press("Save", {"Name of the device": " "}).status == 422
    page = ben.browser.press("Save", {"Name of the device": "The kitchen’s"})
    assert (page.path, page.success) == ("/security/devices", "The device has its new name.")
    assert cards(ben)[0].startswith("The kitchen’s This device Browser Firefox on Linux")


def test_ben_forgets_one_device(ben: Person) -> None:
    """From another browser; no password is asked, for it makes things safer only. The other stays."""
    lost = ben.browser.another()
    come_in_remembered(ben, lost)
    come_in_remembered(ben)
    ben.browser.open("/security/devices")
    page = ben.browser.press("Forget", under=None)
    assert page.success == "The device is forgotten. Signing in there asks for a code again."
    ben.browser.press("Sign out")
    lost.press("Sign out")
    assert (ben.sign_in().path, ben.sign_in(lost).path) == (CODE, IN)


def test_ben_forgets_all_devices(ben: Person) -> None:
    lost = ben.browser.another()
    come_in_remembered(ben, lost)
    come_in_remembered(ben)
    ben.browser.open("/security/devices")
    page = ben.browser.press("Forget all devices")
    assert page.success == "No device is remembered any more. Signing in asks for a code everywhere."
    assert "No device is remembered: signing in asks for a code everywhere." in page.text
    ben.browser.press("Sign out")
    assert (ben.sign_in().path, ben.sign_in(ben.browser.another()).path) == (CODE, CODE)


@pytest.mark.parametrize("way", ["password", "code"])
def test_cleo_at_ben_s_browser_is_herself(ben: Person, cleo: Person, way: str) -> None:
    """His device is none of hers: she is asked for a code, and he isn't, afterwards."""
    come_in_remembered(ben)
    ben.browser.press("Sign out")
    assert cleo.sign_in(ben.browser).path == CODE
    if way == "code":
        ben.browser.press("Verify code", {APP_FIELD: cleo.app_code()})
    ben.browser.press("Sign out")
    assert ben.sign_in().path == IN
