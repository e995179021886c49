"""What every page keeps to, in every state. The list of pages is `scenes.py`."""

import re
from collections.abc import Callable

import html5lib
import pytest
from bs4 import Tag
from flask import Flask
from html5lib.html5parser import ParseError

from config import ROOT
from tests.browser import words
from tests.house.scenes import Scene, walk

SCRIPTED = re.compile(r"^on[a-z]+$")
# Words that blame, beg or apologise (the plain ones say what to do).
UNWANTED = re.compile(r"\b(please|sorry|invalid|oops|unfortunately|illegal|forbidden)\b", re.IGNORECASE)
# Rendered inside another page or file, never as one.
PARTS = (
    "components/",
    "layouts/",
    "email/",
    "methods/",
    "problems.html",
    "flashes.html",
    "security/card.html",
    "security/activity_words.html",
    "setup/",
    "security/check_up_advice.html",
    "security/check_up_answer.html",
    "security/new_phone_name.html",
    "security/old_phones.html",
)


@pytest.fixture(scope="module")
def scenes(house: Flask) -> list[Scene]:
    return list(walk(house))


def faults(scenes: list[Scene], check: Callable[[Scene], object]) -> list[str]:
    """The pages of which something is to be said, with what it is."""
    return [f"{scene.name}: {found}" for scene in scenes if (found := check(scene))]


def test_every_page_is_the_one_that_was_meant(scenes: list[Scene]) -> None:
    """A state that leads elsewhere would let a page slip through the tests below."""

    def check(scene: Scene) -> object:
        status, heading = scene.expected
        shown = words(scene.soup.h1) if scene.soup.h1 else ""
        return (scene.status, shown) if scene.status != status or (heading and shown != heading) else None

    assert faults(scenes, check) == []


def test_every_page_there_is_was_looked_at(scenes: list[Scene]) -> None:
    """By its template."""
    seen = set().union(*(scene.templates for scene in scenes)) | {"errors/page.html", "errors/limited.html"}
    there = {str(path.relative_to(ROOT / "templates")) for path in (ROOT / "templates").rglob("*.html")}
    pages = {name for name in there if not name.startswith(PARTS)} - {"auth/verify.html"}
    pages |= {name for name in there if re.fullmatch(r"methods/\w+/(setup|check)\.html", name)}
    pages |= {"setup/confirm_password.html"}
    assert pages - seen == set()


def test_one_heading_begins_the_title(scenes: list[Scene]) -> None:
    """After "Error: " when an answer has a problem, and only then."""

    def check(scene: Scene) -> object:
        headings, title = scene.soup.find_all("h1"), words(scene.soup.title or Tag(name="x"))
        error = "Error: " if scene.soup.select("[role=alert] li") else ""
        right = len(headings) == 1 and title.startswith(f"{error}{words(headings[0])} –")
        return None if right else (title, [words(heading) for heading in headings])

    assert faults(scenes, check) == []


def test_what_has_a_problem_says_so_in_its_title(scenes: list[Scene]) -> None:
    assert faults([s for s in scenes if s.status == 422], lambda s: "<title>Error: " not in s.html) == []


def test_every_page_is_written_without_a_mistake(scenes: list[Scene]) -> None:
    """By the HTML standard's own parser, at its strictest."""

    def check(scene: Scene) -> object:
        try:
            html5lib.HTMLParser(strict=True).parse(scene.html)
        except ParseError as mistake:
            return str(mistake) or "cannot be parsed"
        return None

    assert faults(scenes, check) == []


def test_every_form_says_where_it_goes_and_carries_its_token(scenes: list[Scene]) -> None:
    def check(scene: Scene) -> object:
        return [
            str(form)[:120]
            for form in scene.soup.find_all("form")
            if not str(form.get("action", "")).startswith("/")
            or (form.get("method") == "post") != bool(form.find("input", attrs={"name": "csrf_token"}))
        ]

    assert faults(scenes, check) == []


def test_no_page_holds_a_script_or_a_style(scenes: list[Scene]) -> None:
    """The Content-Security-Policy would stop them."""

    def check(scene: Scene) -> object:
        tags = scene.soup.find_all(True)
        found: list[str] = [str(tag)[:80] for tag in tags if tag.name == "style" or tag.has_attr("style")]
        found += [str(tag)[:80] for tag in tags if tag.name == "script" and (tag.string or not tag.has_attr("src"))]
        found += [str(tag)[:80] for tag in tags if any(SCRIPTED.match(name) for name in tag.attrs)]
        return found + [str(tag)[:80] for tag in tags if str(tag.get("href", "")).startswith("javascript:")]

    assert faults(scenes, check) == []


