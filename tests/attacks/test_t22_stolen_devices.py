"""The cookie of a remembered device, stolen: alone, with somebody's password, too late, and twice."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.extensions import db
from portal.models import Device, Factor
from tests.attacks.racing import ROUNDS, race
from tests.attacks.rows import about
from tests.attacks.test_t15_old_sign_ins import EVENTS, Event, changes_password
from tests.browser import Browser
from tests.journeys.ways import APP_FIELD, come_in_remembered, confirm_password
from tests.people import NEW_PASSWORD, People, Person
from tests.portal_for_tests import Portal, environment, free_port, fresh_database, running

COOKIE, CODE, IN = "remembered", "/sign-in/verify/totp", "/"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def owner(people: People) -> Person:
    """ben, whose browser is remembered. He has signed out."""
    ben = people.customer("ben", "totp")
    come_in_remembered(ben)
    ben.browser.press("Sign out")
    return ben


def thief(owner: Person, cookie: str | None = None) -> Browser:
    """Another browser with a copy of the cookie, and nothing else."""
    found = owner.browser.another()
    theirs = next(kept for kept in owner.browser.http.cookies if kept.name == COOKIE)
    found.http.cookies.set(COOKIE, cookie or str(theirs.value), domain=theirs.domain, path=theirs.path)
    return found


def devices(person: Person) -> int:
    user = person.user().id
    with person.portal.app.app_context():
        return len(db.session.scalars(select(Device.id).where(Device.user_id == user)).all())


def protecting(person: Person) -> tuple[object, ...]:
    """What protects somebody: the password, methods that are on, recovery codes."""
    rows = about(person)
    with person.portal.app.app_context():
        on = select(Factor.id).where(Factor.user_id == person.user().id, Factor.confirmed_at.is_not(None))
        return rows["users"], rows["recovery_sets"], rows["recovery_codes"], list(db.session.scalars(on))


@pytest.mark.parametrize("path", ["/", "/security", "/security/devices", "/sign-in/verify/totp", "/onboarding"])
def test_the_cookie_alone_opens_nothing(owner: Person, path: str) -> None:
    """T22: not even the page of the code."""
    assert thief(owner).open(path).path == "/sign-in"


def test_a_wrong_password_is_wrong_there_too(owner: Person) -> None:
    """T22: and it counts, as everywhere."""
    copy = thief(owner)
    for _ in range(6):
        copy.open("/sign-in")
        copy.press("Sign in", {"Email address": owner.email, "Password": "not the password"})
    assert copy.page.status == 429
    assert devices(owner) == 1


def test_another_s_password_is_asked_for_a_code(owner: Person, cleo: Person) -> None:
    """T22: a thief who knows cleo's password and holds ben's cookie."""
    assert cleo.sign_in(thief(owner)).path == CODE


def test_the_box_is_no_way_around_the_code(ben: Person) -> None:
    """T22: ticked beside a wrong code, with none, or straight at the page of a sign-in that is in."""
    ben.sign_in()
    for code in ("", "12", ben.wrong_code()):
        ben.browser.post(CODE, {"csrf_token": ben.browser.token(), "code": code, "remember": "y"})
    ben.browser.open(CODE)
    ben.browser.press("Verify code", {APP_FIELD: ben.app_code()})
    ben.age_second_factor()
    ben.browser.open(CODE)
    answer = {"csrf_token": ben.browser.token(), "code": ben.app_code(), "remember": "y"}
    assert ben.browser.post(CODE, answer).status_code == 303
    assert devices(ben) == 0


def test_what_was_copied_is_worth_nothing_after_the_owner_s_next_use(owner: Person, portal: Portal) -> None:
    """T22: a minute later; the copy is refused, the device is gone for both, and the owner is mailed."""
    copy = thief(owner)
    assert owner.sign_in().path == IN
    owner.browser.press("Sign out")
    portal.age(MINUTE + timedelta(seconds=1))
    assert owner.sign_in(copy).path == CODE
    assert "Somebody may have copied it" in owner.notice("A remembered device was copied").text
    assert owner.sign_in().path == CODE
    assert owner.sign_in(copy).path == CODE


def test_a_thief_who_is_first_is_noticed_by_the_owner_s_next_use(owner: Person, portal: Portal) -> None:
    """T22: whoever of the two comes second; the new browser was told of at once."""
    copy = thief(owner)
    assert owner.sign_in(copy).path == IN
    owner.notice("New sign-in")
    portal.age(MINUTE + timedelta(seconds=1))
    assert owner.sign_in().path == CODE
    owner.notice("A remembered device was copied")
    copy.press("Sign out")
    assert owner.sign_in(copy).path == CODE


def test_a_thief_who_is_in_by_it_changes_nothing(owner: Person) -> None:
    """T22, T26, R14: password and cookie are no second factor."""
    copy = thief(owner)
    owner.sign_in(copy)
    owner.browser = copy
    before = protecting(owner)
    for path in ("totp/enable", "email/enable", "recovery-codes/new", "password"):
        copy.open(f"/security/{path}")
        assert confirm_password(owner).path == CODE, path
        data = {"csrf_token": copy.token(), "new_password": NEW_PASSWORD, "code": "123456"}
        copy.post(f"/security/{path}", data)
    assert protecting(owner) == before


def test_a_forgotten_device_s_copy_is_asked(owner: Person) -> None:
    """T22: from the list, in another browser."""
    copy, elsewhere = thief(owner), owner.browser.another()
    owner.come_in(elsewhere)
    elsewhere.open("/security/devices")
    elsewhere.press("Forget")
    assert owner.sign_in(copy).path == CODE


def test_nobody_is_remembered_longer_than_thirty_days(owner: Person, portal: Portal) -> None:
    """T22: the row decides, not the cookie."""
    copy = thief(owner)
    portal.age(timedelta(days=30))
    assert owner.sign_in(copy).path == CODE


@pytest.mark.parametrize(("happens", "kinds", "stays"), EVENTS, ids=[event.__name__ for event, _, _ in EVENTS])
def test_every_change_forgets_the_other_devices(
    people: People, portal: Portal, happens: Event, kinds: tuple[str, ...], stays: bool
) -> None:
    """T22, T15, R3, complaint C3: password changed or reset, methods changed, the operator's commands."""
    cleo = people.customer("cleo", *kinds)
    lost = cleo.browser.another()
    come_in_remembered(cleo, lost)
    come_in_remembered(cleo)
    happens(cleo)
    portal.age(timedelta(minutes=2))
    changed = happens is changes_password
    cleo.password = NEW_PASSWORD if changed else cleo.password
    assert cleo.sign_in(lost).path not in (IN, "/sign-in")
    assert devices(cleo) == (1 if stays and not changed else 0)


