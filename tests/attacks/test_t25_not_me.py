"""A method removed by a thief, and the link that undoes it: what a mailbox, a scanner or a stranger can do with it."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.access import mailed_links
from portal.extensions import db
from portal.models import RemovedFactor
from tests.attacks.racing import AT_ONCE, press_together
from tests.attacks.rows import about
from tests.journeys.test_not_me import BUTTON, DEAD, deactivate_app, link_in, press
from tests.journeys.ways import APP, choose, finish_app, register, save_codes
from tests.people import People, Person
from tests.portal_for_tests import Portal


def test_a_thief_in_by_email_takes_the_app_away_for_nothing(cleo: Person, eve: Person) -> None:
    """T25: in by a mailed code, they remove the app; the owner is told, and has it back, and the thief is out."""
    apps = [row for row in about(cleo)["factors"] if row[2] == "totp"]
    cleo.sign_in(eve.browser)
    eve.browser.open("/sign-in/other")
    eve.browser.press("Email")
    eve.browser.press("Verify code", {"One-time code": cleo.mailed_code()})
    owner, cleo.browser = cleo.browser, eve.browser
    deactivate_app(cleo)
    cleo.browser = owner
    assert [row[2] for row in about(cleo)["factors"]] == ["email"]
    assert eve.browser.open("/security").heading == "Security and access"
    press(owner, link_in(cleo, "was deactivated"))
    assert [row[3:5] for row in about(cleo)["factors"] if row[2] == "totp"] == [row[3:5] for row in apps]
    assert eve.browser.open("/security").path == "/sign-in"


def test_opening_the_link_does_nothing(ben: Person, eve: Person) -> None:
    """T20, C12: a scanner's GET, HEAD and prefetch, of the link and of the page behind it, however often."""
    ben.come_in()
    link = link_in(ben, "New sign-in")
    before = about(ben)
    for _ in range(5):
        scanner = eve.browser.another()
        for path in (link, "/not-me", "/not-me/done"):
            scanner.http.head(ben.portal.base + path)
            scanner.http.get(ben.portal.base + path, headers={"Sec-Purpose": "prefetch", "Purpose": "prefetch"})
    assert about(ben) == before
    assert ben.browser.open("/security").status == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_no_other_site_presses_the_button(ben: Person, site: str) -> None:
    """T16: also with the token's cookie there."""
    ben.come_in()
    ben.browser.open(link_in(ben, "New sign-in"))
    path, data = ben.browser.ready(BUTTON)
    assert ben.browser.post(path, data, **{"Sec-Fetch-Site": site}).status_code == 403
    assert ben.browser.post(path, {}).status_code == 403
    assert ben.browser.open("/security").status == 200


def test_the_mailbox_alone_gets_in_nowhere(people: People, eve: Person) -> None:
    """T21, R12: whoever reads the mail presses every link, resets the password, and asks for codes."""
    for kinds in (("email",), ("totp", "email"), ("totp",)):
        owner = people.customer("cleo", *kinds)
        owner.come_in()
        thief = eve.browser.another()
        press(thief, link_in(owner, "New sign-in"))
        owner.reset_password(thief)
        owner.sign_in(thief)
        token = thief.token()
        for path in ("/sign-in/verify/email/send", "/sign-in/verify/email", "/onboarding", "/onboarding/address/send"):
            thief.post(path, {"csrf_token": token, "code": "000000"})
        assert thief.open("/security").path.startswith("/sign-in")
        assert [row[2] for row in about(owner)["factors"]] == sorted(kinds, key=kinds.index)


def test_a_newcomer_s_only_method_is_never_taken_by_the_mailbox(people: People, eve: Person) -> None:
    """R15: else the wizard would stand open to whoever chooses the password by mail."""
    ada, thief = people.somebody("ada"), eve.browser
    register(ada)
    choose(ada, APP)
    finish_app(ada)
    save_codes(ada)
    press(thief, link_in(ada, "was activated"))
    assert "is your only one, so it stays on" in ada.notice("Everybody is shut out").text
    ada.reset_password(thief)
    assert ada.sign_in(thief).path == "/sign-in/verify/totp"


def test_twenty_presses_at_once_act_once(ben: Person) -> None:
    ben.come_in()
    ben.browser.open(link_in(ben, "New sign-in"))
    answers = press_together(AT_ONCE, ben.browser, BUTTON, {})
    assert [answer.status_code for answer in answers].count(303) == 1
    ben.notice("Everybody is shut out")
    assert ben.notices().count(ben.notices()[-1]) == 1


def test_a_forged_or_another_s_link_does_nothing(ben: Person, cleo: Person, eve: Person) -> None:
    """T20, T48: signed for another purpose, altered, or the bare token; and cleo's own touches only cleo."""
    for person in (ben, cleo):
        person.come_in()
    link = link_in(cleo, "New sign-in")
    signed = link.rpartition("/")[2]
    with ben.portal.app.app_context():
        raw = mailed_links.read(mailed_links.NOT_ME, signed) or ""
        others = [
            mailed_links.url(path, raw).rpartition("/")[2] for path in (mailed_links.RESET, mailed_links.OPEN_METHOD)
        ]
    for forged in (*others, raw, signed[:-4] + "AAAA", f"x{signed}"):
        assert eve.browser.another().open(f"/not-me/{forged}").heading == DEAD, forged
    before = about(ben)
    press(eve.browser, link)
    assert about(ben) == before
    assert ben.browser.open("/security").status == 200


def test_the_token_stands_in_the_first_address_alone(ben: Person) -> None:
    """T20: neither in a later address nor on the page; the cookie lasts as long as the link, out of scripts' reach."""
    ben.come_in()
    first = ben.browser.http.get(ben.portal.base + link_in(ben, "New sign-in"), allow_redirects=False)
    assert (first.status_code, first.headers["Location"]) == (303, "/not-me")
    assert all(part in first.headers["Set-Cookie"] for part in ("HttpOnly", "SameSite=Lax", "Max-Age=259200"))
    assert ben.browser.http.cookies["not-me"] not in ben.browser.open("/not-me").answer.text


def test_a_removed_app_s_code_opens_nothing(cleo: Person, eve: Person) -> None:
    """T15: while its row waits to be brought back."""
    cleo.come_in()
    deactivate_app(cleo)
    with cleo.portal.app.app_context():
        mine = RemovedFactor.user_id == cleo.user().id
        assert db.session.scalars(select(RemovedFactor.kind).where(mine)).all() == ["totp"]
    cleo.sign_in(eve.browser)
    token, before = eve.browser.token(), about(cleo)["factors"]
    for path in ("/sign-in/verify/totp", "/sign-in/verify/email", "/sign-in/recovery-code"):
        eve.browser.post(path, {"csrf_token": token, "code": cleo.app_code()})
    assert eve.browser.open("/security").path.startswith("/sign-in")
    assert [row[:4] for row in about(cleo)["factors"]] == [row[:4] for row in before]


def test_links_in_old_mails_don_t_undo_a_new_password_twice(ben: Person, portal: Portal) -> None:
    """Each is good once, for three days; then only the password counts."""
    ben.come_in()
    link = link_in(ben, "New sign-in")
    portal.age(timedelta(hours=72))
    assert re.search("does not work any more", ben.browser.open(link).heading)
    assert ben.come_in(ben.browser.another()).heading == "Welcome, Ben"
