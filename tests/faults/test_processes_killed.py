"""A process is killed where it stands: what was done stays done, what wasn't is as if it had never been begun."""

import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from argon2 import PasswordHasher
from sqlalchemy import func, select, update

from portal.database import write
from portal.delivery.outbox import LEASE
from portal.extensions import db, keys
from portal.models import Counter, Message, User
from tests.attacks.rows import about
from tests.delivery.servers import MailServer
from tests.faults.database import held, worker_stopped
from tests.faults.parts import another_worker, frozen, kill_web, listens, worker
from tests.faults.post_office import Slow, code_taken, codes_taken, told
from tests.journeys.ways import (
    APP,
    EMAIL_FIELD,
    ask_to_register,
    choose,
    codes_on,
    finish_app,
    finish_wizard,
    prove_mailbox,
)
from tests.people import People, Person
from tests.portal_for_tests import Portal, environment, free_port, fresh_database, running, until


def test_everything_waits_while_the_web_processes_die_between_the_steps(portal: Portal, ada: Person) -> None:
    """From the first address to the last "Finish": no process keeps anything to itself."""
    ask_to_register(ada)
    kill_web(portal)
    prove_mailbox(ada)
    kill_web(portal)
    ada.browser.press("Create account", {"Your name": ada.name, "Password": ada.password})
    choose(ada, APP)
    key = ada.take_key()
    kill_web(portal)
    ada.browser.open("/onboarding/totp")
    assert ada.take_key() == key
    shown = codes_on(finish_app(ada))
    kill_web(portal)
    assert codes_on(ada.browser.open("/onboarding/recovery-codes")) == shown
    assert finish_wizard(ada).heading == "Welcome, Ada"


@contextmanager
def _begun(person: Person, button: str, answers: dict[str, str | bool]) -> Iterator[socket.socket]:
    """Press a button: a web process has the head of the request in its hands, has said so, and has got the form."""
    path, data = person.browser.ready(button, answers)
    body = urlencode(data).encode()
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in person.browser.http.cookies)
    place = urlsplit(person.portal.base)
    head = (
        f"POST {urlsplit(path).path} HTTP/1.1\r\nHost: {place.netloc}\r\nOrigin: {person.portal.base}\r\n"
        f"Cookie: {cookies}\r\nX-Forwarded-For: {person.browser.http.headers['X-Forwarded-For']!s}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
        "Expect: 100-continue\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", place.port or 80)) as line:
        line.sendall(head.encode())
        assert b"100 Continue" in line.recv(1000)
        line.sendall(body)
        yield line


def _unanswered(line: socket.socket) -> bool:
    """Whether the line was broken off without a word."""
    with suppress(ConnectionResetError):
        return line.recv(1000) == b""
    return True


def test_a_form_in_the_hands_of_a_killed_process_was_never_sent(portal: Portal, dan: Person, ben: Person) -> None:
    """Killed while the form waits for the database: nothing of it is there, and pressed again it works."""
    dan.sign_in()
    code = dan.mailed_code()
    ben.browser.open("/sign-in")
    before = about(dan), about(ben)
    password: dict[str, str | bool] = {"Email address": ben.email, "Password": ben.password}
    with (
        held(portal),
        _begun(dan, "Continue", {"Confirmation code": code}) as dans,
        _begun(ben, "Sign in", password) as bens,
    ):
        kill_web(portal)
        assert (_unanswered(dans), _unanswered(bens)) == (True, True)
    assert (about(dan), about(ben)) == before
    assert dan.browser.press("Continue", {"Confirmation code": code}).path == "/onboarding"
    assert ben.come_in().path == "/"


def _tries(person: Person) -> int | None:
    """How many passwords were tried for somebody's address, once there was one."""
    with person.portal.app.app_context():
        mine = Counter.subject == keys().subject(f"address {person.email}")
        return db.session.scalar(select(func.max(Counter.count)).where(mine)) or None


