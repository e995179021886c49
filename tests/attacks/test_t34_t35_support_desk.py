"""The support desk attacked from inside, by somebody who was fooled, and by whoever holds one of its mailboxes."""

import re

import pytest
from sqlalchemy import select, update

from portal.database import write
from portal.extensions import db
from portal.methods.totp import base32
from portal.models import Factor, RecoveryCode, RecoverySet, SignIn, User
from tests.attacks.racing import AT_ONCE, press_together, race
from tests.attacks.test_t33_t34_lost_access import cases
from tests.browser import Browser
from tests.desk import Colleague, colleague
from tests.journeys.lost import HOUR, tell
from tests.people import People, Person
from tests.portal_for_tests import Portal

AGREE = "Agree and begin the wait"


@pytest.fixture
def lena(people: People) -> Colleague:
    return colleague(people, "lena", "support")


@pytest.fixture
def omar(people: People) -> Colleague:
    return colleague(people, "omar", "approver")


@pytest.fixture
def rosa(people: People) -> Colleague:
    return colleague(people, "rosa", "admin")


def post(who: Colleague, path: str, **data: str) -> int:
    """Send a form of one's own making, with a token that is right. The status."""
    who.browser.open("/staff")
    return who.browser.post(path, {"csrf_token": who.browser.token(), **data}).status_code


@pytest.mark.parametrize("role", ["support", "approver", "admin"])
def test_nobody_agrees_to_a_case_of_their_own(people: People, ben: Person, role: str) -> None:
    """T34: the button is not there, and the form that is sent all the same changes nothing."""
    who = colleague(people, "solo", role)
    page = who.open_case(ben)
    assert AGREE not in page.buttons
    assert post(who, f"{page.path}/approve") == 403
    assert cases(ben)[0].confirmed_at is None


def test_support_agrees_to_nobody_s_case(ben: Person, lena: Colleague, people: People) -> None:
    """T34: nor sees it, nor stops it."""
    path = colleague(people, "other", "support").open_case(ben).path
    assert post(lena, f"{path}/approve") == 403
    assert post(lena, f"{path}/stop") == 404
    assert lena.browser.open(path).status == 404
    assert cases(ben)[0].confirmed_at is None
    assert cases(ben)[0].cancelled_at is None


def test_two_who_agree_at_once_begin_one_wait(ben: Person, lena: Colleague, omar: Colleague) -> None:
    """T34: and ben reads of it once."""
    omar.browser.open(lena.open_case(ben).path)
    answers = press_together(AT_ONCE, omar.browser, AGREE, {})
    assert {answer.status_code for answer in answers} == {303}
    ben.notice("the wait for new two-factor authentication has begun")
    assert len([subject for subject in ben.notices() if "has begun" in subject]) == 1


def test_twenty_openings_at_once_are_one_case(ben: Person, lena: Colleague) -> None:
    lena.look_up(ben)
    lena.browser.press("Open a recovery case")
    form = lena.browser.ready("Open the case", {"Reason": "phone stolen"})
    race(AT_ONCE, lena.browser, lambda _, number: lena.browser.tab().post(*form))
    assert len(cases(ben)) == 1


def test_a_case_opens_nothing_before_the_wait_is_over(
    ben: Person, lena: Colleague, omar: Colleague, portal: Portal
) -> None:
    """T35: whatever the caller told them. The owner hears of it at every step."""
    omar.browser.open(lena.open_case(ben).path)
    omar.browser.press(AGREE)
    thief = Browser(ben.portal.base, "198.51.100.67")
    for hours in (0, 24, 23):
        portal.age(hours * HOUR)
        tell(portal)
        assert ben.sign_in(thief).path == "/sign-in/verify/totp"
        assert thief.open("/onboarding").path == "/sign-in/verify/totp"
    portal.age(HOUR)
    assert ben.sign_in(thief).path == "/onboarding/address"
    tell(portal)
    for step in ("was asked", "has begun", "goes on", "is over"):
        ben.notice(step)


