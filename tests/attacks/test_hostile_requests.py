"""What no browser sends, byte for byte over the wire: cookies, paths and heads that the server and its libraries must
bear before the portal's own code sees them."""

import socket
from urllib.parse import urlsplit

import pytest

from tests.attacks.hostile import COOKIES
from tests.attacks.rows import about
from tests.people import Person
from tests.portal_for_tests import Portal

pytestmark = pytest.mark.any_engine

PATHS = {
    "10 kB": b"/" + b"a" * 10_000,
    "3 kB": b"/sign-in/" + b"a" * 3000,
    "1000 slashes": b"/" * 1000 + b"sign-in",
    "1000 steps up": b"/static/" + b"../" * 1000 + b"etc/passwd",
    "NUL": b"/sign-in%00",
    "a bare NUL": b"/sign-in\0",
    "no UTF-8": b"/security/%ff%fe/enable",
    "bare bytes": b"/security/\xff\xfe/enable",
    "a surrogate": b"/onboarding/%ed%a0%80",
    "encoded twice": b"/security/%252e%252e/enable",
    "half an escape": b"/sign-in/verify/%",
    "a line break": b"/sign-in/verify/%0d%0aSet-Cookie:%20a=b",
    "2^64": b"/security/totp/18446744073709551616/remove",
    "5000 digits": b"/security/totp/" + b"9" * 5000 + b"/remove",
    "another host": b"http://evil.example/sign-in",
    "two slashes": b"//evil.example/sign-in",
    "a star": b"*",
    "nothing": b"",
    "a file": b"/static/%2e%2e/%2e%2e/config.py",
    "a NUL to look for": b"/demo/inbox.json?recipient=%00",
}
HEADS = {
    "no length": b"POST /sign-in HTTP/1.1\r\nHost: {host}\r\n\r\nemail=a",
    "a length too long": b"POST /sign-in HTTP/1.1\r\nHost: {host}\r\nContent-Length: " + b"9" * 30 + b"\r\n\r\n",
    "a negative length": b"POST /sign-in HTTP/1.1\r\nHost: {host}\r\nContent-Length: -1\r\n\r\n",
    "two lengths": b"POST /sign-in HTTP/1.1\r\nHost: {host}\r\nContent-Length: 1\r\nContent-Length: 9\r\n\r\na",
    "two ways": b"POST / HTTP/1.1\r\nHost: {host}\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "bad chunks": b"POST /sign-in HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\na\r\n",
    "no host": b"GET /sign-in HTTP/1.1\r\n\r\n",
    "two hosts": b"GET /sign-in HTTP/1.1\r\nHost: {host}\r\nHost: evil.example\r\n\r\n",
    "NUL in a header": b"GET /sign-in HTTP/1.1\r\nHost: {host}\r\nUser-Agent: a\0b\r\n\r\n",
    "bytes in a header": b"GET /sign-in HTTP/1.1\r\nHost: {host}\r\nUser-Agent: \xff\xfe\r\nAccept: \xff\r\n\r\n",
    "1000 headers": b"GET / HTTP/1.1\r\nHost: {host}\r\n" + b"X: y\r\n" * 1000 + b"\r\n",
    "an unknown verb": b"BREW /sign-in HTTP/1.1\r\nHost: {host}\r\n\r\n",
    "an old version": b"GET /sign-in HTTP/0.9\r\n\r\n",
}


def _say(portal: Portal, words: bytes) -> int:
    """Send this and nothing else. The answer's status; 0 if the server hung up."""
    place = urlsplit(portal.base)
    with socket.create_connection(("127.0.0.1", place.port or 80), timeout=60) as line:
        line.sendall(words)
        line.shutdown(socket.SHUT_WR)
        try:
            answer = line.recv(65536)
        except ConnectionResetError:
            return 0
    return int(answer.split()[1]) if answer else 0


def _get(portal: Portal, path: bytes, cookie: str) -> bytes:
    host = urlsplit(portal.base).netloc
    return (
        b"GET " + path + f" HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n".encode("latin-1")
    )


@pytest.mark.parametrize("half", [True, False], ids=["half in", "outside"])
def test_no_path_breaks_the_portal(portal: Portal, ben: Person, half: bool) -> None:
    """T43: refused, led on or not found, whoever asks; and nothing has changed."""
    if half:
        ben.sign_in()
    cookie = "; ".join(f"{cookie.name}={cookie.value}" for cookie in ben.browser.http.cookies)
    before = about(ben)
    answers = {name: _say(portal, _get(portal, path, cookie)) for name, path in PATHS.items()}
    assert {name: status for name, status in answers.items() if status >= 500} == {}
    assert about(ben) == before


@pytest.mark.parametrize("name", ["sign-in", "visit", "reset", "portal", "remember_token", "session"])
def test_no_cookie_breaks_a_page(portal: Portal, name: str) -> None:
    """T14: a cookie nobody gave opens nothing and breaks nothing, on pages for everybody and on those inside."""
    pages = (b"/", b"/sign-in", b"/register/confirm", b"/password/reset", b"/security")
    spoilt = {
        f"{word} at {page.decode()}": _say(portal, _get(portal, page, f"{name}={text}"))
        for word, text in COOKIES.items()
        for page in pages
    }
    spoilt["a hundred"] = _say(portal, _get(portal, b"/", "; ".join(f"{name}=a{i}" for i in range(100))))
    spoilt["a thousand others"] = _say(portal, _get(portal, b"/sign-in", "; ".join(f"c{i}=a" for i in range(1000))))
    spoilt["no names"] = _say(portal, _get(portal, b"/", "=; ;;; =a; \t=\t"))
    assert {word: status for word, status in spoilt.items() if status >= 500} == {}
    answered = {word for word, status in spoilt.items() if status in (200, 303, 410)}
    assert len(answered) > len(spoilt) // 2  # most were looked at by the portal itself


def test_no_head_breaks_the_server(portal: Portal) -> None:
    """T46: what isn't HTTP is refused, and the next visitor is served."""
    host = urlsplit(portal.base).netloc.encode()
    answers = {name: _say(portal, words.replace(b"{host}", host)) for name, words in HEADS.items()}
    assert {name: status for name, status in answers.items() if status >= 500} == {}
    assert _say(portal, _get(portal, b"/sign-in", "a=b")) == 200
