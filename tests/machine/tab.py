"""A browser at its barest: cookies, one form token, a new network address for every request."""

import itertools
import re
from typing import Any
from urllib.parse import urlsplit

import requests

from tests.browser import FIREFOX
from tests.machine.model import Link, Registration, Visit

SIGN_IN = "sign-in"
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_addresses = itertools.count(1)


def address() -> str:
    """A network address of which nobody has counted anything."""
    number = next(_addresses)
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


class Tab:
    """One of the browsers, and what the model says it holds: a sign-in, a registration, an opened link."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.http = requests.Session()
        self.http.trust_env = False
        self.http.headers.update({"User-Agent": FIREFOX, "Origin": base})
        self.visit: Visit | None = None
        self.registration: Registration | None = None
        self.link: Link | None = None
        self.sent: list[tuple[str, tuple[Any, ...]]] = []
        self.replaced: list[str] = []  # tokens this browser had, which must open nothing
        self.token = ""
        self.get("/sign-in")

    def get(self, path: str) -> requests.Response:
        return self._read(self.http.get(self.base + path, headers=_from(), allow_redirects=False))

    def post(self, path: str, **data: str) -> requests.Response:
        form = {"csrf_token": self.token, **data}
        return self._read(self.http.post(self.base + path, data=form, headers=_from(), allow_redirects=False))

    @property
    def cookie(self) -> str | None:
        """The token of the sign-in."""
        return self.http.cookies.get(SIGN_IN)

    def _read(self, answer: requests.Response) -> requests.Response:
        assert answer.status_code < 500, f"{told(answer)}: {answer.text[:500]}"
        if found := TOKEN.search(answer.text):
            self.token = found[1]
        before = answer.request.headers.get("Cookie", "")
        for token in re.findall(rf"\b{SIGN_IN}=([^;]+)", before):
            if token != self.cookie:
                self.replaced.append(token)
        return answer


def opens(base: str, token: str) -> requests.Response:
    """What somebody gets who holds nothing but the token of a sign-in."""
    headers = {"Cookie": f"{SIGN_IN}={token}", **_from()}
    return requests.get(f"{base}/security", headers=headers, allow_redirects=False, timeout=30)


def told(answer: requests.Response) -> str:
    """An answer in one line."""
    return f"{answer.request.method} {urlsplit(answer.url).path} → {answer.status_code} {where(answer)}"


def where(answer: requests.Response) -> str:
    """The path an answer leads to."""
    return urlsplit(answer.headers.get("Location", "")).path


def _from() -> dict[str, str]:
    return {"X-Forwarded-For": address()}
