"""A browser without a window: it reads a page's words and presses its buttons, as a customer does."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Self
from urllib.parse import urljoin, urlsplit

import requests
from bs4 import BeautifulSoup, Tag

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@dataclass
class Page:
    """One answer, read when it is looked at."""

    answer: requests.Response

    @cached_property
    def soup(self) -> BeautifulSoup:
        """Read by Python's own parser: a third of the strict one's time, and the same for a page without a mistake,
        which tests/house/test_pages.py sees to."""
        return BeautifulSoup(self.answer.text, "html.parser")

    @property
    def status(self) -> int:
        return self.answer.status_code

    @property
    def path(self) -> str:
        return urlsplit(self.answer.url).path

    @property
    def heading(self) -> str:
        found = self.soup.h1
        return words(found) if found else ""

    @property
    def text(self) -> str:
        return words(self.soup.body) if self.soup.body else ""

    @property
    def problems(self) -> list[str]:
        """The sentences of the error summary."""
        return [words(entry) for entry in self.soup.select("[role=alert] li")]

    @property
    def success(self) -> str:
        """The banner that says what was done."""
        found = self.soup.select_one(".banner-success")
        return words(found) if found else ""

    @property
    def buttons(self) -> list[str]:
        return [words(button) for button in self.soup.find_all("button") if not button.has_attr("hidden")]

    @property
    def links(self) -> dict[str, str]:
        return {words(link): str(link["href"]) for link in self.soup.find_all("a", href=True)}

    def section(self, heading: str) -> Tag:
        """The innermost part of the page that a heading stands over."""
        found = next(tag for tag in self.soup.find_all(["h2", "h3"]) if words(tag) == heading)
        return found.find_parent("section") or self.soup

    def button(self, name: str, under: str | None = None) -> Tag:
        """The button of that name, under that heading if there are several."""
        place = self.section(under) if under else self.soup
        found = [button for button in place.find_all("button") if words(button).startswith(name)]
        assert found, f"no button {name!r} on {self.path}: {self.buttons}"
        return next((button for button in found if words(button) == name), found[0])

    def field(self, label: str, form: Tag) -> str:
        """The name of the field with that label."""
        for found in form.find_all("label"):
            if words(found) == label:
                field = form.find(id=found["for"])
                assert isinstance(field, Tag)
                return str(field["name"])
        raise AssertionError(f"no field {label!r} on {self.path}")


class Browser:
    """One person's browser: cookies, a network address, and the page that is open."""

    def __init__(self, base: str, ip: str) -> None:
        self.base = base
        self.http = requests.Session()
        self.http.trust_env = False
        self.http.headers.update({"User-Agent": FIREFOX, "X-Forwarded-For": ip})
        self.page: Page

    def open(self, path: str) -> Page:
        """Follow a link or type an address."""
        return self._show(self.http.get(urljoin(self.base, path)))

    def press(self, button: str, answers: dict[str, str | bool] | None = None, under: str | None = None) -> Page:
        """Fill in the fields by their labels, press the button, and follow where it leads."""
        form, data = self.filled(button, answers or {}, under)
        if str(form.get("method", "get")).lower() == "get":
            return self._show(self.http.get(self._action(form), params=data))
        return self._show(self._send(self._action(form), data, {}, follow=True))

    def filled(self, button: str, answers: dict[str, str | bool], under: str | None) -> tuple[Tag, dict[str, str]]:
        """The form of a button, and what it would send."""
        form = self.page.button(button, under).find_parent("form")
        assert form is not None, f"{button} stands in no form"
        data = _as_it_stands(form)
        for label, answer in answers.items():
            name = self.page.field(label, form)
            if answer is False:
                data.pop(name, None)
            else:
                data[name] = "y" if answer is True else answer
        return form, data

    def post(self, path: str, data: dict[str, str], **headers: str) -> requests.Response:
        """Send a form as it is, from a page of the portal, and don't follow the redirect it leads to."""
        return self._send(path, data, headers, follow=False)

    def _send(self, path: str, data: dict[str, str], headers: dict[str, str], *, follow: bool) -> requests.Response:
        sent = {"Origin": self.base, **headers}
        return self.http.post(urljoin(self.base, path), data=data, headers=sent, allow_redirects=follow)

    def token(self) -> str:
        """The CSRF token of the page that is open."""
        field = self.page.soup.find("input", attrs={"name": "csrf_token"})
        assert isinstance(field, Tag), f"no form on {self.page.path}"
        return str(field["value"])

    def ready(self, button: str, answers: dict[str, str | bool] | None = None) -> tuple[str, dict[str, str]]:
        """Where a button would send its form, and what; for `post`."""
        form, data = self.filled(button, answers or {}, None)
        return self._action(form), data

    def tab(self) -> Self:
        """A second tab: the same cookies and page, a connection of its own."""
        tab = self.another()
        tab.http.cookies.update(self.http.cookies)
        tab.page = self.page
        return tab

    def wait(self) -> timedelta:
        """How long the page says it takes until another code may be asked for."""
        told = self.page.soup.select_one("[data-left]")
        return timedelta(seconds=int(str(told["data-left"]))) if told else timedelta()

    def another(self) -> Self:
        """A second browser of the same person: the same address, no cookies."""
        return type(self)(self.base, str(self.http.headers["X-Forwarded-For"]))

    def _action(self, form: Tag) -> str:
        return urljoin(self.page.answer.url, str(form.get("action", "")))

    def _show(self, answer: requests.Response) -> Page:
        self.page = Page(answer)
        assert self.page.status < 500, f"{answer.request.method} {answer.url}: {self.page.text[:500]}"
        return self.page


def words(tag: Tag) -> str:
    """The words of a part of a page as a reader sees them."""
    return " ".join(tag.get_text(" ").split())


def _as_it_stands(form: Tag) -> dict[str, str]:
    """What a form would send untouched."""
    data: dict[str, str] = {}
    for field in form.find_all(["input", "select", "textarea"]):
        if field.get("type") in ("checkbox", "radio") and not field.has_attr("checked"):
            continue
        if field.get("name"):
            data[str(field["name"])] = str(field.get("value", ""))
    return data
