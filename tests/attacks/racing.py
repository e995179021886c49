"""Many requests let go at the same instant."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from requests import Response

from tests.browser import Browser

T = TypeVar("T")
# Each race is run this often; a race that is won by chance is lost in more rounds.
ROUNDS = int(os.environ.get("ROUNDS", "3"))
AT_ONCE = 20


def race(n: int, browser: Browser, call: Callable[[Browser, int], T]) -> list[T]:
    """Let `n` tabs of one browser go together, each on a connection that stands already."""
    start = Barrier(n)

    def one(number: int) -> T:
        tab = browser.tab()
        tab.http.get(f"{tab.base}/healthz")
        start.wait()
        return call(tab, number)

    with ThreadPoolExecutor(n) as threads:
        return list(threads.map(one, range(n)))


def press_together(n: int, browser: Browser, button: str, answers: dict[str, str | bool]) -> list[Response]:
    """Press one button in `n` tabs at once."""
    path, data = browser.ready(button, answers)
    return race(n, browser, lambda tab, _: tab.post(path, data))


def let_in(answers: list[Response]) -> list[str]:
    """The tokens that answers gave away; a sign-in that is raised twice gives two, though the last alone opens it."""
    given = [answer.cookies.get("sign-in") for answer in answers]
    return [token for token in given if token]
