"""What one query says of a visitor's token: the sign-in, its user, and what decides the step."""

from dataclasses import dataclass
from datetime import datetime

from portal.access.steps import Step, next_step


@dataclass(frozen=True)
class Standing:
    """What one query says of a token: the sign-in, its user, and what decides the step."""

    sign_in_id: int
    user_id: int
    name: str
    email: str
    email_key: str
    primary: str | None
    seen_at: datetime
    idle_ends_at: datetime
    ends_at: datetime
    address_proved_at: datetime | None
    raised_at: datetime | None
    raised_by: str | None
    second_factor_at: datetime | None
    confirmed_for: str | None
    confirmed_at: datetime | None
    next_path: str | None
    token_hash: bytes
    ended_at: datetime | None
    ended_because: str | None
    mailbox_spent: bool
    wizard_shut: bool
    enrolled: bool
    codes_unsaved: bool

    def ended(self, now: datetime) -> str | None:
        """Why this sign-in is over, or None while it is alive."""
        if self.ended_at is not None:
            return self.ended_because
        if self.ends_at <= now:
            return "absolute"
        return "idle" if self.idle_ends_at <= now else None

    def step(self, now: datetime) -> Step:
        return next_step(
            password=self.ended(now) is None,
            address_proved=self.address_proved_at is not None,
            enrolled=self.enrolled,
            raised=self.raised_at is not None,
            codes_unsaved=self.codes_unsaved,
            wizard_shut=self.wizard_shut,
        )
