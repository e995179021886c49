"""Trying the mail server out."""

import ssl
from collections.abc import Callable

import pytest
from flask import Flask

from tests.cli.conftest import Operator
from tests.delivery.servers import Authority, MailServer
from tests.portal_for_tests import free_port

MakeApp = Callable[..., Flask]
MakeServer = Callable[..., MailServer]
ADA = "ada@example.org"


def test_a_mail_arrives_at_once_and_the_answer_is_told(make_app: MakeApp, make_server: MakeServer) -> None:
    server = make_server()
    printed = Operator(make_app(**server.settings("none"))).does("mail", "test", ADA)
    assert printed == "localhost took the mail: 250 OK\n"
    assert server.recipients == [ADA]


@pytest.mark.parametrize("answer", ["550 5.1.1 No such user here", "451 4.7.1 Greylisted, try later"])
def test_a_refusal_is_told_in_the_server_s_words(make_app: MakeApp, make_server: MakeServer, answer: str) -> None:
    server = make_server(rcpt=answer)
    result = Operator(make_app(**server.settings("none"))).types("mail", "test", ADA)
    assert (result.exit_code, result.stderr) == (1, f"Error: localhost did not take the mail: {answer}\n")


def test_a_mail_refused_at_its_end_is_told(make_app: MakeApp, make_server: MakeServer) -> None:
    server = make_server(data="554 5.7.1 Looks like spam")
    result = Operator(make_app(**server.settings("none"))).types("mail", "test", ADA)
    assert (result.exit_code, result.stderr.strip().endswith("554 5.7.1 Looks like spam")) == (1, True)


def test_a_server_that_is_not_there_is_told(make_app: MakeApp) -> None:
    app = make_app(PORTAL_MAIL_SERVER="localhost", PORTAL_MAIL_PORT=str(free_port()), PORTAL_MAIL_TLS="none")
    result = Operator(app).types("mail", "test", ADA)
    assert (result.exit_code, "ConnectionRefusedError" in result.stderr) == (1, True)


def test_a_certificate_nobody_vouches_for_is_told(
    make_app: MakeApp, make_server: MakeServer, authority: Authority
) -> None:
    context: ssl.SSLContext = authority.context("localhost")
    server = make_server(starttls=context)
    result = Operator(make_app(**server.settings("starttls"))).types("mail", "test", ADA)
    assert (result.exit_code, "CERTIFICATE_VERIFY_FAILED" in result.stderr) == (1, True)
    assert server.took == []


def test_a_server_that_lies_in_its_answer_writes_one_plain_line(make_app: MakeApp, make_server: MakeServer) -> None:
    server = make_server(rcpt="550 no\b\b such user")
    result = Operator(make_app(**server.settings("none"))).types("mail", "test", ADA)
    assert "\b" not in result.stderr
    assert result.stderr.count("\n") == 1


def test_without_a_server_the_command_says_so(operator: Operator) -> None:
    result = operator.types("mail", "test", ADA)
    assert (result.exit_code, "PORTAL_MAIL_SERVER" in result.stderr) == (1, True)