def test_a_recovery_code_forgets_them_all(owner: Person) -> None:
    """T24: whoever has lost the phone may have lost the laptop."""
    elsewhere = owner.browser.another()
    owner.sign_in(elsewhere)
    elsewhere.open("/sign-in/recovery-code")
    elsewhere.press("Verify code", {"Recovery code": owner.codes[0]})
    assert owner.sign_in().path == CODE


def test_a_mailed_reset_and_a_device_are_not_enough(people: People) -> None:
    """T22, R12: who has the mailbox and the laptop still needs the app or a recovery code."""
    cleo = people.customer("cleo", "totp", "email")
    come_in_remembered(cleo)
    cleo.browser.press("Sign out")
    cleo.reset_password()
    assert cleo.sign_in().path == CODE
    assert cleo.browser.open("/sign-in/verify/email").status == 403


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_tabs_at_once_both_come_in_with_one_cookie(owner: Person, _round: int) -> None:
    """T22: and the browser is remembered afterwards by the one that was given."""
    owner.browser.open("/sign-in")
    path, data = owner.browser.ready("Sign in", {"Email address": owner.email, "Password": owner.password})
    answers = race(2, owner.browser, lambda tab, _: tab.post(path, data))
    assert [answer.headers["Location"] for answer in answers] == [IN, IN]
    [given] = [cookie for answer in answers if (cookie := answer.cookies.get(COOKIE))]
    assert owner.sign_in(thief(owner, given)).path == IN


def test_ending_a_sign_in_leaves_no_way_back_by_a_password_alone(owner: Person, people: People) -> None:
    """T15: signing out completely, from the thief's own browser, takes nothing from anybody else."""
    cleo = people.customer("cleo", "totp")
    come_in_remembered(cleo)
    copy = thief(owner)
    copy.open("/sign-in")
    copy.post("/sign-out/completely", {"csrf_token": copy.token()})
    assert (devices(owner), devices(cleo)) == (0, 1)


@pytest.fixture(scope="module")
def portal_without(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A portal whose operator lets nobody be remembered."""
    database = fresh_database("without", tmp_path_factory.mktemp("without"))
    with running(environment(database, free_port(), PORTAL_REMEMBER_DAYS="0")) as portal:
        yield portal


def test_switched_off_there_is_no_box_and_none_is_taken(portal_without: Portal) -> None:
    """T22: a form that sends it all the same remembers nothing."""
    ben = People(portal_without).customer("ben", "totp")
    page = ben.sign_in()
    assert not page.soup.select("input[name=remember]")
    answer = {"csrf_token": ben.browser.token(), "code": ben.app_code(), "remember": "y"}
    assert ben.browser.post(CODE, answer).headers["Location"] == IN
    assert devices(ben) == 0
    assert "none can be" in ben.browser.open("/security/devices").text
