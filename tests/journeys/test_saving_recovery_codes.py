"""The wizard's last page: ten recovery codes, shown until they are saved and never again (R5)."""

from datetime import timedelta

import pytest

from tests.journeys.ways import APP, RECOVERY_CODE, choose, codes_on, finish_app, register, save_codes
from tests.people import Person
from tests.portal_for_tests import Portal


@pytest.fixture
def before_the_codes(ada: Person) -> Person:
    """ada, whose app is on, on the page with her recovery codes."""
    register(ada)
    choose(ada, APP)
    finish_app(ada)
    ada.codes = codes_on(ada.browser.page)
    return ada


def test_there_are_ten_different_ones(before_the_codes: Person) -> None:
    """S1.8, R5: each on a line of its own."""
    assert len(set(before_the_codes.codes)) == 10


def test_the_page_says_how_to_keep_them(before_the_codes: Person) -> None:
    """S0.10, S1.8."""
    assert "Keep them in a safe place" in before_the_codes.browser.page.text
    assert "backup codes" in before_the_codes.browser.page.text


def test_reload_and_every_other_path_show_the_same_ten(before_the_codes: Person) -> None:
    for path in ("/onboarding/recovery-codes", "/", "/onboarding", "/security"):
        assert codes_on(before_the_codes.browser.open(path)) == before_the_codes.codes


def test_the_download_holds_the_same_ten(before_the_codes: Person) -> None:
    """S1.8: a text file that is saved, not shown."""
    page = before_the_codes.browser.page
    answer = before_the_codes.browser.open(page.links["Download"]).answer
    assert RECOVERY_CODE.findall(answer.text) == before_the_codes.codes
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="recovery-codes.txt"'


def test_copy_and_print_wait_for_the_script(before_the_codes: Person) -> None:
    """Without a script they could do nothing, so they are hidden."""
    buttons = before_the_codes.browser.page.soup.main
    assert buttons
    assert [button.get_text() for button in buttons.find_all("button", hidden=True)] == ["Copy", "Print"]


def test_the_box_must_be_ticked(before_the_codes: Person) -> None:
    page = before_the_codes.browser.press("Finish")
    assert page.problems == ["Save your recovery codes, then tick the box."]
    assert codes_on(page) == before_the_codes.codes


def test_after_finish_they_are_never_shown_again(before_the_codes: Person) -> None:
    save_codes(before_the_codes)
    for path in ("/onboarding/recovery-codes", "/onboarding/recovery-codes.txt"):
        assert before_the_codes.browser.open(path).path == "/"


def test_finishing_twice_leads_to_the_overview(before_the_codes: Person) -> None:
    form, data = before_the_codes.browser.filled("Finish", {"I have saved my recovery codes": True}, None)
    for page in ("/security/check-up", "/"):
        answer = before_the_codes.browser.post(str(form["action"]), data)
        assert (answer.status_code, answer.headers["Location"]) == (303, page)


def test_a_saved_code_lets_ada_in_without_her_app(before_the_codes: Person) -> None:
    """S0.10, S1.8."""
    save_codes(before_the_codes)
    before_the_codes.browser.press("Sign out")
    before_the_codes.sign_in()
    before_the_codes.browser.open("/sign-in/recovery-code")
    page = before_the_codes.browser.press("Verify code", {"Recovery code": before_the_codes.codes[0]})
    assert page.path == "/"


def test_a_new_sign_in_finds_the_set_unfinished(before_the_codes: Person) -> None:
    """R5: it can't read the codes; a button makes a new set."""
    page = before_the_codes.come_in(before_the_codes.browser.another())
    assert page.heading == "Make your recovery codes"
    assert not codes_on(page)


def test_the_button_makes_ten_new_ones(before_the_codes: Person) -> None:
    """R5: the old ones, which nobody finished, stop working."""
    before_the_codes.browser.press("Sign out")
    before_the_codes.come_in()
    made = codes_on(before_the_codes.browser.press("Make new recovery codes"))
    assert len(made) == 10
    assert not set(made) & set(before_the_codes.codes)
    assert save_codes(before_the_codes).path == "/"


def test_whoever_waits_too_long_finds_a_new_sign_in(before_the_codes: Person, portal: Portal) -> None:
    """The end of that sign-in erases the readable copy."""
    portal.age(timedelta(minutes=60))
    assert before_the_codes.browser.open("/").path == "/sign-in"
    assert before_the_codes.come_in().heading == "Make your recovery codes"
