"""Handing over to a real mail server: verified TLS, a limit on every answer, one address, no foreign header."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask

from portal.delivery import smtp, worker
from portal.delivery.mails import Mail
from portal.extensions import db
from portal.models import Code, DemoMail, Message
from tests.delivery.asking import ADDRESS, CODE, LIFE, ask_code
from tests.delivery.servers import Authority, MailServer, silent_server

MAIL = Mail(ADDRESS, "Your sign-in code", f"{CODE} is your code.\n", f"<p>{CODE}</p>\n")

MakeApp = Callable[..., Flask]
MakeServer = Callable[..., MailServer]


def hand_over(now: datetime, mail: Mail = MAIL, not_after: datetime | None = None) -> None:
    smtp.hand_over(mail, not_after=not_after, now=lambda: now)


def test_headers_and_both_texts(make_app: MakeApp, make_server: MakeServer, now: datetime) -> None:
    server = make_server()
    make_app(**server.settings("none"), PORTAL_COMPANY='Müller "&" Söhne, Inc.', PORTAL_MAIL_SENDER="codes@example.com")
    hand_over(now)
    (took,) = server.took
    assert server.recipients == [ADDRESS]
    assert took["To"] == ADDRESS
    assert str(took["From"].addresses[0].display_name) == 'Müller "&" Söhne, Inc.'
    assert took["From"].addresses[0].addr_spec == "codes@example.com"
    assert took["Message-ID"].endswith("@localhost>")
    assert took["Date"].datetime == now.replace(microsecond=0)
    assert took["Auto-Submitted"] == "auto-generated"
    assert took["X-Auto-Response-Suppress"] == "OOF, AutoReply"
    plain, html = took.get_body(("plain",)), took.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert plain.get_content().startswith(CODE)
    assert CODE in html.get_content()


@pytest.mark.parametrize(
    "address",
    [
        "ada@example.org\r\nBcc: eve@example.org",
        "ada@example.org, eve@example.org",
        "Ada <ada@example.org>",
        "ädä@example.org",
    ],
)
def test_only_one_plain_address_is_written_to(
    make_app: MakeApp, make_server: MakeServer, now: datetime, address: str
) -> None:
    server = make_server()
    make_app(**server.settings("none"))
    with pytest.raises(smtp.Refused):
        hand_over(now, Mail(address, "Subject", "text", "html"))
    assert server.took == []


@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_a_verified_certificate_is_trusted(
    tls: str,
    make_app: MakeApp,
    make_server: MakeServer,
    authority: Authority,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    server = make_server(**{tls: authority.context("localhost")})
    make_app(**server.settings(tls))
    hand_over(now)
    assert len(server.took) == 1


@pytest.mark.parametrize("tls", ["starttls", "tls"])
@pytest.mark.parametrize("flaw", ["wrong name", "unknown authority"])
def test_a_certificate_that_proves_nothing_is_refused(
    tls: str,
    flaw: str,
    make_app: MakeApp,
    make_server: MakeServer,
    authority: Authority,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if flaw == "wrong name":
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    host = "mail.example.org" if flaw == "wrong name" else "localhost"
    server = make_server(**{tls: authority.context(host)})
    make_app(**server.settings(tls))
    with pytest.raises(smtp.Trouble, match="SSLCertVerificationError"):
        hand_over(now)
    assert server.took == []


def test_a_server_without_starttls_gets_nothing(make_app: MakeApp, make_server: MakeServer, now: datetime) -> None:
    server = make_server()
    make_app(**server.settings("starttls"))
    with pytest.raises(smtp.Trouble, match="SMTPNotSupportedError"):
        hand_over(now)
    assert server.took == []


def test_a_silent_server_is_left_after_the_timeout(
    make_app: MakeApp, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert smtp.TIMEOUT <= 5
    monkeypatch.setattr(smtp, "TIMEOUT", 0.3)
    with silent_server() as port:
        make_app(PORTAL_MAIL_SERVER="127.0.0.1", PORTAL_MAIL_PORT=str(port))
        began = time.monotonic()
        with pytest.raises(smtp.Trouble):
            hand_over(now)
        assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ({"rcpt": "550 No such user"}, smtp.Refused),
        ({"rcpt": "451 Try again later"}, smtp.Trouble),
        ({"data": "451 Try again later"}, smtp.Trouble),
        ({"data": "554 Looks like spam"}, smtp.Trouble),
    ],
)
def test_only_a_lasting_no_to_the_address_is_a_refusal(
    answers: dict[str, str], error: type[Exception], make_app: MakeApp, make_server: MakeServer, now: datetime
) -> None:
    make_app(**make_server(**answers).settings("none"))
    with pytest.raises(error):
        hand_over(now)


def test_what_could_come_too_late_is_not_begun(make_app: MakeApp, make_server: MakeServer, now: datetime) -> None:
    server = make_server()
    make_app(**server.settings("none"))
    with pytest.raises(smtp.TooLate):
        hand_over(now, not_after=now + smtp.HANDING_OVER - timedelta(seconds=1))
    assert server.took == []
    hand_over(now, not_after=now + smtp.HANDING_OVER)
    assert len(server.took) == 1


def test_a_slow_connection_may_make_it_too_late(make_app: MakeApp, make_server: MakeServer, now: datetime) -> None:
    server = make_server()
    make_app(**server.settings("none"))
    moments = iter([now, now, now + LIFE])
    with pytest.raises(smtp.TooLate):
        smtp.hand_over(MAIL, not_after=now + LIFE, now=lambda: next(moments))
    assert server.took == []


def test_the_demo_inbox_keeps_a_copy_of_what_was_handed_over(
    make_app: MakeApp, make_server: MakeServer, now: datetime
) -> None:
    server = make_server()
    make_app(**server.settings("none"))
    code_id = ask_code(now)
    assert worker.deliver_next(lambda: now)
    plain = server.took[0].get_body(("plain",))
    assert plain is not None
    assert db.session.query(DemoMail).one().text.splitlines() == plain.get_content().splitlines()
    assert db.session.get_one(Code, code_id).expires_at == now + LIFE


def test_a_server_that_is_away_is_tried_again_and_keeps_no_copy(make_app: MakeApp, now: datetime) -> None:
    with silent_server() as port:
        pass
    make_app(PORTAL_MAIL_SERVER="127.0.0.1", PORTAL_MAIL_PORT=str(port))
    ask_code(now)
    assert worker.deliver_next(lambda: now)
    message = db.session.query(Message).one()
    assert (message.trouble, message.due_at) == ("again", now + timedelta(minutes=1))
    assert db.session.query(DemoMail).count() == 0
