"""Passwords: what is accepted as a new one, hashing with argon2id (RFC 9106), checking in equal work."""

import gzip
import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from argon2.low_level import Type, hash_secret_raw

from portal.access import limits
from portal.access.problems import (
    Busy,
    PasswordCommon,
    PasswordInContext,
    PasswordMissing,
    PasswordTooLong,
    PasswordTooShort,
)

AT_ONCE = 4  # hashes in one process: 64 MiB each is 256 MiB, and no more cores than that wait for them
QUEUE = 2.0  # seconds a try waits for its turn before the page says "busy"
# Recovery codes hold 80 random bits, so OWASP's cheapest argon2id is enough: memory in KiB, passes, lanes.
RECOVERY_COST = (19 * 1024, 2, 1)
# Shorter parts of a name or an address may stand in a password by chance.
CONTEXT_LEAST = 4


class Hasher:
    """argon2id at the configured cost, a few at a time."""

    def __init__(self, cost: tuple[int, int, int]) -> None:
        memory, passes, lanes = cost
        self._argon2 = PasswordHasher(time_cost=passes, memory_cost=memory, parallelism=lanes)
        self._recovery_cost = min(cost, RECOVERY_COST)
        self._turns = Turns(AT_ONCE)
        self._nobody = self._argon2.hash("nobody's password")

    def hash(self, password: str) -> str:
        """An argon2id hash in PHC form. Raises `Busy`."""
        with self._turns:
            return self._argon2.hash(_normal(password))

    def verify(self, stored: str | None, password: str) -> bool:
        """Whether the password is right. For nobody (None) the same work is done. Raises `Busy`."""
        if len(password) > limits.PASSWORD_MOST:
            return False
        with self._turns:
            try:
                self._argon2.verify(stored or self._nobody, _normal(password))
            except VerificationError:
                return False
        return stored is not None

    def outdated(self, stored: str) -> bool:
        """Whether a hash was made at another cost than today's."""
        return self._argon2.check_needs_rehash(stored)

    def digest(self, code: str, salt: bytes) -> bytes:
        """The argon2id digest of a recovery code under its set's salt, 32 bytes. Raises `Busy`."""
        memory, passes, lanes = self._recovery_cost
        with self._turns:
            return hash_secret_raw(code.encode(), salt, passes, memory, lanes, 32, Type.ID)


class Turns:
    """So many at once, as many again in the queue; whoever comes when both are full, or waits too long, is `Busy`.

    The queue is short so that a crowd of sign-ins leaves threads for pages that hash nothing.
    """

    def __init__(self, at_once: int) -> None:
        self._room = BoundedSemaphore(2 * at_once)
        self._turns = BoundedSemaphore(at_once)

    def __enter__(self) -> None:
        if not self._room.acquire(blocking=False):
            raise Busy
        if not self._turns.acquire(timeout=QUEUE):
            self._room.release()
            raise Busy

    def __exit__(self, *_: object) -> None:
        self._turns.release()
        self._room.release()


def check_new(password: str, least: int, context: Iterable[str]) -> None:
    """Refuse a new password that is too short or long, common, or made of `context` (names, addresses).

    No composition rules, no rotation (NIST SP 800-63B-4, 3.1.1.2). Raises a `Problem`.
    """
    if not password:
        raise PasswordMissing
    if len(password) < least:
        raise PasswordTooShort(least)
    if len(password) > limits.PASSWORD_MOST:
        raise PasswordTooLong(limits.PASSWORD_MOST)
    plain = _normal(password).casefold()
    if plain in _common() or len(set(plain)) < 4:
        raise PasswordCommon
    if len(_without(plain, context)) < least // 2:
        raise PasswordInContext


def _without(plain: str, context: Iterable[str]) -> str:
    """What is left of a password when the customer's own words are taken out of it."""
    texts = [_normal(text).casefold() for text in context]
    # Longest first: an address as a whole, its local part and domain, then the words they are made of.
    words = {word for text in texts for word in (text, *text.split("@"), *re.split(r"[\W_]+", text))}
    for word in sorted(words, key=len, reverse=True):
        if len(word) >= CONTEXT_LEAST:
            plain = plain.replace(word, "")
    return plain


def _normal(password: str) -> str:
    """The same password from every keyboard (NIST SP 800-63B-4, 3.1.1.2: NFKC)."""
    return unicodedata.normalize("NFKC", password)


@cache
def _common() -> frozenset[str]:
    source = Path(__file__).with_name("common_passwords.txt.gz")
    return frozenset(gzip.decompress(source.read_bytes()).decode().split("\n"))
