"""A network address made up in a header, or changed within one's own line."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.browser import Browser
from tests.people import People
from tests.portal_for_tests import Portal, environment, free_port, fresh_database, running

pytestmark = pytest.mark.any_engine

TRIES = 11  # one more than a network address has in five minutes
HEADERS = (
    "X-Forwarded-For",
    "X-Real-IP",
    "Forwarded",
    "True-Client-IP",
    "CF-Connecting-IP",
    "X-Client-IP",
    "Client-IP",
)


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A portal that no proxy stands before, so no header may name the visitor."""
    database = fresh_database("bare", tmp_path_factory.mktemp("bare"))
    with running(environment(database, free_port(), PORTAL_PROXIES="0")) as portal:
        yield portal


def guess(browser: Browser, email: str, **headers: str) -> int:
    """A wrong password for an address of its own, so that only the network's budget is used."""
    browser.http.headers.update(headers)
    browser.open("/sign-in")
    path, data = browser.ready("Sign in", {"Email address": email, "Password": "not the password"})
    return browser.post(path, data).status_code


def test_no_header_is_believed_without_a_proxy(bare: Portal) -> None:
    """T42: a new address in every header each time; the eleventh is refused as ever."""
    browser = Browser(bare.base, "192.0.2.1")
    made_up = [dict.fromkeys(HEADERS, f"198.51.100.{i}") | {"Forwarded": f"for=198.51.100.{i}"} for i in range(TRIES)]
    statuses = [guess(browser, f"eve{i}@example.org", **made_up[i]) for i in range(TRIES)]
    assert statuses == [422] * 10 + [429]


def test_the_sign_in_notes_the_real_address(bare: Portal) -> None:
    """T42: what the owner later reads of where it came from is no stranger's invention."""
    bare.age(timedelta(minutes=15))
    ben = People(bare).customer("ben", "totp")
    ben.browser.http.headers["X-Forwarded-For"] = "198.51.100.7"
    ben.come_in()
    page = ben.come_in(ben.browser.another())
    assert "From 127.0.0.1" in page.text
    assert "198.51.100.7" not in page.text


@pytest.mark.parametrize(
    "form", ["198.51.100.{n}, {ip}", "198.51.100.{n},203.0.113.{n},{ip}", "unknown, {ip}", "{n}, {ip}"]
)
def test_only_the_proxy_s_own_entry_counts(people: People, form: str) -> None:
    """T42: behind one proxy the last entry is what it saw; all before it the visitor can write."""
    eve = people.somebody("eve")
    ip = str(eve.browser.http.headers["X-Forwarded-For"])
    told = [{"X-Forwarded-For": form.format(n=n, ip=ip), "X-Real-IP": f"198.51.100.{n}"} for n in range(TRIES)]
    statuses = [guess(eve.browser, f"{n}.{eve.email}", **told[n]) for n in range(TRIES)]
    assert statuses == [422] * 10 + [429]


def test_one_line_s_addresses_share_a_budget(people: People) -> None:
    """T42: a /64 of IPv6 is one customer's line; the next /64 is somebody else's."""
    eve = people.somebody("eve")
    line = f"2001:db8:{abs(hash(eve.email)) % 65536:x}:1"
    statuses = [guess(eve.browser, f"{n}.{eve.email}", **{"X-Forwarded-For": f"{line}::{n:x}:1"}) for n in range(TRIES)]
    assert statuses == [422] * 10 + [429]
    assert guess(eve.browser, f"x.{eve.email}", **{"X-Forwarded-For": f"{line[:-1]}2::1"}) == 422


def test_one_ipv4_address_is_one_however_it_is_written(people: People) -> None:
    """T42: as IPv6 it would be a budget of its own, shared with all other IPv4 addresses."""
    eve = people.somebody("eve")
    ip = str(eve.browser.http.headers["X-Forwarded-For"])
    written = [ip, f"::ffff:{ip}"]
    statuses = [guess(eve.browser, f"{n}.{eve.email}", **{"X-Forwarded-For": written[n % 2]}) for n in range(TRIES)]
    assert statuses == [422] * 10 + [429]


@pytest.mark.parametrize(
    "seen", ["", "unknown", "_hidden", "10.1.2.3:4711", "[2001:db8::1]:4711", "fe80::1%eth0", "x" * 300]
)
def test_an_odd_entry_of_the_proxy_breaks_nothing(people: People, seen: str) -> None:
    """T42: a proxy that adds a port, or a word, still gets answers, and limits still count."""
    eve = people.somebody("eve")
    statuses = [guess(eve.browser, f"{n}.{eve.email}", **{"X-Forwarded-For": seen}) for n in range(TRIES)]
    assert set(statuses) <= {422, 429}
    assert statuses[-1] == 429
