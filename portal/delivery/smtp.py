"""Handing a mail to the mail server: flask-mail, with the timeout and the verified TLS that it lacks."""

import smtplib
import ssl
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from email.utils import make_msgid, parseaddr, quote
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

import flask_mail
from flask import Flask, current_app

from config import Settings
from portal.delivery.mails import Mail
from portal.extensions import settings

TIMEOUT = 5  # seconds for each answer of the mail server
PORTS = {"none": 25, "starttls": 587, "tls": 465}  # RFC 5321, 4.5.4.2; RFC 6409, 3.1; RFC 8314, 7.3
# Once connected, four answers are still due: to MAIL, RCPT, DATA and the text.
HANDING_OVER = timedelta(seconds=4 * TIMEOUT)


class NotTaken(Exception):
    """The mail was not handed over. `said` is what the server answered, for the operator alone: it may name anybody."""

    def __init__(self, why: str = "", said: str = "") -> None:
        super().__init__(why)
        self.said = said or why


class Refused(NotTaken):
    """The mail server will never take mail for this address."""


class Trouble(NotTaken):
    """It could not be handed over now; the message says why without naming anybody."""


class TooLate(Exception):
    """The message's life ends before it could be handed over."""


class Line(smtplib.SMTP):
    """A line to the mail server that keeps its answer to a mail."""

    answer = ""

    def data(self, msg: Any) -> tuple[int, bytes]:
        code, words = super().data(msg)
        self.answer = _plain(code, words)
        return code, words


class TlsLine(Line, smtplib.SMTP_SSL):
    """The same, by TLS from the first byte on."""


class Connection(flask_mail.Connection):
    """flask-mail's connection, with a limit on every answer and certificates verified."""

    def configure_host(self) -> smtplib.SMTP:
        """Connect, protect the line and sign in. Raises OSError, of which smtplib's and ssl's errors are kinds."""
        # Its own name is given, for smtplib would ask the name service, which may take long, and tell everybody.
        name, port = urlsplit(settings().base_url).hostname, self.mail.port or 0
        host: Line
        if self.mail.use_ssl:
            tls = ssl.create_default_context()
            host = TlsLine(self.mail.server, port, name, timeout=TIMEOUT, context=tls)
        else:
            host = Line(self.mail.server, port, name, timeout=TIMEOUT)
        try:
            if self.mail.use_tls:
                host.starttls(context=ssl.create_default_context())
            if self.mail.username and self.mail.password:
                host.login(self.mail.username, self.mail.password)
        except BaseException:
            host.close()
            raise
        return host

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        """Hang up. What a server does after it took the mail, or after an error, is of no interest any more."""
        if self.host is not None:
            if exc_type is None:
                with suppress(OSError):
                    self.host.quit()
            self.host.close()


def install(app: Flask, settings: Settings) -> None:
    """Tell flask-mail where the mail server is."""
    app.config.update(
        MAIL_SERVER=settings.mail_server,
        MAIL_PORT=settings.mail_port or PORTS[settings.tls],
        MAIL_USERNAME=settings.mail_username or None,
        MAIL_PASSWORD=settings.mail_password or None,
        MAIL_USE_TLS=settings.tls == "starttls",
        MAIL_USE_SSL=settings.tls == "tls",
        MAIL_DEBUG=False,  # it would print every code
        MAIL_SUPPRESS_SEND=False,
    )
    flask_mail.Mail().init_app(app)


def hand_over(mail: Mail, *, not_after: datetime | None, now: Callable[[], datetime]) -> str:
    """Give a mail to the mail server. Its answer. Raises `Refused`, `Trouble` or, rather than be late, `TooLate`."""
    _in_time(not_after, now())
    try:
        message = _message(mail, now())
        with Connection(current_app.extensions["mail"]) as connection:
            _in_time(not_after, now())
            connection.send(message, envelope_from=settings().mail_sender)
            return connection.host.answer if isinstance(connection.host, Line) else ""
    except smtplib.SMTPRecipientsRefused as problem:
        answers = [code for code, _ in problem.recipients.values()]
        said = "; ".join(_plain(*answer) for answer in problem.recipients.values())
        if all(500 <= code < 600 for code in answers):
            raise Refused(said=said) from None
        raise Trouble(f"recipient not taken now ({answers})", said) from None
    except smtplib.SMTPResponseException as problem:
        said = _plain(problem.smtp_code, problem.smtp_error)
        raise Trouble(type(problem).__name__, said) from None
    except OSError as problem:
        raise Trouble(type(problem).__name__, f"{type(problem).__name__}: {problem}") from None


def _plain(code: int, words: bytes | str) -> str:
    """An answer of the server in one line, without control characters."""
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return " ".join("".join(c if c.isprintable() else " " for c in f"{code} {text}").split())


def _in_time(not_after: datetime | None, now: datetime) -> None:
    if not_after is not None and now + HANDING_OVER > not_after:
        raise TooLate


def _message(mail: Mail, now: datetime) -> flask_mail.Message:
    """The mail with its headers. Raises `Refused` for what is not one plain address (RFC 5321, 4.1.2)."""
    if parseaddr(mail.recipient) != ("", mail.recipient) or not mail.recipient.partition("@")[0].isascii():
        raise Refused
    message = flask_mail.Message(
        subject=mail.subject,
        recipients=[mail.recipient],
        body=mail.text,
        html=mail.html,
        sender=f'"{quote(settings().company)}" <{settings().mail_sender}>',
        date=now.timestamp(),
        extra_headers={
            "Auto-Submitted": "auto-generated",  # RFC 3834, 5: nobody's holiday note answers it
            "X-Auto-Response-Suppress": "OOF, AutoReply",  # the same for Exchange
        },
    )
    message.msgId = make_msgid(domain=urlsplit(settings().base_url).hostname)
    return message
