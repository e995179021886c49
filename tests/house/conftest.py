"""The house tests look at the whole portal from inside, in this process."""

import re
from collections.abc import Mapping

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from portal.database import Base, writing
from portal.extensions import db
from tests.house.states import State


class Inside:
    """A browser in this process. Each request has a context of its own, as on a server."""

    def __init__(self, app: Flask, state: State | None = None) -> None:
        self.client = app.test_client()
        self.base = app.extensions["portal.settings"].base_url
        for name, value in (state or State()).cookies.items():
            self.client.set_cookie(name, value)

    def open(self, path: str) -> TestResponse:
        return self.client.get(path, base_url=self.base, buffered=True)

    def send(self, path: str, data: Mapping[str, str], **headers: str) -> TestResponse:
        """Send a form as a page of the portal would, with the token of a page that is open at this step."""
        form = {"csrf_token": self.token(), **data}
        sent = {"Origin": self.base, **headers}
        return self.client.post(path, data=form, headers=sent, base_url=self.base)

    def form(self, path: str) -> dict[str, str]:
        """The hidden fields of the form on a page."""
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.open(path).text)
        assert found, f"no form on {path}"
        return {"csrf_token": found[1]}

    def send_filled(self, path: str, form: Mapping[str, str]) -> TestResponse:
        """Send a form that was read before."""
        return self.client.post(path, data=form, headers={"Origin": self.base}, base_url=self.base)

    def token(self) -> str:
        for path in ("/sign-in", "/"):
            if found := re.search(r'name="csrf_token" value="([^"]+)"', self.open(path).text):
                return found[1]
        raise AssertionError("no page has a form")


@pytest.fixture(scope="session")
def house(quiet_portal: Flask) -> Flask:
    """The application on empty tables, in no context."""
    with quiet_portal.app_context(), writing(db.engine).begin() as rows:
        for table in reversed(Base.metadata.sorted_tables):
            rows.execute(table.delete())
    return quiet_portal
