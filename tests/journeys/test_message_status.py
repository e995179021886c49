"""What became of the message, for whoever has given the right password: a mail server that is there, away, or won't
(R7)."""

from collections.abc import Iterator

import pytest

from tests.browser import Page
from tests.delivery.servers import MailServer
from tests.journeys.ways import CLOCK, ask_to_register
from tests.people import People, Person
from tests.portal_for_tests import Portal, environment, free_port, fresh_database, running, until

pytestmark = pytest.mark.any_engine


@pytest.fixture(scope="module")
def post_office() -> Iterator[MailServer]:
    """The mail server."""
    with MailServer().running() as server:
        yield server


@pytest.fixture(scope="module")
def mailing(tmp_path_factory: pytest.TempPathFactory, post_office: MailServer) -> Iterator[Portal]:
    """A portal that hands its mails to a mail server."""
    database = fresh_database("mailing", tmp_path_factory.mktemp("mailing"))
    with running(environment(database, free_port(), **post_office.settings("none"))) as started:
        yield started


@pytest.fixture
def fay(mailing: Portal) -> Person:
    """Has Email MFA alone, in that portal."""
    return People(mailing).customer("fay", "email")


def _told(person: Person, status: str) -> str:
    """The words of the page, once it tells this."""

    def told() -> str | None:
        page: Page = person.browser.open("/sign-in/verify/email")
        found = page.soup.select_one(f".sent-{status}")
        return found.get_text().strip() if found else None

    return until(told)


def test_a_mail_that_was_taken_is_told_with_its_time(fay: Person, post_office: MailServer) -> None:
    post_office.rcpt = post_office.data = "250 OK"
    fay.sign_in()
    words = _told(fay, "handed")
    assert words.startswith("Code 1: handed to the mail server at ")
    assert CLOCK.search(words)


def test_a_server_that_is_busy_is_told(fay: Person, post_office: MailServer) -> None:
    post_office.rcpt, post_office.data = "250 OK", "451 Later"
    fay.sign_in()
    assert "not yet: trying again" in _told(fay, "trouble")


def test_an_address_that_is_refused_is_told(fay: Person, post_office: MailServer) -> None:
    post_office.rcpt = "550 No such mailbox"
    fay.sign_in()
    assert "the mail server refused this address" in _told(fay, "refused")


def test_a_message_just_put_is_on_its_way(fay: Person, post_office: MailServer) -> None:
    """The page that the POST leads to doesn't wait for the mail server."""
    post_office.rcpt = post_office.data = "250 OK"
    told = fay.sign_in().soup.select_one("[data-sent]")
    assert told
    assert "sent-waiting" in told["class"] or "sent-handed" in told["class"]


def test_before_a_password_nothing_is_told(mailing: Portal, post_office: MailServer) -> None:
    """Nobody learns by it whether a mailbox exists."""
    post_office.rcpt = "550 No such mailbox"
    eve = People(mailing).somebody("eve")
    ask_to_register(eve)
    assert not eve.browser.open("/register/confirm").soup.select_one("[data-sent]")
