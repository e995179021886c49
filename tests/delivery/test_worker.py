"""The worker, without a mail server: what it writes, when it doesn't, and what can't stop it."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Event, Thread

import pytest
from flask import Flask

from portal import clock
from portal.access import retention
from portal.database import Base, write
from portal.delivery import outbox, worker
from portal.extensions import db, keys
from portal.models import Code, DemoMail, Message, User
from tests.delivery.asking import ADDRESS, CODE, LIFE, ask_code
from tests.delivery.servers import MailServer
from tests.portal_for_tests import until

MINUTE = timedelta(minutes=1)
CODES = ["registration_code", "address_code", "enrol_code", "sign_in_code"]


def deliver(now: datetime) -> bool:
    return worker.deliver_next(lambda: now)


def mails() -> list[DemoMail]:
    return db.session.query(DemoMail).populate_existing().order_by(DemoMail.id).all()


def put(template: str, now: datetime) -> None:
    facts: dict[str, str | int] = {
        "code": CODE,
        "number": 2,
        "ip": "192.0.2.7",
        "agent": "Firefox <b>\r\nBcc: eve@example.org",
    }
    with write() as session:
        outbox.put(session, keys(), template=template, address=ADDRESS, facts=facts, now=now)


@pytest.mark.parametrize("template", CODES)
def test_text_and_html_carry_the_code_and_the_text_begins_with_it(app: Flask, template: str, now: datetime) -> None:
    put(template, now)
    assert deliver(now)
    (mail,) = mails()
    assert mail.recipient == ADDRESS
    assert mail.text.startswith(f"{CODE} ")
    assert re.findall(r"\d{6}", mail.text) == [CODE]
    # Colours of the design are digits too.
    assert re.findall(r"(?<![#\w])\d{6}", mail.html) == [CODE]
    assert "<b>\r" not in mail.html
    assert len(mail.subject.splitlines()) == 1
    assert CODE not in mail.subject


def test_who_has_an_account_is_told_so_and_gets_no_code(app: Flask, now: datetime) -> None:
    code_id = ask_code(now)
    with write() as session:
        session.add(User(email="Ada@example.org", email_key=ADDRESS, name="Ada", password_hash="", created_at=now))
    assert deliver(now)
    (mail,) = mails()
    assert "already have an account" in mail.text
    assert not re.search(r"\d{6}", mail.text)
    # The row of its code can't be told from a stranger's.
    assert db.session.get_one(Code, code_id).expires_at == now + LIFE


def test_a_code_is_never_sent_after_its_life(app: Flask, now: datetime) -> None:
    code_id = ask_code(now)
    assert deliver(now + LIFE)
    assert mails() == []
    assert outbox.status(db.session(), code_id) == ("expired", now + LIFE)


def test_a_code_that_was_spent_by_another_is_not_sent(app: Flask, now: datetime) -> None:
    code_id = ask_code(now)
    with write() as session:
        session.get_one(Code, code_id).used_at = now
    assert deliver(now + MINUTE)
    assert mails() == []


def test_a_text_that_cannot_be_written_does_not_stop_the_others(
    app: Flask, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    put("no_such_template", now)
    put("sign_in_code", now)
    while deliver(now):
        pass
    assert len(mails()) == 1
    assert "TemplateNotFound" in caplog.text
    assert CODE not in caplog.text
    assert ADDRESS not in caplog.text


def test_in_production_no_copy_is_kept(make_app: Callable[..., Flask], make_server: Callable[..., MailServer]) -> None:
    now = clock.now()
    server = make_server()
    make_app(
        PORTAL_ENV="production",
        PORTAL_BASE_URL="https://portal.example.org",
        PORTAL_ARGON2="19456,2,1",
        PORTAL_MAIL_SENDER="portal@example.org",
        PORTAL_SUPPORT="support@example.org",
        **server.settings("none"),
    )
    put("sign_in_code", now)
    assert deliver(now)
    assert len(server.took) == 1
    assert mails() == []


def test_it_claims_at_once_survives_a_missing_database_and_stops(app: Flask) -> None:
    stop = Event()
    Base.metadata.drop_all(db.engine)
    thread = Thread(target=worker.run, args=(app, retention.purge, stop.is_set))
    thread.start()
    try:
        thread.join(0.3)
        Base.metadata.create_all(db.engine)
        ask_code(clock.now())
        until(lambda: mails() or None, seconds=3)  # the pause after a failed round is one second
        put("sign_in_code", clock.now())
        until(lambda: mails()[1:] or None, seconds=1)
    finally:
        stop.set()
        thread.join(3)
    assert not thread.is_alive()
    assert {message.done_at is not None for message in db.session.query(Message)} == {True}
