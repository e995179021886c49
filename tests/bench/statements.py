"""How many statements the database is given for each page, counted in this process."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Flask
from werkzeug.test import TestResponse

from portal.extensions import db
from tests.bench.filling import token
from tests.bench.line import Answer
from tests.bench.load import address
from tests.bench.signing_in import Turns, sign_in
from tests.statements import statements_of

PAGES = ("/", "/security", "/security/recovery-codes")


@dataclass
class Inside:
    """A browser within the process."""

    app: Flask
    base: str

    def get(self, path: str, cookies: Mapping[str, str]) -> Answer:
        return self._ask("GET", path, cookies, {})

    def post(self, path: str, cookies: Mapping[str, str], form: Mapping[str, str]) -> Answer:
        return self._ask("POST", path, cookies, form)

    def _ask(self, method: str, path: str, cookies: Mapping[str, str], form: Mapping[str, str]) -> Answer:
        client = self.app.test_client(use_cookies=False)
        cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())
        headers = {"Cookie": cookie, "Origin": self.base, "X-Forwarded-For": address()}
        answer = client.open(path, method=method, data=form, headers=headers, base_url=self.base, buffered=True)
        return Answer(answer.status_code, _head(answer), answer.data)


def counted(app: Flask, turns: Turns) -> dict[str, int]:
    """Statements of each request of a whole sign-in, and of the pages of somebody who is in."""
    inside = Inside(app, app.extensions["portal.settings"].base_url)
    found: dict[str, int] = {}
    with statements_of(app) as given:

        def note(what: str) -> None:
            found[what] = len(given)

        sign_in(inside, *turns(), asked=note)
        for page in PAGES:
            note(page)
            assert inside.get(page, {"sign-in": token(1)}).status == 200, page
        ends = [*list(found.values())[1:], len(given)]
    with app.app_context():
        db.engine.dispose()
    return {what: end - began for (what, began), end in zip(found.items(), ends, strict=True)}


def _head(answer: TestResponse) -> bytes:
    """The headers as they would have come over a line."""
    return b"".join(f"\r\n{name}: {value}".encode() for name, value in answer.headers)
