"""One keep-alive connection of one visitor, spoken to in bytes: so cheap that the visitors are not what is measured."""

import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

HEADERS = (
    "Host: localhost:{port}\r\n"
    "X-Forwarded-For: {ip}\r\n"
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r\n"
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n"
    "Accept-Language: en-GB,en;q=0.5\r\n"
    "Accept-Encoding: gzip, deflate, br\r\n"
    "Sec-Fetch-Site: same-origin\r\n"
)
LENGTH = re.compile(rb"\r\nContent-Length: (\d+)", re.IGNORECASE)
COOKIE = re.compile(rb"\r\nSet-Cookie: ([^=]+)=([^;\r]*)", re.IGNORECASE)
LOCATION = re.compile(rb"\r\nLocation: ([^\r]+)", re.IGNORECASE)


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    head: bytes
    body: bytes

    @property
    def cookies(self) -> dict[str, str]:
        return {name.decode(): value.decode() for name, value in COOKIE.findall(self.head)}

    @property
    def location(self) -> str:
        found = LOCATION.search(self.head)
        assert found, f"{self.status} leads nowhere"
        return found[1].decode()


class Line:
    """A connection from a network address of one's own, which the portal believes its proxy."""

    def __init__(self, port: int, ip: str) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._origin = f"Origin: http://localhost:{port}\r\n"
        self._headers = HEADERS.format(port=port, ip=ip)

    def get(self, path: str, cookies: Mapping[str, str]) -> Answer:
        return self.ask(self.asked(path, cookies))

    def post(self, path: str, cookies: Mapping[str, str], form: Mapping[str, str]) -> Answer:
        body = urlencode(form)
        more = f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n{self._origin}"
        return self.ask(self._written("POST", path, cookies, more) + body.encode())

    def asked(self, path: str, cookies: Mapping[str, str]) -> bytes:
        """A page asked for, as it is sent."""
        return self._written("GET", path, cookies, "")

    def ask(self, written: bytes) -> Answer:
        self._socket.sendall(written)
        got = b""
        while b"\r\n\r\n" not in got:
            got += self._more()
        head, _, body = got.partition(b"\r\n\r\n")
        length = LENGTH.search(head)
        assert length, head
        while len(body) < int(length[1]):
            body += self._more()
        return Answer(int(head[9:12]), head, body)

    def close(self) -> None:
        self._socket.close()

    def _more(self) -> bytes:
        got = self._socket.recv(65536)
        assert got, "the server hung up"
        return got

    def _written(self, method: str, path: str, cookies: Mapping[str, str], more: str) -> bytes:
        cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())
        jar = f"Cookie: {cookie}\r\n" if cookie else ""
        return f"{method} {path} HTTP/1.1\r\n{self._headers}{jar}{more}\r\n".encode()
