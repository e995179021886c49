"""What somebody does who has lost everything: asking for the link, beginning the wait, reading the notices."""

import re
from datetime import timedelta

from portal import clock
from portal.access import recovery_notices
from tests.people import Person
from tests.portal_for_tests import Portal

LOST = "I have lost everything"
HOUR = timedelta(hours=1)


def ask(person: Person) -> str:
    """From the page of the code. The path of the link in the mail."""
    person.sign_in()
    person.browser.open(person.browser.page.links[LOST])
    person.browser.press("Send me the link")
    found = re.search(r"/sign-in/lost-access/begin/\S+", person.mail(template="lost everything").text)
    assert found, "no link in the mail"
    return found[0]


def begin(person: Person) -> str:
    """Begin the wait. The path of the link in the notice that stops it."""
    person.browser.open(ask(person))
    person.browser.press("Begin the wait")
    return stop_link(person, "has begun")


def stop_link(person: Person, subject: str) -> str:
    found = re.search(r"/sign-in/lost-access/stop/\S+", person.notice(subject).text)
    assert found, "no link in the notice"
    return found[0]


def tell(portal: Portal) -> None:
    """The worker's chore, which it does once a minute by its own clock."""
    with portal.app.app_context():
        recovery_notices.tell(clock.now())
