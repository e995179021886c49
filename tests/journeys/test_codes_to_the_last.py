"""Recovery codes to the last one, which leads to a new set before anything else opens."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from portal.database import write
from portal.models import RecoveryCode, RecoverySet
from tests.journeys.ways import RECOVERY_CODE, codes_on, come_in_by_recovery_code, confirm_password, save_codes
from tests.people import Person
from tests.portal_for_tests import Portal


def leave(person: Person, count: int) -> None:
    """So many codes are left; the others went long ago."""
    with person.portal.app.app_context(), write() as session:
        mine = select(RecoverySet.id).where(RecoverySet.user_id == person.user().id).scalar_subquery()
        kept = select(RecoveryCode.id).where(RecoveryCode.set_id == mine).order_by(RecoveryCode.id).limit(count)
        session.execute(delete(RecoveryCode).where(RecoveryCode.set_id == mine, RecoveryCode.id.not_in(kept)))
    del person.codes[count:]


@pytest.fixture
def at_the_end(ben: Person) -> Person:
    """ben has just used his last recovery code."""
    leave(ben, 1)
    come_in_by_recovery_code(ben)
    return ben


@pytest.mark.parametrize(("left", "warned"), [(4, False), (3, True)])
def test_at_three_left_every_sign_in_warns(ben: Person, left: int, warned: bool) -> None:
    """S1.8: by the app too; the warning leads to where new ones are made, and so does "Security and access"."""
    leave(ben, left)
    page = ben.come_in()
    assert ("You have few recovery codes left." in page.text) is warned
    assert ("Make a new set" in page.links) is warned
    ben.browser.open("/security")
    assert ("Few are left: make a new set before you need it." in ben.browser.page.text) is warned


def test_security_tells_how_many_are_unused_and_of_when(ben: Person) -> None:
    """S0.10: the set by its number, as on the print-out."""
    come_in_by_recovery_code(ben)
    text = ben.browser.open("/security").text
    assert "9 of 10 unused" in text
    assert "Set 1, made " in text


def test_each_use_is_mailed_with_its_device(ben: Person) -> None:
    come_in_by_recovery_code(ben)
    told = ben.notice("A recovery code was used").text
    assert "9 of them are left." in told
    assert "With: Firefox on Linux" in told
    assert "From: " + str(ben.browser.http.headers["X-Forwarded-For"]) in told


def test_after_the_last_one_nothing_opens_but_a_new_set(at_the_end: Person) -> None:
    """S0.10: the overview, "Security and access" and addresses that don't exist all lead there."""
    browser = at_the_end.browser
    for path in ("/", "/security", "/security/recovery-codes/new", "/security/totp/enable", "/nowhere"):
        page = browser.open(path)
        assert (page.path, page.heading) == ("/onboarding/recovery-codes", "Make your recovery codes")
    assert "Your last recovery code is used." in browser.page.text


def test_the_new_set_asks_for_the_password(at_the_end: Person) -> None:
    """R14: for the password, not for a code that nobody has any more – even after an hour at the page."""
    at_the_end.portal.age(timedelta(minutes=50))
    at_the_end.browser.open("/")
    page = at_the_end.browser.press("Make new recovery codes", {"Password": "wrong"})
    assert page.problems == ["This is not your password. Type the password you sign in with."]
    page = at_the_end.browser.press("Make new recovery codes", {"Password": at_the_end.password})
    assert len(codes_on(page)) == 10


def test_the_new_set_leads_on_and_works(at_the_end: Person) -> None:
    """R5: saved like any other; the page first asked for opens."""
    at_the_end.browser.press("Make new recovery codes", {"Password": at_the_end.password})
    assert save_codes(at_the_end).heading == "Welcome, Ben"
    at_the_end.browser.press("Sign out")
    assert come_in_by_recovery_code(at_the_end).heading == "Welcome, Ben"
    assert "9 of 10 unused" in at_the_end.browser.open("/security").text


def test_the_number_of_the_set_is_on_page_and_download(at_the_end: Person) -> None:
    """S1.8: so that an old print-out is told from the new one."""
    page = at_the_end.browser.press("Make new recovery codes", {"Password": at_the_end.password})
    assert "Set 2, made " in page.text
    download = at_the_end.browser.http.get(f"{at_the_end.portal.base}/onboarding/recovery-codes.txt").text
    assert "Set 2, made " in download
    assert RECOVERY_CODE.findall(download) == codes_on(page)


def test_another_browser_that_is_in_already_goes_on(ben: Person) -> None:
    """It has proved nothing since."""
    leave(ben, 1)
    elsewhere = ben.browser.another()
    ben.come_in(elsewhere)
    come_in_by_recovery_code(ben)
    assert elsewhere.open("/security").heading == "Security and access"


def test_whoever_signs_out_there_meets_it_again(at_the_end: Person) -> None:
    at_the_end.browser.press("Sign out")
    assert at_the_end.come_in().heading == "Make your recovery codes"


def test_the_last_code_for_a_change_leads_back_to_the_change(ben: Person, portal: Portal) -> None:
    """R14: used as the fresh code; the new set first, then the change goes on."""
    leave(ben, 1)
    ben.come_in()
    portal.age(timedelta(minutes=15))
    ben.browser.open("/security/email/enable")
    confirm_password(ben)
    ben.browser.open("/sign-in/recovery-code")
    page = ben.browser.press("Verify code", {"Recovery code": ben.codes.pop(0)})
    assert page.path == "/onboarding/recovery-codes"
    ben.browser.press("Make new recovery codes", {"Password": ben.password})
    assert save_codes(ben).heading == "Set up codes by email"