def test_a_try_is_counted_though_its_process_is_killed(portal: Portal, dan: Person) -> None:
    """T02, T45: whoever can bring a process down gains no try by it. It is killed while it judges the password."""
    slowly = PasswordHasher(time_cost=100, memory_cost=65536, parallelism=1).hash(dan.password)
    with portal.app.app_context(), write() as session:
        session.execute(update(User).where(User.email_key == dan.email).values(password_hash=slowly))
    dan.browser.open("/sign-in")
    with _begun(dan, "Sign in", {"Email address": dan.email, "Password": "not the password"}) as line:
        until(lambda: _tries(dan))
        kill_web(portal)
        assert _unanswered(line)
    assert _tries(dan) == 1


@pytest.fixture
def slow(mail_port: int, fay: Person) -> Iterator[Slow]:
    """A mail server that keeps fay's mail in hand until it is let go."""
    with Slow(port=mail_port, whom=fay.email).running() as server:
        yield server


def _status(person: Person) -> tuple[int, bool, str | None]:
    """How often somebody's one code was taken up, whether it was handed over, and what went wrong with it."""
    with person.portal.app.app_context():
        codes = (Message.address == person.email, Message.code_id.is_not(None))
        (row,) = db.session.scalars(select(Message).where(*codes)).all()
        return row.attempts, row.handed_at is not None, row.trouble


def test_a_killed_worker_s_mail_is_taken_over_by_another(mailing: Portal, slow: Slow, fay: Person) -> None:
    """T45: the mail server took the mail, and the worker died before it could note that. So it comes twice, after the
    lease: the same code, good for one sign-in."""
    with worker_stopped(mailing), another_worker(mailing) as killed:
        fay.sign_in()
        assert slow.in_hand.wait(60)
        killed.kill()
        killed.wait()
        code = code_taken(slow, fay)
        assert _status(fay) == (1, False, None)
        slow.let_go.set()
        mailing.age(LEASE)
    told(fay, "handed")
    assert codes_taken(slow, fay) == [code, code]
    assert fay.browser.press("Verify code", {EMAIL_FIELD: code}).path == "/"
    assert _status(fay) == (2, True, None)


def test_a_worker_that_slept_over_its_mail_disturbs_nobody(
    mailing: Portal, slow: Slow, fay: Person, cleo: Person
) -> None:
    """T45: stopped with the mail in its hands, it wakes when another has handed it over. What it has to tell then
    changes nothing, and it goes on with the next."""
    fay.sign_in()
    assert slow.in_hand.wait(60)
    with frozen(worker(mailing)), another_worker(mailing):
        mailing.age(LEASE)
        slow.let_go.set()
        told(fay, "handed")
    cleo.sign_in()
    told(cleo, "handed")
    assert len(set(codes_taken(slow, fay))) == 1
    assert _status(fay) == (2, True, None)
    assert fay.mails() == 1
    assert fay.browser.press("Verify code", {EMAIL_FIELD: code_taken(slow, fay)}).path == "/"


def test_a_portal_whose_worker_dies_ends_and_goes_on_when_started_again(mail_port: int, tmp_path: Path) -> None:
    """T45: no portal takes forms and sends no mail. Started again on the same door, everything is as it was: the
    browser is still half in, and the mail that was in the dead worker's hands comes."""
    env = environment(fresh_database("restarted", tmp_path), free_port()) | {
        "PORTAL_MAIL_SERVER": "localhost",
        "PORTAL_MAIL_PORT": str(mail_port),
    }
    with Slow(port=mail_port).running() as slow, running(env) as first:
        fay = People(first).customer("fay", "email")
        slow.whom = fay.email
        fay.sign_in()
        assert slow.in_hand.wait(60)
        os.kill(worker(first), signal.SIGKILL)
        until(lambda: True if not listens(first) else None, seconds=30)
    with MailServer(port=mail_port).running() as server, running(env) as second:
        second.age(LEASE)
        code = code_taken(server, fay)
        assert fay.browser.press("Verify code", {EMAIL_FIELD: code}).path == "/"
