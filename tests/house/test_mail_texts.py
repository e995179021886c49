"""Every mail the portal can send: a subject, a plain text and an HTML text that say the same."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from html5lib import HTMLParser

from config import ROOT
from portal.access.events import KINDS, Told

FOLDERS = sorted(path for path in (ROOT / "templates/email").iterdir() if path.is_dir())
CODE = "493028"
LINK = "https://portal.example.com/password/reset/token.signature"
FACTS = {
    "asked_at": datetime(2026, 11, 22, 14, 3, tzinfo=UTC),
    "code": CODE,
    "number": 2,
    "ip": "192.0.2.1",
    "agent": "Firefox on Linux",
    "link": LINK,
    "name": "Ada",
    "reason": "phone lost",
    "method": "totp",
    "left": 1,
    "failures": 7,
    "wrong": 3,
    "hours": 48,
    "ends_at": "2026-11-24T14:03:00+00:00",
    "lapses_at": "2026-11-27T14:03:00+00:00",
    "because": "link",
    "staff": "7",
    "role": "support",
    "back": 1,
    "gone": 2,
    "stays": 1,
    "not_me": "https://portal.example.com/not-me/token.signature",
    "days": 30,
}
NOTICES = [f"notice {kind.name}" for kind in KINDS.values() if kind.told is not Told.NEVER]
WITH_LINK = {"first_password", "password_reset", "lost_access", "staff_invitation"}
WITH_LINK |= {f"notice {kind.name}" for kind in KINDS.values() if kind.leads_to}
WITH_NOT_ME = {f"notice {kind.name}" for kind in KINDS.values() if kind.answered}
WITHOUT_CODE = WITH_LINK | {"already_registered", "password_unknown", *NOTICES}


def _parts(app: Flask, name: str) -> tuple[str, str, str]:
    """The three parts of a mail, or of a notice of this kind, with the facts that it has."""
    folder, facts = name, FACTS
    if name in NOTICES:
        folder, kind = "notice", KINDS[name.removeprefix("notice ")]
        told = {"asked_at", "ip", "agent", *kind.facts, *(("link",) if name in WITH_LINK else ())}
        told |= {"not_me"} if name in WITH_NOT_ME else set()
        facts = {"kind": kind.name, **{fact: FACTS[fact] for fact in told}}
    with app.app_context():
        names = (f"email/{folder}/{part}" for part in ("subject.txt", "body.txt", "body.html"))
        settings = app.extensions["portal.settings"]
        found = [app.jinja_env.get_template(part).render(settings=settings, **facts).strip() for part in names]
    return found[0], found[1], found[2]


@pytest.fixture(params=[*(path.name for path in FOLDERS if path.name != "notice"), *NOTICES])
def mail(request: pytest.FixtureRequest, house: Flask) -> tuple[str, str, str, str]:
    """Its name, subject, plain text and HTML text."""
    return (request.param, *_parts(house, request.param))


def test_the_mails_are_these() -> None:
    """A new one must be written down, with what its facts are."""
    assert {path.name for path in FOLDERS} == {
        "registration_code",
        "already_registered",
        "address_code",
        "enrol_code",
        "sign_in_code",
        "password_reset",
        "password_unknown",
        "first_password",
        "lost_access",
        "staff_invitation",
        "notice",
    }


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_a_mail_has_three_parts(folder: Path) -> None:
    assert sorted(path.name for path in folder.iterdir()) == ["body.html", "body.txt", "subject.txt"]


def test_a_mail_says_something(mail: tuple[str, str, str, str]) -> None:
    _, subject, plain, html = mail
    assert len(subject.splitlines()) == 1
    assert plain
    assert html


def test_the_plain_text_begins_with_the_code(mail: tuple[str, str, str, str]) -> None:
    """So that a preview shows it; in the HTML text it is the same."""
    name, subject, plain, html = mail
    assert (re.findall(r"\d{6,}", plain), re.findall(r"\d{6,}", html)) == (
        ([], []) if name in WITHOUT_CODE else ([CODE], [CODE])
    )
    assert plain.startswith(CODE) is (name not in WITHOUT_CODE)
    assert not re.search(r"\d{6}", subject)


def test_both_texts_name_the_same_numbers_and_times(mail: tuple[str, str, str, str]) -> None:
    """The code's number, when it was asked for with its zone, how long it works, from where."""
    name, _, plain, html = mail
    read = BeautifulSoup(html, "html5lib").body
    assert read
    pattern = r"\d+(?:[.:]\d+)*"
    assert sorted(re.findall(pattern, plain)) == sorted(re.findall(pattern, read.get_text(" ")))
    assert "22 November 2026, 14:03 UTC" in plain
    if name not in WITHOUT_CODE:
        assert "This is code 2, asked for on 22 November 2026, 14:03 UTC." in plain
        assert "10 minutes" in plain


