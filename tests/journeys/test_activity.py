"""The activity under "Security and access": what, when, where and how; filtered, page by page, as a file."""

import csv
import io
import json
import re

from portal import clock
from portal.access import events
from portal.access.events import Actor
from portal.access.where import Where
from portal.database import write
from tests.browser import Page, words
from tests.journeys.ways import to_security
from tests.people import Person


def lines(page: Page) -> list[str]:
    return [words(line) for line in page.soup.select(".log li")]


def to_activity(person: Person) -> Page:
    to_security(person)
    return person.browser.open(person.browser.page.links["See the activity"])


def many(person: Person, count: int) -> None:
    """So many changes of the primary method."""
    with person.portal.app.app_context(), write() as session:
        actor = Actor(person.user().id, person.email, Where("192.0.2.7", "Mozilla/5.0 (iPhone) Safari"))
        for _ in range(count):
            events.record(session, events.PRIMARY_CHOSEN, actor, clock.now(), method="totp")


def test_a_sign_in_is_told_with_when_where_and_how(ben: Person) -> None:
    ben.come_in()
    page = to_activity(ben)
    ip = re.escape(str(ben.browser.http.headers["X-Forwarded-For"]))
    assert page.heading == "Activity"
    assert re.fullmatch(
        rf"\d\d:\d\d UTC Signed in with the password and Authentication app Sign-in With Firefox on Linux, from {ip}",
        next(line for line in lines(page) if "Signed in with" in line),
    )
    day = page.soup.select_one(".content h2")
    assert day
    assert re.fullmatch(r"\d+ \w+ \d{4}", words(day))


def test_a_right_password_without_a_code_is_told(ben: Person, eve: Person) -> None:
    """So is a wrong password, wherever it was typed."""
    ben.browser.open("/sign-in")
    ben.sign_in(eve.browser)
    eve.browser.open("/sign-in")
    eve.browser.press("Sign in", {"Email address": ben.email, "Password": "not it"})
    ben.come_in()
    found = " ".join(lines(to_activity(ben)))
    assert "Right password; the second step was not finished" in found
    assert "Wrong password" in found
    assert str(eve.browser.http.headers["X-Forwarded-For"]) in found


def test_the_filter_shows_changes_alone(cleo: Person) -> None:
    cleo.come_in()
    many(cleo, 1)
    page = to_activity(cleo)
    page = cleo.browser.open(page.links["Changes"])
    assert [line.partition("UTC ")[2].partition(" Change")[0] for line in lines(page)] == [
        "Authentication app made the primary method"
    ]
    chosen = page.soup.select_one(".filter [aria-current]")
    assert chosen
    assert words(chosen) == "Changes"
    assert cleo.browser.open("/security/activity?show=nonsense").status == 200


def test_a_filter_with_nothing_to_show_says_so(ben: Person) -> None:
    ben.come_in()
    page = ben.browser.open("/security/activity?show=changes")
    assert "Nothing of this kind has happened." in page.text


def test_older_pages_follow(ben: Person) -> None:
    """And lead back."""
    ben.come_in()
    many(ben, 60)
    shown, page = [], ben.browser.open("/security/activity?show=changes")
    while True:
        shown.append(len(lines(page)))
        if "Older" not in page.links:
            break
        page = ben.browser.open(page.links["Older"])
    assert shown == [25, 25, 10]
    assert ben.browser.open(page.links["Back to the newest"]).path == "/security/activity"


def test_the_table_holds_all_of_the_year(ben: Person) -> None:
    """S: with the filter that is shown; one line for each, and what they are called in the first."""
    ben.come_in()
    many(ben, 600)
    page = ben.browser.open("/security/activity?show=changes")
    answer = ben.browser.http.get(ben.portal.base + page.links["Table (CSV)"])
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert re.fullmatch(r'attachment; filename="activity-\d{4}-\d\d-\d\d\.csv"', answer.headers["Content-Disposition"])
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert len(rows) == 600
    assert rows[0] == {
        "when": rows[0]["when"],
        "what": "Authentication app made the primary method",
        "browser": "Safari on iPhone",
        "network_address": "192.0.2.7",
        "group": "changes",
        "kind": "primary_chosen",
    }
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", rows[0]["when"])


def test_the_list_holds_the_same(ben: Person) -> None:
    ben.come_in()
    page = ben.browser.open("/security/activity")
    table = csv.DictReader(io.StringIO(ben.browser.http.get(ben.portal.base + page.links["Table (CSV)"]).text))
    answer = ben.browser.http.get(ben.portal.base + page.links["List (JSON)"])
    assert answer.headers["Content-Type"] == "application/json"
    assert json.loads(answer.text) == list(table) != []


def test_an_empty_list_is_a_list(ben: Person) -> None:
    ben.come_in()
    answer = ben.browser.http.get(f"{ben.portal.base}/security/activity.json?show=changes")
    assert json.loads(answer.text) == []
