"""The activity shows what attackers typed: neither a page nor a spreadsheet takes it for more than text."""

import csv
import io

import pytest
from sqlalchemy import update

from portal.database import write
from portal.models import Event, Factor
from portal.web.activity import COLUMNS, _csv
from tests.journeys.test_activity import lines, many
from tests.people import Person

FORMULA = '=HYPERLINK("http://evil.example","App")'
SCRIPT = "<script>alert(1)</script>"


def name_app(person: Person, name: str) -> None:
    """Call the app so, and remove it from the log's point of view."""
    with person.portal.app.app_context(), write() as session:
        session.execute(update(Factor).where(Factor.user_id == person.user().id).values(name=name))
        facts = {"method": "totp", "name": name}
        mine = update(Event).where(Event.user_id == person.user().id, Event.kind == "primary_chosen")
        session.execute(mine.values(kind="methods_reset", facts={**facts, "reason": name}))


@pytest.mark.parametrize("begins", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_no_cell_begins_a_formula(begins: str) -> None:
    """T47: OWASP, CSV injection; whichever column, and whatever may stand in it one day."""
    row = dict.fromkeys(COLUMNS, f"{begins}cmd|' /C calc'!A0")
    table = "".join(_csv([row]))
    cells = [cell for line in csv.reader(io.StringIO(table, newline="")) for cell in line]
    assert cells[len(COLUMNS) :] == [f"'{begins}cmd|' /C calc'!A0"] * len(COLUMNS)


def test_what_a_browser_calls_itself_is_in_no_file(ben: Person) -> None:
    """T47: only what the portal makes of it."""
    ben.browser.http.headers["User-Agent"] = FORMULA
    ben.come_in()
    for ending in ("csv", "json"):
        told = ben.browser.http.get(f"{ben.portal.base}/security/activity.{ending}").text
        assert "HYPERLINK" not in told
        assert "an unknown browser" in told


def test_no_markup_comes_through(ben: Person) -> None:
    """T47."""
    ben.come_in()
    many(ben, 1)
    name_app(ben, SCRIPT)
    page = ben.browser.open("/security/activity")
    assert SCRIPT not in page.answer.text
    assert any(SCRIPT in line for line in lines(page))


def test_nobody_reads_another_s_activity(ben: Person, cleo: Person) -> None:
    """T48: neither page nor file, whatever is asked for."""
    for person in (ben, cleo):
        person.come_in()
    ip, user = str(ben.browser.http.headers["X-Forwarded-For"]), ben.user().id
    for path in ("activity", "activity.csv", "activity.json"):
        for asked in ("", f"?user={user}", f"?user_id={user}&id={user}", "?before=99990101T000000000000-1-2147483647"):
            assert ip not in cleo.browser.http.get(f"{cleo.portal.base}/security/{path}{asked}").text


def test_half_in_there_is_nothing_to_read(ben: Person) -> None:
    """T12."""
    ben.sign_in()
    for path in ("activity", "activity.csv", "activity.json"):
        answer = ben.browser.http.get(f"{ben.portal.base}/security/{path}", allow_redirects=False)
        assert answer.status_code == 303
        assert "text/html" in answer.headers["Content-Type"]