def test_no_mail_has_a_link_but_its_own(mail: tuple[str, str, str, str]) -> None:
    """A link is the purpose of a few alone, and a notice has the one that says "This was not me"; the owner of an
    account is told where to sign in, as text."""
    name, _, plain, html = mail
    soup = BeautifulSoup(html, "html5lib")
    links = [LINK] * (name in WITH_LINK) + [str(FACTS["not_me"])] * (name in WITH_NOT_ME)
    assert [link["href"] for link in soup.find_all("a")] == links
    assert soup.find_all(["img", "link", "script"]) == []
    as_text = name in ("already_registered", "first_password")
    assert len(re.findall(r"https?://", plain)) == len(links) + as_text


def test_a_mail_says_what_to_do_if_it_was_not_you(mail: tuple[str, str, str, str]) -> None:
    _, _, plain, html = mail
    for text in (plain, html):
        assert re.search(r"If (it was not you|you did not|you are not|you know nothing)", text)
        assert "support@example.com" in text


def test_the_html_text_is_written_without_a_mistake(mail: tuple[str, str, str, str]) -> None:
    HTMLParser(strict=True).parse(mail[3])


def test_a_sign_in_code_says_from_where_it_was_asked(house: Flask) -> None:
    _, plain, html = _parts(house, "sign_in_code")
    for text in (plain, html):
        assert "That page was opened with Firefox on Linux from 192.0.2.1." in text


def test_what_a_browser_says_of_itself_stays_text(house: Flask) -> None:
    """No mark-up from outside comes into a mail."""
    with house.app_context():
        template = house.jinja_env.get_template("email/sign_in_code/body.html")
        facts = {**FACTS, "agent": "<a href='https://evil.example'>click</a>"}
        html = template.render(settings=house.extensions["portal.settings"], **facts)
    assert BeautifulSoup(html, "html5lib").find_all("a") == []


def test_what_a_customer_calls_an_app_stays_text(house: Flask) -> None:
    """T47: no mark-up of theirs, nor of the operator's reason, comes into a notice."""
    with house.app_context():
        template = house.jinja_env.get_template("email/notice/body.html")
        for fact, kind in (("name", "method_removed"), ("reason", "methods_reset")):
            facts = {**FACTS, "link": "", "kind": kind, fact: "<a href='https://evil.example'>click</a>"}
            html = template.render(settings=house.extensions["portal.settings"], **facts)
            assert not BeautifulSoup(html, "html5lib").select("a[href*=evil]")
            assert "click" in html


@pytest.mark.parametrize("name", NOTICES)
def test_a_notice_says_when_with_what_and_from_where(house: Flask, name: str) -> None:
    """ASVS 6.3.5, 6.3.7: the zone is named, so is the browser, so is the network address."""
    _, plain, html = _parts(house, name)
    read = BeautifulSoup(html, "html5lib").get_text(" ")
    for text in (plain, read):
        assert "When: 22 November 2026, 14:03 UTC" in text
        assert "With: Firefox on Linux" in text
        assert "From: 192.0.2.1" in text


def test_a_notice_of_the_operators_names_the_company_instead(house: Flask) -> None:
    with house.app_context():
        facts = {"kind": "methods_reset", "reason": "phone lost", "ip": "", "agent": "", "asked_at": FACTS["asked_at"]}
        settings = house.extensions["portal.settings"]
        text = house.jinja_env.get_template("email/notice/body.txt").render(settings=settings, **facts)
    assert f"By: {settings.company}" in text
    assert "From:" not in text
