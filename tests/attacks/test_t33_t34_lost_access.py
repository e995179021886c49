"""The way back for those who have lost everything, walked by a thief with the password, with the mailbox, with both."""

import re

import pytest
from itsdangerous import URLSafeSerializer
from sqlalchemy import select

from portal.access import mailed_links
from portal.extensions import db
from portal.models import Recovery
from tests.attacks.racing import AT_ONCE, press_together, race
from tests.attacks.rows import about
from tests.browser import Browser
from tests.journeys.lost import HOUR, ask, begin, stop_link, tell
from tests.journeys.ways import APP_FIELD
from tests.people import NEW_PASSWORD, Person
from tests.portal_for_tests import Portal

DEAD = "This link does not work any more"


def cases(person: Person) -> list[Recovery]:
    with person.portal.app.app_context():
        mine = select(Recovery).where(Recovery.user_id == person.user().id).order_by(Recovery.id)
        return list(db.session.scalars(mine.execution_options(populate_existing=True)))


def thief_of(person: Person) -> Browser:
    """A browser elsewhere that knows the password."""
    return Browser(person.portal.base, "198.51.100.66")


def test_with_the_password_alone_nothing_ever_begins(ben: Person, portal: Portal) -> None:
    """T34: the link goes to ben, who is told that somebody knows his password."""
    thief = thief_of(ben)
    ben.sign_in(thief)
    thief.open("/sign-in/lost-access")
    thief.press("Send me the link")
    assert "somebody knows your password" in ben.mail(template="lost everything").text
    portal.age(130 * HOUR)
    assert ben.sign_in(thief).path == "/sign-in/verify/totp"
    assert [case.confirmed_at for case in cases(ben)] == [None]


def test_with_the_mailbox_alone_nobody_can_ask(ben: Person) -> None:
    """T41, R12: not from outside, and not with a password that came by mail; whatever the form names."""
    thief = thief_of(ben)
    thief.open("/sign-in/lost-access")
    thief.open("/sign-in")
    data = {"csrf_token": thief.token(), "email": ben.email, "user_id": str(ben.user().id)}
    assert thief.post("/sign-in/lost-access", data).status_code in (200, 303)
    ben.reset_password(thief)
    ben.sign_in(thief)
    assert thief.open("/sign-in/lost-access").heading == "Support has to help this time"
    answer = thief.post("/sign-in/lost-access", {"csrf_token": thief.token()})
    assert answer.status_code == 403
    assert cases(ben) == []


def test_a_mailbox_read_after_the_wait_began_brings_no_password(ben: Person, portal: Portal) -> None:
    """T34: never password and factor by one mailbox; the reset ends what ben had begun."""
    begin(ben)
    portal.age(48 * HOUR)
    thief = thief_of(ben)
    ben.reset_password(thief)
    assert ben.sign_in(thief).path == "/sign-in/verify/totp"
    assert [case.cancelled_because for case in cases(ben)] == ["password"]


def test_with_both_it_takes_the_whole_wait_and_the_owner_hears_of_it_five_times(ben: Person, portal: Portal) -> None:
    """T33, T34: what is left when ben reads no mail for two days. At once, each day, an hour before, at the end, and
    when his methods are gone."""
    thief = ben.browser
    begin(ben)
    for hours, subject in ((24, "goes on"), (23, "goes on"), (1, "is over")):
        assert ben.sign_in(thief).path == "/sign-in/verify/totp"
        portal.age(hours * HOUR)
        tell(portal)
        assert stop_link(ben, subject)
    ben.sign_in(thief)
    thief.press("Continue", {"Confirmation code": ben.mailed_code()})
    assert thief.page.path == "/onboarding"
    ben.notice("were removed after the wait")


def test_the_owner_who_signs_in_on_the_last_hour_stops_the_thief(ben: Person, portal: Portal) -> None:
    """T34: even if he has read no mail."""
    thief, own = ben.browser.another(), ben.browser
    ben.browser = thief
    begin(ben)
    portal.age(47 * HOUR)
    ben.browser = own
    ben.come_in()
    portal.age(2 * HOUR)
    assert ben.sign_in(thief).path == "/sign-in/verify/totp"


def test_the_owner_who_stops_it_at_the_thief_s_last_page_wins(ben: Person, portal: Portal) -> None:
    """T34: the thief has the code already; typed after the stop it takes nothing away."""
    thief, own = ben.browser.another(), ben.browser
    ben.browser = thief
    link = begin(ben)
    portal.age(48 * HOUR)
    ben.sign_in(thief)
    code = ben.mailed_code()
    path, data = thief.ready("Continue", {"Confirmation code": code})
    own.open(link)
    own.press("Stop the wait")
    before = about(ben)["factors"]
    answer = thief.post(path, data)
    assert answer.headers["Location"] in ("/sign-in/verify", "/sign-in/verify/totp")
    assert about(ben)["factors"] == before


def test_links_that_are_scanned_begin_and_stop_nothing(ben: Person, eve: Person) -> None:
    """T20: GET and HEAD, from elsewhere, five times each."""
    link = ask(ben)
    for _ in range(5):
        assert eve.browser.another().open(link).heading == "Begin the wait of 48 hours"
        assert eve.browser.another().http.head(ben.portal.base + link).status_code == 303
    assert cases(ben)[0].confirmed_at is None
    ben.browser.open(link)
    ben.browser.press("Begin the wait")
    stop = stop_link(ben, "has begun")
    for _ in range(5):
        assert eve.browser.another().open(stop).heading == "Stop the wait"
        assert eve.browser.another().http.head(ben.portal.base + stop).status_code == 303
    assert cases(ben)[0].cancelled_at is None


