"""What every second factor supplies. Shared code asks these questions and never which method it is."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from config import Settings
from portal.access.problems import CodeExpired, CodeUsed, CodeWrong
from portal.crypto import KeyRing


@dataclass(frozen=True)
class Enrolled:
    """A factor an answer may prove: its decrypted secret, and the newest time step it has been used for."""

    id: int
    secret: bytes | None
    last_step: int


@dataclass(frozen=True)
class Sent:
    """A code that was sent for this sign-in and purpose."""

    id: int
    mac: bytes
    expires_at: datetime
    used: bool


@dataclass(frozen=True)
class Evidence:
    """What there is to compare an answer with."""

    factors: tuple[Enrolled, ...]
    sent: tuple[Sent, ...]


@dataclass(frozen=True)
class StepMark:
    """Proved by a factor's code of one time step; spent by moving the factor's `last_step` there."""

    factor_id: int
    step: int
    present: int


@dataclass(frozen=True)
class CodeMark:
    """Proved by a code that was sent; spent by marking it used."""

    code_id: int


Mark = StepMark | CodeMark


class Method(ABC):
    """A second factor."""

    name: ClassVar[str]
    sends: ClassVar[bool] = False  # a code has to be sent before there is an answer
    most: ClassVar[int] = 1  # how many of it one user may have
    in_mailbox: ClassVar[bool] = False  # whoever reads the user's mail can prove it
    on_phone: ClassVar[bool] = False  # gone with the phone
    moves: ClassVar[bool] = False  # a new phone is set up beside the old one, whose factor is removed then

    def ready(self, settings: Settings) -> bool:
        """Whether the operator has configured all that this method needs."""
        return True

    def new_secret(self) -> bytes | None:
        """A fresh secret for one enrolment, if the method has one."""
        return None

    @abstractmethod
    def setup_facts(self, secret: bytes | None, email: str, issuer: str) -> Mapping[str, Any]:
        """What `templates/methods/<name>/setup.html` shows."""

    def hint(self, email: str) -> str | None:
        """The masked address by which the owner knows where the code went."""
        return None

    @abstractmethod
    def judge(self, answer: str, evidence: Evidence, keys: KeyRing, now: datetime) -> Mark:
        """The mark to spend if the answer (six digits) is right.

        Raises `CodeWrong`, `CodeExpired`, or `CodeUsed` for an answer that was right and has been spent.
        """

    def diagnose(self, answer: str, secret: bytes | None, now: datetime) -> CodeWrong:
        """What may be the matter with an answer that is wrong while the method is being set up (R6)."""
        return CodeWrong()


def judge_sent(answer: str, sent: tuple[Sent, ...], keys: KeyRing, now: datetime) -> CodeMark:
    """Judge an answer against codes that were sent; any that is alive will do (R7)."""
    fitting = [code for code in sent if keys.matches(code.mac, answer, "code")]
    alive = [code for code in fitting if not code.used and code.expires_at > now]
    if alive:
        return CodeMark(alive[0].id)
    if any(code.used for code in fitting):
        raise CodeUsed
    raise CodeExpired if fitting else CodeWrong
