"""Passwords: what is accepted as a new one, and that checking one is the same work for everybody."""

import unicodedata
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Semaphore

import argon2
import pytest

from portal.access import passwords
from portal.access.passwords import Hasher, check_new
from portal.access.problems import (
    Busy,
    PasswordCommon,
    PasswordInContext,
    PasswordMissing,
    PasswordTooLong,
    PasswordTooShort,
)

CHEAP = (8, 1, 1)
WORDS = ("Ada Lovelace", "ada.byron@example.org", "Example Company")


@pytest.fixture(scope="module")
def hasher() -> Hasher:
    return Hasher(CHEAP)


def test_twelve_code_points_are_enough_and_eleven_are_not() -> None:
    check_new("twelve chars", 12, ())
    with pytest.raises(PasswordTooShort):
        check_new("eleven char", 12, ())


def test_a_character_is_one_whatever_its_bytes() -> None:
    """A 6.2.1: twelve emoji are twelve characters, three are not, though they are twelve bytes."""
    check_new("🐻🍵🌵🚲🐻🍵🌵🚲🐻🍵🌵🚲", 12, ())
    with pytest.raises(PasswordTooShort):
        check_new("🐻🍵🌵", 12, ())


def test_256_characters_are_taken_and_one_more_is_not() -> None:
    phrase = "a long walk " * 22
    check_new(phrase[:256], 12, ())
    with pytest.raises(PasswordTooLong):
        check_new(phrase[:257], 12, ())


def test_nothing_is_no_password() -> None:
    with pytest.raises(PasswordMissing):
        check_new("", 12, ())


def test_no_composition_is_asked_for() -> None:
    """NIST SP 800-63B-4, 3.1.1.2: spaces, one case, no digits: all fine."""
    check_new("only small letters and blanks", 12, ())


@pytest.mark.parametrize(
    "password",
    ["password1234", "PASSWORD1234", "qwertyuiop123", "ｐａｓｓｗｏｒｄ１２３４", "aaaaaaaaaaaaaaaa", "121212121212"],
)
def test_what_attackers_try_first_is_refused(password: str) -> None:
    """A 6.2.4: in every case, and in full-width letters."""
    with pytest.raises(PasswordCommon):
        check_new(password, 12, ())


def test_the_list_holds_enough_that_a_long_password_could_be() -> None:
    """At least 3 000 of twelve or more characters, each written as it is compared."""
    listed = passwords._common()
    assert sum(len(entry) >= 12 for entry in listed) >= 3000
    assert all(entry == unicodedata.normalize("NFKC", entry).casefold() for entry in listed)


@pytest.mark.parametrize(
    "password",
    [
        "adalovelace1",
        "LovelaceLovelace",
        "ada.byron@example.org",
        "Ada.Byron2024!",
        "ExampleCompany!",
        "company-example-24",
        "byronbyronbyron",
        "ｌｏｖｅｌａｃｅ１２３４",
    ],
)
def test_a_password_made_of_the_customers_own_words_is_refused(password: str) -> None:
    """A 6.2.11: name, address, the company."""
    with pytest.raises(PasswordInContext):
        check_new(password, 12, WORDS)


def test_a_word_of_ones_own_inside_a_good_password_does_no_harm() -> None:
    check_new("lovelace walks to a quiet pond", 12, WORDS)


def test_a_right_password_is_right_and_a_wrong_one_wrong(hasher: Hasher) -> None:
    stored = hasher.hash("a quiet green teapot")
    assert hasher.verify(stored, "a quiet green teapot")
    assert not hasher.verify(stored, "A quiet green teapot")
    assert not hasher.verify(stored, "a quiet green teapot ")
    assert not hasher.verify(stored, "")


def test_the_same_word_from_another_keyboard_is_the_same(hasher: Hasher) -> None:
    """NFKC: a letter with its accent, or followed by it; full-width letters."""
    stored = hasher.hash("caf\N{LATIN SMALL LETTER E WITH ACUTE} and a teapot")
    assert hasher.verify(stored, "cafe\N{COMBINING ACUTE ACCENT} and a teapot")
    assert hasher.verify(stored, "ｃａｆé and a teapot")


def test_every_character_counts(hasher: Hasher) -> None:
    """Nothing is cut: not at 72 bytes, not at a NUL."""
    assert not hasher.verify(hasher.hash("x" * 255 + "y"), "x" * 255 + "z")
    assert not hasher.verify(hasher.hash("a quiet\0green teapot"), "a quiet\0brown teapot")


def test_two_customers_with_one_password_have_different_hashes(hasher: Hasher) -> None:
    assert hasher.hash("a quiet green teapot") != hasher.hash("a quiet green teapot")


def test_the_cost_is_the_one_that_was_set() -> None:
    assert Hasher((64, 2, 1)).hash("x").startswith("$argon2id$v=19$m=64,t=2,p=1$")


@pytest.mark.parametrize("password", ["a quiet green teapot", "nobody's password"])
def test_nobody_has_a_password(hasher: Hasher, password: str) -> None:
    assert not hasher.verify(None, password)


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The parameters of every hash that argon2 works out, while it still does."""
    done: list[str] = []
    verify = argon2.PasswordHasher.verify

    def counting(self: argon2.PasswordHasher, stored: str, password: str) -> bool:
        done.append(stored.rsplit("$", 2)[0])
        return verify(self, stored, password)

    monkeypatch.setattr(argon2.PasswordHasher, "verify", counting)
    return done


@pytest.mark.parametrize("known", [True, False])
def test_a_try_is_exactly_one_hash_whether_or_not_there_is_a_user(
    hasher: Hasher, hashes: list[str], known: bool
) -> None:
    """T: the work tells nobody who is a customer."""
    stored = hasher.hash("a quiet green teapot") if known else None
    hasher.verify(stored, "a wrong green teapot")
    assert hashes == ["$argon2id$v=19$m=8,t=1,p=1"]


def test_an_endless_password_costs_no_hash(hasher: Hasher, hashes: list[str]) -> None:
    assert not hasher.verify(hasher.hash("x" * 257), "x" * 257)
    assert hashes == []


@pytest.fixture
def held_up(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Callable[[], object], Event]]:
    """argon2 that works until it may end, and a short queue. Yields what waits until one more is at work."""
    at_work, go_on = Semaphore(0), Event()
    verify = argon2.PasswordHasher.verify

    def slow(self: argon2.PasswordHasher, stored: str, password: str) -> bool:
        at_work.release()
        go_on.wait(10)
        return verify(self, stored, password)

    monkeypatch.setattr(argon2.PasswordHasher, "verify", slow)
    monkeypatch.setattr(passwords, "QUEUE", 0.05)
    yield lambda: at_work.acquire(timeout=10), go_on
    go_on.set()


def test_a_fifth_at_once_is_told_to_come_back(held_up: tuple[Callable[[], object], Event]) -> None:
    """T: four hashes of 64 MiB at once are what a process may hold."""
    started, go_on = held_up
    hasher = Hasher(CHEAP)
    stored = hasher.hash("a quiet green teapot")
    with ThreadPoolExecutor(4) as threads:
        four = [threads.submit(hasher.verify, stored, "a quiet green teapot") for _ in range(4)]
        for _ in four:
            started()
        with pytest.raises(Busy):
            hasher.verify(stored, "a quiet green teapot")
        go_on.set()
    assert all(one.result() for one in four)
    assert hasher.verify(stored, "a quiet green teapot")
