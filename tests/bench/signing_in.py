"""A whole sign-in as a customer's own browser makes it: the form, the password, the code's form, the code, the page.

The browser is known from before: a new one would be told to the owner, which is not what happens every morning.
"""

import re
import time
from collections.abc import Callable, Mapping
from itertools import count
from typing import Protocol

from portal.access.limits import STEP
from portal.methods.totp import code_at
from tests.bench.argon import PASSWORD
from tests.bench.filling import VISITORS, email, mark, secret
from tests.bench.line import Answer

TOKEN = re.compile(rb'name="csrf_token" value="([^"]+)"')


BUSY = 0.2  # seconds: much less than the page says, for the pause would be measured, too


class Browser(Protocol):
    """Something to ask pages of."""

    def get(self, path: str, cookies: Mapping[str, str]) -> Answer: ...

    def post(self, path: str, cookies: Mapping[str, str], form: Mapping[str, str]) -> Answer: ...


def sign_in(browser: Browser, number: int, code: str, asked: Callable[[str], None] = lambda _: None) -> int:
    """Come in as that customer. Before each request `asked` is told which it is.

    Returns how often the portal was busy: then the form is sent once more, as its page advises.
    """
    cookies = {"device": mark(number)}
    busy = 0

    def sent(where: str, **form: str) -> str:
        nonlocal busy
        while (answer := browser.post(where, cookies, form)).status == 503:
            busy += 1
            time.sleep(BUSY)
        assert answer.status == 303, (where, answer.status, re.findall(rb"<h1>.*</h1>|<li>.*</li>", answer.body))
        cookies.update(answer.cookies)
        return answer.location

    def seen(where: str) -> str:
        answer = browser.get(where, cookies)
        assert answer.status == 200, (where, answer.status, answer.head)
        cookies.update(answer.cookies)
        found = TOKEN.search(answer.body)
        assert found, where
        return found[1].decode()

    asked("the form")
    csrf = seen("/sign-in")
    asked("the password")
    check = sent("/sign-in", csrf_token=csrf, email=email(number), password=PASSWORD)
    asked("the code's form")
    csrf = seen(check)
    asked("the code")
    page = sent(check, csrf_token=csrf, code=code)
    asked("the page")
    seen(page)
    return busy


class Turns:
    """Whose turn it is: each time the next customer of those who share a password's hash, with an unused code.

    A code works once, and a customer's next one half a minute later: who has used this half minute's is passed over.
    """

    def __init__(self, users: int, first: int, every: int) -> None:
        self._numbers = range(VISITORS + first, users + 1, every)
        self._next = count()
        self._used: dict[int, int] = {}

    def __call__(self) -> tuple[int, str]:
        """The customer's number and code."""
        while True:
            present = int(time.time()) // STEP
            for _ in self._numbers:
                number = self._numbers[next(self._next) % len(self._numbers)]
                if self._used.get(number, 0) < present:
                    self._used[number] = present
                    return number, code_at(secret(number), present)
            time.sleep(1)
