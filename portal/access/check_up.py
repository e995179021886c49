"""Could the owner still get in? What is left when the phone, the mailbox or the laptop is gone, or the password known.

Pure: from the methods that are on, the recovery codes that are left, and R12 – a password reset by mail and a code by
mail are one mailbox twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from portal.access import limits


@dataclass(frozen=True)
class Way:
    """A method on offer, and how often the owner has it on; `closed` while it refuses codes, `room` for one more."""

    kind: str
    in_mailbox: bool
    on_phone: bool
    count: int
    closed: bool
    room: bool

    @property
    def usable(self) -> bool:
        return self.count > 0 and not self.closed


class Loss(Enum):
    """What may happen."""

    PHONE = "my phone is gone"
    MAILBOX = "my mailbox is gone"
    LAPTOP = "my laptop is gone, and the password stood only there"
    PASSWORD = "my password is known"  # noqa: S105  no password


class Outcome(Enum):
    """What becomes of the owner then – or, of a known password, what keeps others out."""

    METHOD = "a method will do"
    CODES = "only a recovery code will"
    ELSEWHERE = "one more of the kind will, if it is on another device"
    WAIT = "only the delayed reset, 48 hours"
    LONG_WAIT = "only the delayed reset, 72 hours, for e-mail is all there is"
    SUPPORT = "only support: the delayed reset needs a mailbox that proves something"
    SHUT_OUT = "others stay out"
    MAILBOX_ONLY = "others stay out who don't read the mail"


@dataclass(frozen=True)
class Answer:
    """One loss: what becomes of it, by which methods."""

    loss: Loss
    outcome: Outcome
    kinds: tuple[str, ...]


class Advice(Enum):
    """The one thing to do next, the most urgent first."""

    OPEN = "open the closed method again"
    MAKE_CODES = "make recovery codes"
    STRONGER = "set up a method that is not in the mailbox"
    RENEW_CODES = "make new recovery codes before the last is used"
    ANOTHER = "set one more up, on a second device"
    NOTHING = "nothing"


@dataclass(frozen=True)
class CheckUp:
    """The whole page; `kind` is the method that the advice is about, if it is about one."""

    answers: tuple[Answer, ...]
    advice: Advice
    kind: str | None


def check_up(ways: Sequence[Way], codes_left: int) -> CheckUp:
    """What the owner of these methods and recovery codes could do. At least one method is on."""
    usable = [way for way in ways if way.usable]
    mailbox_alone = not _strong([way for way in ways if way.count])
    answers = (
        _phone(usable, codes_left, Outcome.LONG_WAIT if mailbox_alone else Outcome.WAIT),
        _answer(Loss.MAILBOX, _strong(usable), codes_left, Outcome.SUPPORT),
        # A new password comes by mail: codes by mail count no more, nor the delayed reset unless they are all (R12).
        _answer(Loss.LAPTOP, _strong(usable), codes_left, Outcome.LONG_WAIT if mailbox_alone else Outcome.SUPPORT),
        _password(usable),
    )
    return CheckUp(answers, *_advice(ways, usable, codes_left))


def _phone(usable: list[Way], codes_left: int, otherwise: Outcome) -> Answer:
    left = [way for way in usable if not way.on_phone]
    several = [way for way in usable if way.on_phone and way.count > 1]
    if not left and not codes_left and several:
        return Answer(Loss.PHONE, Outcome.ELSEWHERE, _kinds(several))
    return _answer(Loss.PHONE, left, codes_left, otherwise)


def _password(usable: list[Way]) -> Answer:
    alone = usable and not _strong(usable)
    return Answer(Loss.PASSWORD, Outcome.MAILBOX_ONLY if alone else Outcome.SHUT_OUT, _kinds(usable))


def _answer(loss: Loss, left: list[Way], codes_left: int, otherwise: Outcome) -> Answer:
    if left:
        return Answer(loss, Outcome.METHOD, _kinds(left))
    return Answer(loss, Outcome.CODES if codes_left else otherwise, ())


def _advice(ways: Sequence[Way], usable: list[Way], codes_left: int) -> tuple[Advice, str | None]:
    closed = [way for way in ways if way.closed]
    stronger = [way for way in ways if not way.in_mailbox and not way.count]
    if closed:
        return Advice.OPEN, closed[0].kind
    if not codes_left:
        return Advice.MAKE_CODES, None
    if stronger and not _strong(usable):
        return Advice.STRONGER, stronger[0].kind
    if codes_left <= limits.FEW_RECOVERY_CODES:
        return Advice.RENEW_CODES, None
    if another := [way for way in usable if way.on_phone and way.count == 1 and way.room and len(usable) == 1]:
        return Advice.ANOTHER, another[0].kind
    return Advice.NOTHING, None


def _strong(ways: Sequence[Way]) -> list[Way]:
    return [way for way in ways if not way.in_mailbox]


def _kinds(ways: Sequence[Way]) -> tuple[str, ...]:
    return tuple(way.kind for way in ways)
