"""A hostile visitor at one page, in one state. After every request it is asked what it did; whenever something has
changed, everything is made anew, so that each request meets the same."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from bs4 import BeautifulSoup, Tag
from flask import Flask
from sqlalchemy import event
from werkzeug.test import TestResponse

from portal.extensions import db
from tests.attacks.changes import TRIES, Changes, changes, every_row, forget_tries, no_rows
from tests.attacks.hostile import Sent, encoded
from tests.house.conftest import Inside
from tests.house.states import State

Make = Callable[[], State]


@dataclass(frozen=True)
class Found:
    """A form on a page: the view it goes to, where that is, and its fields as they stand."""

    endpoint: str
    action: str
    fields: tuple[tuple[str, str], ...]

    @property
    def kind(self) -> tuple[str, frozenset[str]]:
        return self.endpoint, frozenset(name for name, _ in self.fields)


class Visit:
    """Somebody in a state, who has opened a page and goes on from there by hand."""

    def __init__(self, app: Flask, make: Make, page: str) -> None:
        self.app, self.make, self.page = app, make, page
        self.right: Changes = []  # what a press as it is meant to be changes
        self.wrote = self.counted = False

    def __enter__(self) -> Self:
        with self.app.app_context():
            event.listen(db.engine, "before_cursor_execute", self._note)
        self._begin()
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        with self.app.app_context():
            event.remove(db.engine, "before_cursor_execute", self._note)

    def forms(self) -> list[Found]:
        """The forms of the page that change something."""
        return [self._found(form) for form in self.soup.find_all("form") if str(form.get("method")).lower() == "post"]

    def learn(self, form: Found, typed: dict[str, str]) -> None:
        """See what a press as it is meant to be changes: these answers, the other fields as they stand."""
        fields = [(name, typed.get(name, value).encode()) for name, value in form.fields]
        self.right = []
        self._send(form.action, Sent(encoded(fields)), "POST")
        self.right = changes(self.before, every_row(self.app))
        self._begin()

    def judge(self, path: str, sent: Sent, verb: str = "POST") -> str:
        """Send it. What is wrong with the answer, or nothing."""
        self.wrote = self.counted = False
        answer = self._send(path, sent, verb)
        if self.wrote or self.counted:
            forget_tries(self.app)
        if answer.status_code >= 500:
            return f"{answer.status_code}"
        if not self.wrote:
            return ""
        done = changes(self.before, every_row(self.app))
        if done:
            self._begin()
        return "" if done in ([], self.right) else f"{answer.status_code}: {done} instead of {self.right}"

    def spelled(self, words: Iterable[str], ids: Iterable[str]) -> list[str]:
        """Every address with a part that may differ, that part spelled in each of these ways."""
        rules = [rule.rule for rule in self.app.url_map.iter_rules()]
        numbered = [rule.replace("<method>", "totp") for rule in rules if "<int:id>" in rule]
        paths = {rule.replace("<int:id>", number) for number in ids for rule in numbered}
        mine = [rule.replace("<int:id>", str(self.id)) for rule in rules]
        for word in words:
            paths |= {re.sub("<.*>", word.replace("\\", ""), rule) for rule in mine if "<" in rule}
        return sorted(paths)

    def _begin(self) -> None:
        """Everything anew: empty tables, the state, the page."""
        no_rows(self.app)
        with self.app.app_context():
            state = self.make()
        forget_tries(self.app)
        self.browser, self.id = Inside(self.app, state), state.id
        opened = self.browser.open(self.page.format(id=state.id))
        self.soup = BeautifulSoup(opened.text, "html.parser")
        token = self.soup.find("input", attrs={"name": "csrf_token"})
        self.token = str(token["value"]) if isinstance(token, Tag) else self.browser.token()
        self.before = every_row(self.app)

    def _found(self, form: Tag) -> Found:
        action = str(form.get("action") or self.page.format(id=self.id))
        fields: dict[str, str] = {}
        for field in form.find_all(["input", "select", "textarea", "button"]):
            name = str(field.get("name", "csrf_token"))
            if name != "csrf_token" and (field.get("type") != "radio" or field.has_attr("checked")):
                fields.setdefault(name, str(field.get("value", "")))
        return Found(self._endpoint(action), action, tuple(fields.items()))

    def _endpoint(self, action: str) -> str:
        with self.app.test_request_context(base_url=self.browser.base) as asked:
            adapter = asked.url_adapter
            assert adapter
            return str(adapter.match(urlsplit(action).path, "POST")[0])

    def _send(self, path: str, sent: Sent, verb: str) -> TestResponse:
        """With the token in a header, so that whatever the body is, it is looked at."""
        headers = {"Origin": self.browser.base, "X-CSRFToken": self.token}
        return self.browser.client.open(
            path if not sent.query else f"{path.partition('?')[0]}?{sent.query.decode()}",
            method=verb,
            data=sent.body or None,
            content_type=sent.kind,
            headers=headers,
            base_url=self.browser.base,
        )

    def _note(self, _connection: object, _cursor: object, statement: str, *_: object) -> None:
        words = statement.split(maxsplit=4)
        self.counted = self.counted or "counters" in words
        self.wrote = self.wrote or not (words[0] in ("SELECT", "PRAGMA", "BEGIN") or TRIES & set(words))
