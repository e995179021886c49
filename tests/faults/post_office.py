"""The mail server's address, where something else stands each time: nobody, somebody silent, somebody rude, a liar; and
one who keeps a mail in hand for as long as the test wants."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Event

from aiosmtpd.smtp import SMTP, Envelope, Session

from portal.delivery.outbox import RETRIES
from tests.delivery.servers import MailServer
from tests.people import Person
from tests.portal_for_tests import until


@dataclass
class Slow(MailServer):
    """Takes a mail for this one address, and says so only when it is let go; `in_hand` tells that one has come."""

    whom: str = ""
    in_hand: Event = field(default_factory=Event)
    let_go: Event = field(default_factory=Event)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        answer = await super().handle_DATA(server, session, envelope)
        if self.whom in envelope.rcpt_tos:
            self.in_hand.set()
            await asyncio.get_running_loop().run_in_executor(None, self.let_go.wait)
        return answer

    @contextmanager
    def running(self) -> Iterator["Slow"]:
        with super().running():
            try:
                yield self
            finally:
                self.let_go.set()


@contextmanager
def silent(port: int) -> Iterator[None]:
    """Takes connections and never says a word."""
    with socket.create_server(("localhost", port)):
        yield


@contextmanager
def nobody(port: int) -> Iterator[None]:
    """Nobody listens."""
    yield


@contextmanager
def answering(port: int, **answers: str) -> Iterator[None]:
    """A mail server that says these words to every mail."""
    with MailServer(port=port, **answers).running():  # type: ignore[arg-type]
        yield


def told(person: Person, status: str) -> str:
    """What the page tells of the code that was sent, once it tells this."""

    def words() -> str | None:
        found = person.browser.open("/sign-in/verify/email").soup.select_one(f".sent-{status}")
        return found.get_text().strip() if found else None

    return until(words, seconds=60)


def codes_taken(server: MailServer, person: Person) -> list[str]:
    """The codes of the mails that a server took for somebody."""
    mine = [mail for mail, address in zip(server.took, server.recipients, strict=True) if address == person.email]
    texts = [part.get_content() for mail in mine if (part := mail.get_body(("plain",)))]
    return [text[:6] for text in texts if text[:6].isdigit()]


def code_taken(server: MailServer, person: Person) -> str:
    """The code that somebody can read in their mailbox, once it is there."""
    return until(lambda: codes_taken(server, person) or None, seconds=60)[-1]


def wait_for_the_next_try(person: Person) -> None:
    """A minute passes: what could not be handed over at once is tried again."""
    person.portal.age(RETRIES[0] + timedelta(seconds=1))
