"""Somebody else sits at the mail server's address, or between: what can't prove that it is the mail server gets no word
of a mail, and the mail waits for the one that can."""

from collections.abc import Iterator

import pytest

from tests.delivery.servers import Authority, MailServer
from tests.faults.post_office import code_taken, told, wait_for_the_next_try
from tests.journeys.ways import EMAIL_FIELD
from tests.people import People
from tests.portal_for_tests import Portal, environment, free_port, fresh_database, running

pytestmark = pytest.mark.any_engine


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Whom the portal trusts to say who is who."""
    return Authority(tmp_path_factory.mktemp("trusted"))


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Signs certificates too, for whoever asks."""
    return Authority(tmp_path_factory.mktemp("stranger"))


@pytest.fixture(scope="module", params=["starttls", "tls"])
def wary(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, authority: Authority
) -> Iterator[Portal]:
    """A portal that speaks to its mail server by TLS only, in one of the two ways."""
    database = fresh_database("wary", tmp_path_factory.mktemp("wary"))
    address = {
        "PORTAL_MAIL_SERVER": "localhost",
        "PORTAL_MAIL_PORT": str(free_port()),
        "PORTAL_MAIL_TLS": request.param,
    }
    env = environment(database, free_port(), **address) | {"SSL_CERT_FILE": str(authority.file)}
    with running(env) as started:
        yield started


def _server(portal: Portal, authority: Authority, host: str = "localhost") -> MailServer:
    """Proves by this authority's word to be this host."""
    port, tls = portal.settings.mail_port, authority.context(host)
    return MailServer(port=port, tls=tls) if portal.settings.tls == "tls" else MailServer(port=port, starttls=tls)


@pytest.mark.parametrize("liar", ["plain", "of another name", "of another authority"])
def test_a_liar_gets_no_word_of_a_mail(wary: Portal, authority: Authority, stranger: Authority, liar: str) -> None:
    """T45: the address isn't named, the code not shown; cleo gets in by her app, fay when the mail server is back."""
    fay, cleo = People(wary).customer("fay", "email"), People(wary).customer("cleo", "email", "totp")
    servers = {
        "plain": MailServer(port=wary.settings.mail_port),  # knows no TLS, or says so
        "of another name": _server(wary, authority, "mail.example.org"),
        "of another authority": _server(wary, stranger),
    }
    with servers[liar].running() as server:
        fay.sign_in()
        assert "trying again" in told(fay, "trouble")
        assert cleo.come_in().path == "/"
        assert (server.took, server.recipients) == ([], [])
    with _server(wary, authority).running() as server:
        wait_for_the_next_try(fay)
        assert fay.browser.press("Verify code", {EMAIL_FIELD: code_taken(server, fay)}).path == "/"