def test_waits_and_people_come_from_the_rows_not_from_the_form(
    ben: Person, cleo: Person, lena: Colleague, omar: Colleague
) -> None:
    """T34: whatever else the form holds."""
    lena.look_up(ben)
    extra = {"user_id": str(cleo.user().id), "opened_by": "1", "wait": "0", "due_at": "2020-01-01", "reason": "x"}
    post(lena, f"{lena.browser.page.path}", **extra)
    lena.look_up(ben)
    path = f"{lena.browser.page.path}/case"
    lena.browser.open(path)
    lena.browser.post(path, {"csrf_token": lena.browser.token(), **extra})
    assert (len(cases(ben)), len(cases(cleo))) == (1, 0)
    assert post(omar, f"/staff/cases/{cases(ben)[0].id}/approve", **extra) == 303
    case = cases(ben)[0]
    assert case.due_at
    assert case.confirmed_at
    assert case.due_at - case.confirmed_at == 48 * HOUR


def test_a_look_up_of_somebody_else_s_or_of_yesterday_shows_nobody(
    ben: Person, lena: Colleague, omar: Colleague
) -> None:
    """T34, T48: no browsing by number, in another sign-in of one's own neither."""
    path = lena.look_up(ben).path
    assert omar.browser.open(path).status == 404
    for action in ("case", "sign-out"):
        assert post(omar, f"{path}/{action}", reason="x") == 404
    lena.browser.http.cookies.clear()
    lena.come_in()
    assert lena.browser.open(path).status == 404
    number = int(path.rpartition("/")[2])
    assert all(lena.browser.open(f"/staff/look-ups/{n}").status == 404 for n in range(number - 3, number + 4))
    assert ben.notices() == []


def test_who_looks_many_customers_up_waits(ben: Person, lena: Colleague) -> None:
    """T34: thirty an hour, found or not."""
    for _ in range(30):
        post(lena, "/staff", email="nobody@example.org")
    assert post(lena, "/staff", email=ben.email) == 429


def test_no_page_shows_a_secret(ben: Person, lena: Colleague, omar: Colleague) -> None:
    """T34: neither the key of the app nor a code, a hash, the address in full or a network address."""
    ben.come_in()
    pages = [lena.look_up(ben).answer.text]
    pages.append(lena.open_case(ben).answer.text)
    pages += [omar.browser.open(path).answer.text for path in ("/staff", lena.browser.page.path)]
    with ben.portal.app.app_context():
        user = db.session.scalars(select(User).where(User.id == ben.user().id)).one()
        tokens = db.session.scalars(select(SignIn.token_hash).where(SignIn.user_id == user.id)).all()
        sealed = db.session.scalars(select(Factor.secret).where(Factor.user_id == user.id)).all()
        mine = select(RecoveryCode.digest).join(RecoverySet).where(RecoverySet.user_id == user.id)
        digests = db.session.scalars(mine).all()
    blobs = [blob.hex() for blob in (*tokens, *sealed, *digests) if blob]
    codes = [code.replace("-", "") for code in ben.codes]
    ip = str(ben.browser.http.headers["X-Forwarded-For"])
    secrets = [base32(ben.secret), ben.app_code(), user.password_hash, user.email, ip, *codes, *ben.codes, *blobs]
    assert len(secrets) > 20
    for page in pages:
        assert [secret for secret in secrets if secret in page] == []
        assert "***" in page


def test_there_is_no_form_that_acts_as_the_customer(ben: Person, lena: Colleague) -> None:
    """T34, ASVS 6.4.6: no password field, no link to choose one, nothing that signs in."""
    pages = [lena.look_up(ben), lena.open_case(ben)]
    for page in pages:
        assert page.soup.select("input[type=password]") == []
        assert not re.search(r"/password/|/sign-in/lost-access/", page.answer.text)


def test_a_role_that_was_taken_counts_at_once(omar: Colleague, lena: Colleague, ben: Person) -> None:
    """T34: the row decides at every request, no cookie."""
    path = lena.open_case(ben).path
    omar.browser.open(path)
    form = omar.browser.ready(AGREE)
    with omar.portal.app.app_context(), write() as session:
        mine = update(User).where(User.email == omar.email, User.role == "approver")
        session.execute(mine.values(role="support"))
    assert omar.browser.post(*form).status_code == 403
    assert cases(ben)[0].confirmed_at is None


def test_the_third_case_of_a_year_takes_an_admin(ben: Person, lena: Colleague, rosa: Colleague, portal: Portal) -> None:
    """T35: whoever keeps calling is looked at by somebody else."""
    for _ in range(2):
        lena.open_case(ben)
        lena.browser.press("Stop the case")
    page = lena.open_case(ben)
    assert "An admin has to open this one" in page.text
    rosa.open_case(ben)
    assert [case.cancelled_because for case in cases(ben)] == ["support", "support", None]