def test_a_link_that_is_forwarded_signs_nobody_in(ben: Person, eve: Person, portal: Portal) -> None:
    """T20, T34: eve may begin ben's wait with it, and gets nothing by that; then or when it is over."""
    eve.browser.open(ask(ben))
    page = eve.browser.press("Begin the wait")
    assert page.heading == "The wait has begun"
    portal.age(48 * HOUR)
    assert "sign-in" not in eve.browser.http.cookies
    assert eve.browser.open("/").path == "/sign-in"
    assert eve.browser.open("/onboarding").path == "/sign-in"


@pytest.mark.parametrize("action", ["begin", "stop"])
def test_a_forged_or_altered_link_is_dead(ben: Person, action: str) -> None:
    """T20: nor is a link good for another purpose."""
    link = ask(ben) if action == "begin" else begin(ben)
    token, signature = link.rpartition("/")[2].rsplit(".", 1)
    path = f"/sign-in/lost-access/{action}"
    key = ben.portal.settings.secret_keys[0].decode()
    raw = URLSafeSerializer(key, salt=path).loads(f"{token}.{signature}")
    salts = (mailed_links.RESET, mailed_links.OPEN_METHOD, mailed_links.BEGIN_RECOVERY, mailed_links.STOP_RECOVERY)
    others = [URLSafeSerializer(key, salt=salt).dumps(raw) for salt in salts if salt != path]
    guessed = URLSafeSerializer("guessed", salt=path).dumps(raw)
    for altered in [f"{token}.{signature[:-4]}AAAA", f"{token[:-3]}AA.{signature}", token, raw, guessed, *others]:
        assert ben.browser.another().open(f"{path}/{altered}").heading == DEAD, altered
    assert ben.browser.open(link).heading != DEAD


def test_the_token_stands_in_the_first_address_alone(ben: Person) -> None:
    """T20: neither in a Location nor on the page; the cookie is out of reach of scripts."""
    asked = ask(ben)
    ben.browser.open(asked)
    ben.browser.press("Begin the wait")
    for link, cookie in ((asked, "begin-recovery"), (stop_link(ben, "has begun"), "stop-recovery")):
        first = ben.browser.http.get(ben.portal.base + link, allow_redirects=False)
        assert (first.status_code, first.headers["Location"]) == (303, link.rpartition("/")[0])
        assert all(part in first.headers["Set-Cookie"] for part in ("HttpOnly", "SameSite=Lax", "Path=/"))
        page = ben.browser.open(link.rpartition("/")[0])
        assert ben.browser.http.cookies[cookie] not in page.answer.text


def test_twenty_askings_at_once_are_one_case(ben: Person) -> None:
    """From one browser and from two; and no more links than an hour allows."""
    other = ben.browser.another()
    ben.sign_in(other)
    other.open("/sign-in/lost-access")
    ben.sign_in()
    ben.browser.open("/sign-in/lost-access")
    forms = [browser.ready("Send me the link") for browser in (ben.browser, other)]
    browsers = (ben.browser, other)
    race(AT_ONCE, ben.browser, lambda _, number: browsers[number % 2].tab().post(*forms[number % 2]))
    assert len(cases(ben)) == 1
    assert len([row for row in about(ben)["messages"] if "lost_access" in row]) == 3


def test_twenty_presses_at_once_begin_one_wait(ben: Person) -> None:
    ben.browser.open(ask(ben))
    answers = press_together(AT_ONCE, ben.browser, "Begin the wait", {})
    assert {answer.status_code for answer in answers} == {303}
    assert len(cases(ben)) == 1
    assert len([subject for subject in ben.notices() if "has begun" in subject]) <= 1


def test_a_wait_of_somebody_else_s_helps_nobody(ben: Person, cleo: Person, portal: Portal) -> None:
    """T48: each has their own."""
    begin(ben)
    portal.age(48 * HOUR)
    assert cleo.sign_in().path == "/sign-in/verify/totp"
    assert ben.sign_in().path == "/onboarding/address"


def test_a_password_of_before_opens_no_wait_s_end(ben: Person, portal: Portal) -> None:
    """T15, T34: ben signs in by his app and changes the password; the thief's wait is gone with it."""
    thief, own = ben.browser.another(), ben.browser
    ben.browser = thief
    begin(ben)
    ben.browser = own
    ben.come_in()
    own.open("/security/password")
    own.press("Confirm password", {"Password": ben.password})
    own.press("Change password", {"New password": NEW_PASSWORD})
    portal.age(48 * HOUR)
    assert ben.sign_in(thief).path == "/sign-in"


def test_no_page_of_it_is_an_oracle_for_codes(ben: Person, portal: Portal) -> None:
    """T05: the tries of codes are counted as ever, when the wait is over too."""
    begin(ben)
    portal.age(48 * HOUR)
    ben.sign_in()
    ben.browser.open("/sign-in/verify/totp")
    for _ in range(10):
        ben.browser.press("Verify code", {APP_FIELD: ben.wrong_code()})
    assert ben.browser.press("Verify code", {APP_FIELD: ben.app_code()}).status == 429
    assert re.search("too many", ben.browser.page.text, re.IGNORECASE)