def test_everything_comes_from_the_portal_itself(scenes: list[Scene]) -> None:
    def check(scene: Scene) -> object:
        loaded = [tag.get("src") or tag.get("href") for tag in scene.soup.find_all(["script", "link", "img"])]
        return [address for address in loaded if not str(address).startswith("/")]

    assert faults(scenes, check) == []


def test_ids_are_unique_and_every_reference_has_its_target(scenes: list[Scene]) -> None:
    """Labels, descriptions, headings of sections, the lines of the error summary."""

    def check(scene: Scene) -> object:
        ids = [str(tag["id"]) for tag in scene.soup.find_all(id=True)]
        named = [str(tag["for"]) for tag in scene.soup.find_all("label")]
        for attribute in ("aria-describedby", "aria-labelledby", "popovertarget"):
            named += [id for tag in scene.soup.select(f"[{attribute}]") for id in str(tag[attribute]).split()]
        named += [str(link["href"])[1:] for link in scene.soup.select("a[href^='#']")]
        return sorted({id for id in ids if ids.count(id) > 1} | {id for id in named if id not in ids})

    assert faults(scenes, check) == []


def test_every_line_of_the_error_summary_leads_to_a_field(scenes: list[Scene]) -> None:
    def check(scene: Scene) -> object:
        lines = scene.soup.select("[role=alert] li a")
        targets = [scene.soup.find(id=str(line["href"])[1:]) for line in lines]
        fields = [target for target in targets if isinstance(target, Tag) and target.name == "input"]
        return [words(line) for line in lines] if len(fields) != len(lines) else None

    problems = [scene for scene in scenes if scene.status == 422]
    assert len(problems) > 10
    assert faults(problems, check) == []
    assert faults(problems, lambda scene: not scene.soup.select("[role=alert] li a")) == []


def test_every_field_has_its_label(scenes: list[Scene]) -> None:
    def check(scene: Scene) -> object:
        labelled = {str(label["for"]) for label in scene.soup.find_all("label")}
        fields = scene.soup.find_all(["input", "select", "textarea"])
        seen = [field for field in fields if field.get("type") != "hidden" and field.get("aria-hidden") != "true"]
        return [str(field)[:100] for field in seen if field.get("id") not in labelled]

    assert faults(scenes, check) == []


def test_no_button_is_disabled_and_no_label_a_placeholder(scenes: list[Scene]) -> None:
    def check(scene: Scene) -> object:
        return [str(tag)[:100] for tag in scene.soup.select("[disabled], [placeholder], [autofocus], [maxlength]")]

    assert faults(scenes, check) == []


def test_every_code_field_can_be_filled_by_the_phone(scenes: list[Scene]) -> None:
    """`autocomplete="one-time-code"` and digits on the keyboard."""

    def check(scene: Scene) -> object:
        fields = scene.soup.select("input[name=code]")
        return [
            str(field)[:120]
            for field in fields
            if (field.get("autocomplete"), field.get("inputmode")) != ("one-time-code", "numeric")
            and field.get("autocapitalize") != "characters"  # a recovery code
        ]

    assert faults(scenes, check) == []


def test_no_page_begs_blames_or_apologises(scenes: list[Scene]) -> None:
    def check(scene: Scene) -> object:
        return UNWANTED.findall(words(scene.soup.body or Tag(name="x")))

    assert faults(scenes, check) == []


def test_whoever_is_half_in_or_in_can_sign_out_everywhere(scenes: list[Scene]) -> None:
    def check(scene: Scene) -> object:
        buttons = {words(button) for button in scene.soup.find_all("button")}
        strangers = ["outside", "registering", "registered", "forgotten", "first_password", "wait_over_link_followed"]
        strangers += ["invitation_followed"]
        strangers += [f"{link}_link_followed" for link in ("open", "begin", "begun", "stop")]
        strangers += ["not_me_followed", "not_me_about_an_addition"]
        nobody = tuple(f"({name})" for name in strangers)
        someone = not scene.name.endswith(nobody)
        return someone != ("Sign out" in buttons)

    assert faults([scene for scene in scenes if "(" in scene.name], check) == []


def test_support_stands_on_every_page(scenes: list[Scene]) -> None:
    """S0.11: usable while signed out."""
    assert faults(scenes, lambda scene: not scene.soup.select("a[href='mailto:support@example.com']")) == []
