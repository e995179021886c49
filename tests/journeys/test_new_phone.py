"""A new phone: set up beside the old one, which is removed then – with the old one at hand, and without it."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from portal.access.limits import NEW_PHONE
from portal.database import write
from portal.extensions import db
from portal.models import Factor, RecoveryCode, RecoverySet
from tests.browser import Page
from tests.journeys.ways import APP_FIELD, come_in_by_recovery_code, confirm_password, finish_app, to_security
from tests.people import People, Person
from tests.portal_for_tests import Portal

NEW_PHONE_LINK = "I have a new phone"


def age_apps(person: Person) -> None:
    """Their apps are of long ago; their sign-ins are not."""
    with person.portal.app.app_context(), write() as session:
        mine = update(Factor).where(Factor.user_id == person.user().id)
        session.execute(mine.values(confirmed_at=person.user().created_at - NEW_PHONE))


def unused(person: Person) -> int:
    with person.portal.app.app_context():
        mine = select(func.count(RecoveryCode.id)).join(RecoverySet, RecoverySet.id == RecoveryCode.set_id)
        mine = mine.where(RecoverySet.user_id == person.user().id, RecoveryCode.used_at.is_(None))
        return db.session.scalars(mine).one()


def set_up_new(person: Person) -> Page:
    """Password, key, code: the everyday pages. From now on the person holds the new phone."""
    person.browser.press("Set up the new phone")
    confirm_password(person)
    return finish_app(person, "Verify code")


@pytest.fixture
def ben(ben: Person) -> Person:
    """Has had his app for long."""
    age_apps(ben)
    return ben


def test_ben_moves_with_both_phones_in_hand(ben: Person) -> None:
    """C2, S2.18: from "Security and access", one thing a page, to the end."""
    ben.come_in()
    to_security(ben)
    page = ben.browser.open(ben.browser.page.links[NEW_PHONE_LINK])
    assert (page.path, page.heading) == ("/security/new-phone", "I have a new phone")
    page = set_up_new(ben)
    assert (page.path, page.heading) == ("/security/new-phone", "Remove the old phone")
    assert "The new phone works: App 2 , set up " in page.text
    page = ben.browser.press("Remove")
    assert page.heading == "Confirm password"
    assert confirm_password(ben).heading == "Remove App 1"
    page = ben.browser.press("Remove")
    assert (page.path, page.heading) == ("/security/new-phone", "Your phone is set up")
    assert page.success.startswith("The app is removed.")
    assert ben.browser.open(page.links["Done"]).path == "/security"


def test_the_old_phone_opens_nothing_then(ben: Person) -> None:
    ben.come_in()
    old = ben.secret
    ben.browser.open("/security/new-phone")
    set_up_new(ben)
    ben.browser.press("Remove")
    confirm_password(ben)
    ben.browser.press("Remove")
    ben.browser.press("Sign out")
    new, ben.secret, ben.step = ben.secret, old, 0
    ben.sign_in()
    assert ben.browser.press("Verify code", {APP_FIELD: ben.app_code()}).problems
    ben.secret, ben.step = new, 0
    ben._let_app_rest()
    assert ben.browser.press("Verify code", {APP_FIELD: ben.app_code()}).path == "/"


def test_c2_a_dead_app_is_replaced_after_a_recovery_code(ben: Person) -> None:
    """C2: without a single code of the dead app, and for one recovery code."""
    ben.secret = b""  # at the bottom of a lake
    come_in_by_recovery_code(ben)
    ben.browser.open("/security/new-phone")
    set_up_new(ben)
    ben.browser.press("Remove")
    confirm_password(ben)
    page = ben.browser.press("Remove")
    assert page.heading == "Your phone is set up"
    assert unused(ben) == 9
    ben.browser.press("Sign out")
    assert ben.come_in().heading == "Welcome, Ben"


def test_c2_twenty_minutes_later_a_recovery_code_still_does(ben: Person, portal: Portal) -> None:
    """C2, R14: whoever came in by a recovery code is not asked for the dead app first, and never has to have it."""
    ben.secret = b""
    come_in_by_recovery_code(ben)
    portal.age(timedelta(minutes=20))
    ben.browser.open("/security/new-phone")
    ben.browser.press("Set up the new phone")
    page = confirm_password(ben)
    assert (page.path, page.heading) == ("/sign-in/other", "Try another way")
    ben.browser.open(page.links["Recovery code"])
    page = ben.browser.press("Verify code", {"Recovery code": ben.codes.pop(0)})
    assert page.path == "/security/new-phone/add"
    assert finish_app(ben, "Verify code").heading == "Remove the old phone"


def test_c2_the_new_app_proves_the_removal_of_the_dead_one(ben: Person, portal: Portal) -> None:
    """C2: left for twenty minutes between the two, no second recovery code is needed."""
    ben.secret = b""
    come_in_by_recovery_code(ben)
    ben.browser.open("/security/new-phone")
    set_up_new(ben)
    portal.age(timedelta(minutes=20))
    ben.browser.open("/security/new-phone")
    ben.browser.press("Remove")
    confirm_password(ben)
    ben.browser.press("Authentication app")
    page = ben.browser.press("Verify code", {APP_FIELD: ben.app_code()})
    assert page.heading == "Remove App 1"
    assert ben.browser.press("Remove").heading == "Your phone is set up"
    assert unused(ben) == 9


def test_the_move_is_gone_on_with_where_it_was_left(ben: Person) -> None:
    """In another sign-in, after Back and Reload."""
    ben.come_in()
    ben.browser.open("/security/new-phone")
    set_up_new(ben)
    ben.browser.press("Sign out")
    ben.come_in()
    for _ in range(2):
        assert ben.browser.open("/security/new-phone").heading == "Remove the old phone"
    removing = ben.browser.press("Remove").path
    confirm_password(ben)
    assert ben.browser.open(removing).heading == "Remove App 1"
    ben.browser.press("Remove")
    assert ben.browser.open(removing).path == "/security/new-phone"
    assert ben.browser.page.heading == "Your phone is set up"


def test_a_key_shown_stays_the_same_until_it_is_confirmed(ben: Person) -> None:
    """C7: on reload, and on the everyday page of the same set-up."""
    ben.come_in()
    ben.browser.open("/security/new-phone")
    ben.browser.press("Set up the new phone")
    confirm_password(ben)
    key = ben.take_key()
    for path in ("/security/new-phone/add", "/security/totp/enable"):
        ben.browser.open(path)
        assert ben.take_key() == key


def test_after_a_day_a_new_app_is_no_longer_the_new_phone(ben: Person) -> None:
    """The next move begins anew."""
    ben.come_in()
    ben.browser.open("/security/new-phone")
    set_up_new(ben)
    age_apps(ben)
    assert ben.browser.open("/security/new-phone").heading == "I have a new phone"


def test_with_five_apps_one_makes_room(ben: Person) -> None:
    """R9."""
    ben.come_in()
    for _ in range(4):
        age_apps(ben)
        ben.browser.open("/security/new-phone")
        set_up_new(ben)
    age_apps(ben)
    page = ben.browser.open("/security/new-phone")
    assert page.heading == "Make room for the new phone"
    assert ben.browser.open("/security/new-phone/add").path == "/security/new-phone"
    ben.browser.press("Remove")
    confirm_password(ben)
    assert ben.browser.press("Remove").heading == "I have a new phone"


def test_an_account_without_an_app_has_nothing_to_move(people: People) -> None:
    fay = people.customer("fay", "email")
    fay.come_in()
    assert NEW_PHONE_LINK not in to_security(fay).links
    for path in ("", "/add", "/1/remove"):
        assert fay.browser.open(f"/security/new-phone{path}").path == "/security"


def test_somebody_elses_app_is_not_there_to_remove(ben: Person, cleo: Person) -> None:
    """S3.12."""
    ben.come_in()
    ben.browser.open("/security/new-phone")
    set_up_new(ben)
    theirs = ben.browser.press("Remove").path
    cleo.come_in()
    assert cleo.browser.open(theirs).path == "/security/new-phone"


def test_leaving_the_guide_changes_nothing(ben: Person) -> None:
    ben.come_in()
    page = ben.browser.open("/security/new-phone")
    assert ben.browser.open(page.links["Leave it for now"]).path == "/security"
    ben.browser.open("/security/new-phone")
    ben.browser.press("Set up the new phone")
    confirm_password(ben)
    ben.browser.press("Cancel")
    assert ben.browser.open("/security/new-phone").heading == "I have a new phone"
