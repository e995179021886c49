"""The mail server is away, silent or rude: pages are answered all the same, nothing is lost, and whoever has another
method gets in."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial

import pytest

from tests.delivery.servers import MailServer
from tests.faults.database import worker_stopped
from tests.faults.post_office import (
    Slow,
    answering,
    code_taken,
    codes_taken,
    nobody,
    silent,
    told,
    wait_for_the_next_try,
)
from tests.journeys.ways import APP_FIELD, EMAIL_FIELD, RESEND, ask_to_register
from tests.people import People, Person
from tests.portal_for_tests import Portal

pytestmark = pytest.mark.any_engine

Fault = Callable[[int], AbstractContextManager[None]]
# Whatever is wrong at the mail server's address, and may be over a minute later.
PASSING: dict[str, Fault] = {
    "nobody": nobody,
    "silent": silent,
    "busy": partial(answering, rcpt="451 Try again later"),
    "full": partial(answering, data="452 No room"),
    "strict": partial(answering, data="554 Looks like spam"),
}


def _by_app(cleo: Person) -> str:
    cleo.browser.open("/sign-in/other")
    cleo.browser.press("Authentication app")
    return cleo.browser.press("Verify code", {APP_FIELD: cleo.app_code()}).path


@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING)
def test_nothing_is_lost_and_nobody_is_locked_out(mail_port: int, fay: Person, cleo: Person, fault: Fault) -> None:
    """T45: fay's mail comes when the fault is over, without her asking again and without a restart; cleo doesn't even
    wait for that."""
    with fault(mail_port):
        fay.sign_in()
        cleo.sign_in()
        assert "trying again" in told(fay, "trouble")
        assert "trying again" in told(cleo, "trouble")
        assert _by_app(cleo) == "/"
    with MailServer(port=mail_port).running() as server:
        wait_for_the_next_try(fay)
        code = code_taken(server, fay)
        assert fay.browser.press("Verify code", {EMAIL_FIELD: code}).path == "/"
        assert codes_taken(server, fay) == [code]


def test_an_address_that_was_refused_for_good_is_written_to_when_asked_again(
    mail_port: int, fay: Person, cleo: Person
) -> None:
    """T45: the page says so, another method and a recovery code work, and a mailbox that is there again does too."""
    with answering(mail_port, rcpt="550 No such mailbox"):
        fay.sign_in()
        cleo.sign_in()
        assert "refused this address" in told(fay, "refused")
        assert "refused this address" in told(cleo, "refused")
        assert _by_app(cleo) == "/"
        away = fay.browser.tab()
        away.open("/sign-in/recovery-code")
        assert away.press("Verify code", {"Recovery code": fay.codes[0]}).path == "/"
    with MailServer(port=mail_port).running() as server:
        wait_for_the_next_try(fay)
        fay.browser = fay.browser.another()
        fay.sign_in()
        code = code_taken(server, fay)
        assert fay.browser.press("Verify code", {EMAIL_FIELD: code}).path == "/"


def test_no_page_waits_for_the_mail_server(mailing: Portal, mail_port: int, fay: Person, cleo: Person) -> None:
    """T45: every page that sends is answered before the mail server has heard of it, for the worker alone speaks to it
    and stands still; and while the mail server keeps the worker waiting, pages are answered too."""
    ada = People(mailing).somebody("ada")
    with Slow(port=mail_port, whom=fay.email).running() as server:
        with worker_stopped(mailing):
            pages = [fay.sign_in(), cleo.sign_in(), ask_to_register(ada)]
            cleo.browser.open("/password/forgot")
            pages.append(cleo.browser.press("Send link", {"Email address": cleo.email}))
            wait_for_the_next_try(fay)
            fay.browser.open("/sign-in/verify/email")
            pages.append(fay.browser.press(RESEND))
            assert {page.status for page in pages} == {200}
            assert not server.in_hand.is_set()
        assert server.in_hand.wait(30)
        assert fay.browser.open("/sign-in/verify/email").status == 200
        server.let_go.set()
        wait_for_the_next_try(fay)
        for person in (fay, ada):
            assert code_taken(server, person)
