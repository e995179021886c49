"""An old backup is restored: what was used or ended since must not work again."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest

from config import Settings
from portal import create_app
from portal.extensions import db
from tests.attacks.backups import Restore, dump
from tests.attacks.moments import early_in_a_step
from tests.browser import Browser
from tests.cli.conftest import Operator
from tests.people import NEW_PASSWORD, PASSWORD, People, Person
from tests.portal_for_tests import Portal, environment, free_port, fresh_database, running

APP = "6-digit verification code"
MINUTES = 2  # more than an app's code lives


@dataclass
class Before:
    """What people hold from before the restore: each was ended or used between the backup and the disaster."""

    ben: Person  # has an app
    cleo: Person  # has an app and Email MFA
    ada: Person  # was registering
    signed_in: Browser  # ben's, signed out since
    half_in: Browser  # cleo's, with the token of before her code
    mailed: str  # the code she typed there
    app_code: str  # that ben's app showed
    link: str  # by which ben has chosen another password
    registering: str  # ada's code


@pytest.fixture(scope="module")
def env(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return environment(fresh_database("restored", tmp_path_factory.mktemp("restored")), free_port())


@pytest.fixture(scope="module")
def old(env: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Before]:
    """The backup, what happened afterwards, the restore, the command, and the portal open again."""
    with running(env) as portal:
        before = _until_the_backup(portal)
        restore = dump(portal.app, tmp_path_factory.mktemp("backup"))
        _after_the_backup(before)
    _restored(env, restore)
    with running(env) as portal:
        for person in (before.ben, before.cleo, before.ada):
            person.portal = portal
        yield before


def _until_the_backup(portal: Portal) -> Before:
    """ben is in and has asked for a link, cleo is half in and has been sent a code, ada is registering."""
    people = People(portal)
    ben, cleo, ada = people.customer("ben", "totp"), people.customer("cleo", "totp", "email"), people.somebody("ada")
    ben.come_in()
    link = ben.forget_password(ben.browser.another())
    cleo.sign_in()
    cleo.browser.open("/sign-in/other")
    cleo.browser.press("Email")
    ada.browser.open("/register")
    ada.browser.press("Continue", {"Email address": ada.email})
    before = Before(ben, cleo, ada, ben.browser.tab(), cleo.browser.tab(), "", "", link, "")
    before.mailed, before.registering = cleo.mailed_code(), ada.mailed_code()
    return before


def _after_the_backup(before: Before) -> None:
    """Everything is used, and ben signs out."""
    ben, cleo, ada = before.ben, before.cleo, before.ada
    assert cleo.browser.press("Verify code", {"One-time code": before.mailed}).path == "/"
    assert ada.browser.press("Continue", {"Confirmation code": before.registering}).path == "/register/details"
    ben.browser.press("Sign out")
    use_recovery_code(ben, ben.codes[0])
    assert ben.browser.page.path == "/"
    ben.browser = ben.browser.another()
    ben.browser.open(before.link)
    ben.browser.press("Save password", {"New password": NEW_PASSWORD})
    ben.password = NEW_PASSWORD
    ben.browser = ben.browser.another()
    ben.step = early_in_a_step()  # so that the app's next code is typed, which is good for longest
    ben.sign_in()
    before.app_code = ben.app_code()
    assert ben.browser.press("Verify code", {APP: before.app_code}).path == "/"
    ben.password = PASSWORD  # that of the backup


def _restored(env: dict[str, str], restore: Restore) -> None:
    """With every process stopped, as the operator's document says."""
    app = create_app(Settings.load(env))
    restore(app)
    Operator(app).does("after-restore", "--yes")
    with app.app_context():
        db.engine.dispose()


def use_recovery_code(person: Person, code: str) -> int:
    """In a new sign-in. The answer's status."""
    person.browser = person.browser.another()
    person.sign_in()
    person.browser.open("/sign-in/recovery-code")
    return person.browser.press("Verify code", {"Recovery code": code}).status


def test_a_code_of_the_app_stays_used(old: Before) -> None:
    """The step in the backup is older than the code. The first test, while the code is still good."""
    old.ben.browser = old.ben.browser.another()
    old.ben.sign_in()
    page = old.ben.browser.press("Verify code", {APP: old.app_code})
    assert page.problems[0].startswith("This code has been used already.")


def test_an_ended_sign_in_stays_ended(old: Before) -> None:
    """Its cookie was stolen before ben signed out."""
    assert old.signed_in.open("/security").path == "/sign-in"


def test_a_mailed_code_stays_used(old: Before) -> None:
    """Neither where it was asked for nor in a new sign-in."""
    path, answers = old.half_in.ready("Verify code", {"One-time code": old.mailed})
    assert old.half_in.post(path, answers).headers["Location"].startswith("/sign-in")
    assert old.half_in.open("/").path == "/sign-in"
    old.cleo.browser = old.cleo.browser.another()
    old.cleo.sign_in()
    old.cleo.browser.open("/sign-in/verify/email")
    assert old.cleo.browser.press("Verify code", {"One-time code": old.mailed}).status == 422


def test_recovery_codes_stay_used(old: Before) -> None:
    """Nobody knows which were: none of the old ones works."""
    assert [use_recovery_code(old.ben, code) for code in old.ben.codes[:2]] == [422, 422]


def test_a_link_stays_used(old: Before) -> None:
    page = old.ben.browser.another().open(old.link)
    assert (page.status, page.path) == (410, "/password/reset")


def test_a_registration_is_not_gone_on_with(old: Before) -> None:
    assert old.ada.browser.open("/register/details").path == "/register"


def test_the_password_is_that_of_the_backup(old: Before) -> None:
    """Which the operator's document says plainly: the one of since is lost, the one of before opens the first step."""
    browser = old.ben.browser.another()
    assert old.ben.sign_in(browser).path == "/sign-in/verify/totp"


def test_the_owner_comes_in_by_the_app_and_makes_new_recovery_codes(old: Before) -> None:
    """A few minutes later; the page that is due shows ten new ones, and they work."""
    cleo = old.cleo
    cleo.portal.age(timedelta(minutes=MINUTES))
    cleo.browser = cleo.browser.another()
    page = cleo.come_in()
    assert (page.path, page.heading) == ("/onboarding/recovery-codes", "Make your recovery codes")
    assert cleo.browser.open("/security").path == "/onboarding/recovery-codes"
    page = cleo.browser.press("Make new recovery codes")
    shown = [entry.get_text().strip() for entry in page.soup.select("#codes li")]
    cleo.browser.press("Finish", {"I have saved my recovery codes": True})
    assert cleo.browser.open("/security").path == "/security"
    assert use_recovery_code(cleo, shown[0]) == 200
    assert cleo.browser.page.path == "/"


def test_the_owner_comes_in_by_the_mailbox(old: Before) -> None:
    """A fresh code, with the new sign-in."""
    cleo = old.cleo
    cleo.browser = cleo.browser.another()
    cleo.sign_in()
    cleo.browser.open("/sign-in/other")
    cleo.browser.press("Email")
    cleo.browser.press("Verify code", {"One-time code": cleo.mailed_code()})
    assert cleo.browser.page.path in ("/", "/onboarding/recovery-codes")
