"""Email MFA: a six-digit code sent to the user's confirmed address."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from portal.crypto import KeyRing
from portal.methods.base import Evidence, Mark, Method, judge_sent


class Email(Method):
    """The weaker method (R12): whoever reads the mailbox has it. It stores no address; the user's own is used."""

    name: ClassVar[str] = "email"
    sends: ClassVar[bool] = True
    in_mailbox: ClassVar[bool] = True

    def setup_facts(self, secret: bytes | None, email: str, issuer: str) -> Mapping[str, Any]:
        return {"email": email}

    def hint(self, email: str) -> str | None:
        local, _, domain = email.rpartition("@")
        return f"{local[0]}***@{domain}"

    def judge(self, answer: str, evidence: Evidence, keys: KeyRing, now: datetime) -> Mark:
        return judge_sent(answer, evidence.sent, keys, now)
