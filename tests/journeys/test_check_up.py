""" "Could you still get in?": shown after the wizard and twice a year, and whenever somebody looks."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from portal.access.limits import CHECK_UP_EVERY, CHECK_UP_PUT_OFF
from portal.database import write
from portal.models import User
from tests.browser import Page, words
from tests.journeys.ways import APP, choose, finish_app, register, save_codes, to_security
from tests.people import People, Person

pytestmark = pytest.mark.any_engine

HEADING = "Could you still get in?"


def verdicts(page: Page) -> dict[str, str]:
    """What the page says of each loss."""
    cards = page.soup.select("section[aria-labelledby^=loss-]")
    return {words(heading): words(tag) for c in cards if (heading := c.h2) and (tag := c.select_one(".tag"))}


def time_passes(person: Person, days: float) -> None:
    """Since the page was read or put off; everything else stays as it is."""
    with person.portal.app.app_context(), write() as session:
        at = person.user().check_up_at
        assert at
        session.execute(update(User).where(User.id == person.user().id).values(check_up_at=at - timedelta(days=days)))


def test_after_the_wizard_ada_sees_what_would_be_left(ada: Person) -> None:
    """C1: after "Finish", and "Continue to the portal" leads where she wanted to go."""
    ada.browser.open("/security/recovery-codes")
    register(ada)
    choose(ada, APP)
    finish_app(ada)
    page = save_codes(ada)
    assert (page.path, page.heading) == ("/security/check-up", HEADING)
    assert page.success.startswith("Your account is ready.")
    assert verdicts(page) == {
        "My phone is gone": "Yes, with a recovery code",
        "My mailbox is gone": "Yes",
        "My laptop is gone, and my password was only there": "Yes",
        "Somebody knows my password": "They stay out",
    }
    page = ada.browser.press("Continue to the portal")
    assert page.heading == "Welcome, Ada"
    assert HEADING not in page.text


def test_with_email_alone_the_waits_are_told(people: People) -> None:
    """R12: 72 hours where the mailbox is everything."""
    fay = people.customer("fay", "email")
    fay.come_in()
    page = fay.browser.open("/security/check-up")
    assert verdicts(page)["My mailbox is gone"] == "Yes, with a recovery code"
    assert verdicts(page)["Somebody knows my password"] == "They stay out, unless they read your mail"
    assert "Do this next: activate Authentication app" in page.text
    assert fay.browser.press("Activate").path == "/security/totp/enable"


def test_the_overview_reminds_ben_until_he_has_looked(ben: Person) -> None:
    """Half a year later again."""
    assert HEADING in ben.come_in().text
    ben.browser.press("Look at it")
    assert HEADING not in ben.browser.press("Continue to the portal").text
    time_passes(ben, CHECK_UP_EVERY.days - 1)
    assert HEADING not in ben.browser.open("/").text
    time_passes(ben, 1)
    assert HEADING in ben.browser.open("/").text


def test_not_now_is_for_a_month(ben: Person) -> None:
    ben.come_in()
    page = ben.browser.press("Not now")
    assert page.path == "/"
    assert HEADING not in page.text
    time_passes(ben, CHECK_UP_PUT_OFF.days - 1)
    assert HEADING not in ben.browser.open("/").text
    time_passes(ben, 1)
    assert HEADING in ben.browser.open("/").text


def test_security_leads_there_and_back(ben: Person) -> None:
    ben.come_in()
    page = to_security(ben)
    assert ben.browser.open(page.links[HEADING]).heading == HEADING
    assert ben.browser.press("Continue to the portal").path == "/security"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/sign-in", "javascript:alert(1)"])
def test_it_leads_nowhere_else(ben: Person, elsewhere: str) -> None:
    """T18: paths of the portal only."""
    ben.come_in()
    page = ben.browser.open(f"/security/check-up?next={elsewhere}")
    assert page.heading == HEADING
    assert ben.browser.press("Continue to the portal").path == "/"
    answer = ben.browser.post("/security/check-up", {"csrf_token": ben.browser.token(), "next": elsewhere})
    assert answer.headers["Location"] == "/"
