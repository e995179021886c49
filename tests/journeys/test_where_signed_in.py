"""Where one is signed in: seen, and ended."""

from tests.browser import Browser
from tests.journeys.ways import APP_FIELD, to_security
from tests.people import Person

ENDED = "This sign-in was ended from another one of yours."
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) Version/18.5 Mobile/15E148 Safari/604.1"


def cards(person: Person) -> list[str]:
    """What the list says of each sign-in."""
    page = person.browser.open("/security/sign-ins")
    return [" ".join(card.get_text(" ").split()) for card in page.soup.select(".card")]


def phone(person: Person) -> Browser:
    """A phone of theirs, at another network address."""
    found = Browser(person.portal.base, "203.0.113.7")
    found.http.headers["User-Agent"] = PHONE
    return found


def test_ben_sees_where_he_is_signed_in(ben: Person) -> None:
    """Browser, system, address, since, last seen; this one is marked and first; a half-finished one is no place."""
    ben.come_in(phone(ben))
    ben.come_in()
    ben.sign_in(ben.browser.another())
    to_security(ben)
    assert ben.browser.open(ben.browser.page.links["Your sign-ins"]).heading == "Your sign-ins"
    here, there = cards(ben)
    assert here.startswith("Firefox on Linux This one Since ")
    assert there.startswith("Safari on iPhone Since ")
    assert ("From 203.0.113.7" in there, "Last seen" in there, "UTC" in there) == (True, True, True)


def test_ben_ends_one_of_them_which_says_why(ben: Person) -> None:
    """ASVS 7.5.2."""
    lost, kept = phone(ben), ben.browser.another()
    ben.come_in(kept)
    ben.come_in(lost)
    ben.come_in()
    ben.browser.open("/security/sign-ins")
    page = ben.browser.press("End")
    assert (page.path, page.success) == ("/security/sign-ins", "That sign-in is ended.")
    page = lost.open("/security")
    assert (page.path, ENDED in page.text) == ("/sign-in", True)
    assert (kept.open("/").path, ben.browser.open("/").path) == ("/", "/")


def test_ben_ends_all_others(ben: Person) -> None:
    """Those that are half finished too."""
    lost, half = phone(ben), ben.browser.another()
    ben.come_in(lost)
    ben.sign_in(half)
    ben.come_in()
    ben.browser.open("/security/sign-ins")
    page = ben.browser.press("End all others")
    assert page.success == "Every other sign-in of yours is ended."
    assert len(cards(ben)) == 1
    assert ENDED in lost.open("/").text
    assert half.press("Verify code", {APP_FIELD: ben.app_code()}).path == "/sign-in"
    assert "End all others" not in ben.browser.page.buttons


def test_a_second_click_on_end_ends_nothing_more(ben: Person) -> None:
    ben.come_in(ben.browser.another())
    ben.come_in()
    ben.browser.open("/security/sign-ins")
    path, data = ben.browser.ready("End")
    assert [ben.browser.post(path, data).status_code for _ in range(2)] == [303, 303]
    assert ben.browser.open("/").path == "/"


def test_ben_signs_out_from_the_list(ben: Person) -> None:
    ben.come_in()
    ben.browser.open("/security/sign-ins")
    assert ben.browser.press("Sign out").path == "/sign-in"
