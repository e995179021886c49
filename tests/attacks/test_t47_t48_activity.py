"""The activity shows what attackers typed: neither a page nor a spreadsheet takes it for more than text."""

import csv
import io

import pytest
from sqlalchemy import update

from portal.database import write
from portal.models import Event, Factor
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


@pytest.mark.parametrize("begins", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_begins_a_formula(ben: Person, begins: str) -> None:
    """T47: OWASP, CSV injection; whatever browser and log say."""
    ben.browser.http.headers["User-Agent"] = f"{begins}cmd|' /C calc'!A0".replace("\t", "").replace("\r", "")
    ben.come_in()
    answer = ben.browser.http.get(f"{ben.portal.base}/security/activity.csv")
    cells = [cell for row in csv.reader(io.StringIO(answer.text)) for cell in row]
    assert len(cells) > 6
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))] == []


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
