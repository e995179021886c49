"""Links that leak, and a mailbox that is both factors."""

import re
from datetime import timedelta

import pytest
from itsdangerous import URLSafeSerializer

from portal.access import mailed_links
from portal.web.gate import open_to_everybody
from tests.attacks.racing import AT_ONCE, press_together
from tests.attacks.rows import about
from tests.browser import Browser, Page
from tests.people import NEW_PASSWORD, People, Person
from tests.portal_for_tests import Portal, until

DEAD = "This link does not work any more"
SECOND = timedelta(seconds=1)


def opened(browser: Browser, link: str) -> Page:
    return browser.open(link)


def save(browser: Browser) -> Page:
    return browser.press("Save password", {"New password": NEW_PASSWORD})


def test_a_link_opened_five_times_still_works_once(ben: Person, eve: Person) -> None:
    """T20, C12: a mail scanner opens it, with GET and HEAD, from elsewhere."""
    link = ben.forget_password()
    for _ in range(5):
        assert eve.browser.another().open(link).heading == "Choose a new password"
        assert eve.browser.another().http.head(ben.portal.base + link).status_code == 303
    opened(ben.browser, link)
    assert save(ben.browser).path == "/sign-in"
    assert opened(ben.browser, link).heading == DEAD


def test_a_second_post_changes_nothing(ben: Person) -> None:
    """T20: also of a form that was open before."""
    opened(ben.browser, ben.forget_password())
    tab = ben.browser.tab()
    save(ben.browser)
    before = about(ben)
    page = tab.press("Save password", {"New password": "another five blue spoons"})
    assert (page.status, page.heading) == (410, DEAD)
    assert about(ben) == before


def test_twenty_posts_at_once_use_a_link_once(ben: Person) -> None:
    opened(ben.browser, ben.forget_password())
    answers = press_together(AT_ONCE, ben.browser, "Save password", {"New password": NEW_PASSWORD})
    assert sorted(answer.status_code for answer in answers)[:2] == [303, 410]


def test_the_first_link_is_dead_after_the_second(ben: Person) -> None:
    """T20: in whatever order they are opened, and also when it was open already."""
    first = ben.forget_password()
    opened(ben.browser, first)
    tab = ben.browser.tab()
    second = ben.forget_password(ben.browser.another())
    assert save(tab).heading == DEAD
    assert opened(ben.browser, first).heading == DEAD
    opened(ben.browser, second)
    assert save(ben.browser).path == "/sign-in"


def test_a_link_is_dead_after_thirty_minutes(ben: Person, portal: Portal) -> None:
    """T20: to the second, and though its page was open."""
    link = ben.forget_password()
    opened(ben.browser, link)
    portal.age(timedelta(minutes=29, seconds=30))
    assert ben.browser.another().open(link).heading == "Choose a new password"
    portal.age(timedelta(seconds=31))
    assert save(ben.browser).heading == DEAD


def test_a_forged_or_altered_link_is_dead(ben: Person) -> None:
    link = ben.forget_password()
    token, signature = link.rpartition("/")[2].rsplit(".", 1)
    key = ben.portal.settings.secret_keys[0].decode()
    raw = URLSafeSerializer(key, salt=mailed_links.RESET).loads(f"{token}.{signature}")
    other_salt = URLSafeSerializer(key, salt="itsdangerous").dumps(raw)
    other_key = URLSafeSerializer("guessed", salt=mailed_links.RESET).dumps(raw)
    forged = [f"{token}.{signature[:-4]}AAAA", f"{token[:-3]}AA.{signature}", token, raw, other_salt, other_key, "x.y"]
    for altered in forged:
        assert ben.browser.another().open(f"/password/reset/{altered}").heading == DEAD, altered
    assert opened(ben.browser, link).heading == "Choose a new password"


def test_the_token_stands_in_the_first_address_alone(ben: Person) -> None:
    """T20: neither in a later address, nor in a Location, nor on the page; the cookie is short and out of reach."""
    link = ben.forget_password()
    first = ben.browser.http.get(ben.portal.base + link, allow_redirects=False)
    assert (first.status_code, first.headers["Location"]) == (303, "/password/reset")
    cookie = first.headers["Set-Cookie"]
    assert all(part in cookie for part in ("HttpOnly", "SameSite=Lax", "Max-Age=1800", "Path=/"))
    assert (first.headers["Referrer-Policy"], first.headers["Cache-Control"]) == ("same-origin", "no-store")
    page = ben.browser.open("/password/reset")
    held = ben.browser.http.cookies["reset"]
    assert held not in page.answer.text
    done = ben.browser.post(*ben.browser.ready("Save password", {"New password": NEW_PASSWORD}))
    assert done.headers["Location"] == "/sign-in"
    assert "reset" not in ben.browser.http.cookies


