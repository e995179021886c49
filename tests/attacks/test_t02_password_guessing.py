"""One account's password guessed from many network addresses."""

from datetime import timedelta

from requests import Response

from tests.people import People, Person

WAITS = [30, 60, 120, 240, 480, 900, 900]  # seconds, after five free tries


def guess(guesser: Person, email: str, password: str = "not the password") -> Response:
    guesser.browser.open("/sign-in")
    path, data = guesser.browser.ready("Sign in", {"Email address": email, "Password": password})
    return guesser.browser.post(path, data)


def waits_met(people: People, email: str, tries: int) -> list[int]:
    """Guess, each time from a new network address; wait whenever told to, and note for how long."""
    met = []
    for _ in range(tries):
        answer = guess(people.somebody("eve"), email)
        if answer.status_code == 429:
            wait = int(answer.headers["Retry-After"])
            met.append(round(wait, -1))
            people.portal.age(timedelta(seconds=wait))
            answer = guess(people.somebody("eve"), email)
        assert answer.status_code == 422
    return met


def test_the_waits_grow_from_wherever_the_guesses_come(ben: Person, people: People) -> None:
    """T02: five free, then 30 s, 1, 2, 4, 8, 15 min for the address typed, not for the network address."""
    assert waits_met(people, ben.email, 5 + len(WAITS)) == WAITS


def test_an_unknown_address_meets_the_same_waits(people: People) -> None:
    """T02, T10: a wait doesn't tell that somebody has the address."""
    assert waits_met(people, "nobody.at.all@example.org", 5 + len(WAITS)) == WAITS


def test_the_right_password_waits_too(ben: Person, people: People) -> None:
    """T02: else the wait would not slow a guesser down."""
    for _ in range(5):
        guess(people.somebody("eve"), ben.email)
    assert guess(ben, ben.email, ben.password).status_code == 429
    ben.portal.age(timedelta(seconds=30))
    assert guess(ben, ben.email, ben.password).status_code == 303


def test_spellings_of_one_address_share_its_tries(ben: Person, people: People) -> None:
    """T02: capitals and blanks make no fresh budget."""
    spellings = [ben.email, ben.email.upper(), f" {ben.email} ", ben.email.title(), ben.email.replace("org", "ORG")]
    for spelling in spellings:
        assert guess(people.somebody("eve"), spelling).status_code == 422
    assert guess(people.somebody("eve"), ben.email.swapcase()).status_code == 429


def test_a_right_password_between_buys_no_new_tries(ben: Person, people: People) -> None:
    """T02: only a finished sign-in forgets what was wrong; whoever has the password alone doesn't finish."""
    for _ in range(4):
        guess(people.somebody("eve"), ben.email)
    assert guess(ben, ben.email, ben.password).status_code == 303
    assert guess(people.somebody("eve"), ben.email).status_code == 422
    assert guess(people.somebody("eve"), ben.email).status_code == 429