def test_no_token_is_logged_even_of_a_page_that_breaks(
    ben: Person, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """T20: the log names the page's rule, not its path."""
    app, link = ben.portal.app, ben.forget_password()

    def broken(token: str) -> str:
        raise RuntimeError

    monkeypatch.setitem(app.view_functions, "auth.open_reset", open_to_everybody(broken))
    answer = app.test_client().get(link, base_url=ben.portal.base)
    assert answer.status_code == 500
    assert "/password/reset/<token>" in caplog.text
    assert link.rpartition("/")[2] not in caplog.text


def test_a_link_names_the_portal_s_own_host(ben: Person) -> None:
    """T19: whatever the asking names."""
    ben.browser.open("/password/forgot")
    path, data = ben.browser.ready("Send link", {"Email address": ben.email})
    ben.browser.post(path, data, **{"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"})
    text = ben.mail().text
    assert f"{ben.portal.base}/password/reset/" in text
    assert "evil" not in text


def mailed_codes(person: Person, since: int) -> list[str]:
    """Every six digits that have come to the mailbox since, once both of the mails that were asked for are there."""
    until(lambda: True if person.mails() >= since + 2 else None)
    texts = [person.mail().text for _ in range(person.mails() - since)]
    return [code for text in texts for code in re.findall(r"\b\d{6}\b", text)]


OWNERS = [("email",), ("totp", "email"), ("email", "totp"), ("totp",)]


@pytest.mark.parametrize("kinds", OWNERS, ids="+".join)
def test_the_mailbox_alone_opens_nothing(people: People, kinds: tuple[str, ...]) -> None:
    """T21: by none of sign-in, sending again, another way, recovery code, register and forgot."""
    owner, thief = people.customer("cleo", *kinds), people.somebody("eve").browser
    owner.reset_password(thief)
    owner.sign_in(thief)
    read = owner.mails()
    thief.open("/sign-in/recovery-code")
    token = thief.token()
    thief.post("/sign-in/verify/email/send", {"csrf_token": token})
    thief.post("/sign-in/other", {"csrf_token": token, "method": "email"})
    thief.post("/register", {"csrf_token": token, "email": owner.email})
    thief.post("/password/forgot", {"csrf_token": token, "email": owner.email})
    for code in [*mailed_codes(owner, read), "000000"]:
        for path in ("/sign-in/verify/email", "/sign-in/recovery-code", "/register/confirm"):
            thief.post(path, {"csrf_token": token, "code": code})
    assert thief.open("/security").path.startswith("/sign-in")
    assert owner.user().mailed_reset_at


def test_a_code_mailed_before_the_reset_finishes_nothing_after_it(people: People) -> None:
    """T21: the sign-in it was for has ended."""
    cleo = people.customer("cleo", "email")
    cleo.sign_in()
    code, waiting = cleo.mailed_code(), cleo.browser.tab()
    cleo.reset_password(cleo.browser.another())
    waiting.page = cleo.browser.page
    assert waiting.press("Verify code", {"One-time code": code}).path == "/sign-in"
    assert cleo.user().mailed_reset_at


def test_after_a_good_sign_in_a_code_by_mail_is_taken_again(cleo: Person) -> None:
    """T21."""
    cleo.reset_password()
    cleo.sign_in()
    cleo.browser.press("Verify code", {"6-digit verification code": cleo.app_code()})
    elsewhere = cleo.browser.another()
    cleo.sign_in(elsewhere)
    elsewhere.open("/sign-in/other")
    elsewhere.press("Email")
    assert elsewhere.press("Verify code", {"One-time code": cleo.mailed_code()}).path == "/"


def test_a_reset_ends_all_sign_ins_and_signs_nobody_in(ben: Person) -> None:
    """T15, T21: every other jar is out at its very next request, and so is this one."""
    jars = [ben.browser, ben.browser.another(), ben.browser.another()]
    for jar in jars[:2]:
        ben.come_in(jar)
    ben.password, old = NEW_PASSWORD, ben.password
    jars[2].open(ben.forget_password(jars[2]))
    save(jars[2])
    assert old != ben.password
    assert "sign-in" not in jars[2].http.cookies
    assert [jar.open("/security").path for jar in jars] == ["/sign-in"] * 3
    assert "because your password was changed" in jars[0].page.text


def test_a_change_of_the_password_ends_the_other_jars(ben: Person) -> None:
    """T15: at their very next request, on either web process; a copy of this jar too."""
    jars = [ben.browser.another() for _ in range(3)]
    for jar in (*jars, ben.browser):
        ben.come_in(jar)
    copy = ben.browser.tab()
    ben.browser.open("/security/password")
    ben.browser.press("Confirm password", {"Password": ben.password})
    ben.browser.press("Change password", {"New password": NEW_PASSWORD})
    for jar in (*jars, copy):
        assert {jar.http.get(f"{jar.base}/security", allow_redirects=False).status_code for _ in range(4)} == {303}
    assert ben.browser.open("/security").status == 200


def test_a_flood_of_askings_sends_three_mails_and_spares_the_sign_in_code(people: People) -> None:
    """T08: register and forgot share what goes to one address in an hour; a right password's code is not counted."""
    cleo = people.customer("cleo", "email")
    for number in range(12):
        browser = people.somebody("eve").browser
        browser.open("/password/forgot" if number % 2 else "/register")
        browser.press("Send link" if number % 2 else "Continue", {"Email address": cleo.email})
        cleo.portal.age(timedelta(minutes=2))  # no cooldown spares the mailbox here
    assert len(about(cleo)["messages"]) == 3
    cleo.sign_in()
    assert cleo.mail(template="one-time").text[:6].isdigit()


def test_six_mails_a_day_are_asked_for_without_a_password(people: People) -> None:
    """T08: five of them links at most."""
    ben = people.customer("ben", "totp")
    for _ in range(3):
        for number in range(3):
            browser = people.somebody("eve").browser
            browser.open("/password/forgot" if number else "/register")
            browser.press("Send link" if number else "Continue", {"Email address": ben.email})
        ben.portal.age(timedelta(hours=1))
    assert len(about(ben)["messages"]) == 6
