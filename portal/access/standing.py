"""What one query says of a visitor's token: the sign-in, its user with their methods, and what decides the step."""

from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, case, func, or_, select, true
from sqlalchemy.orm import aliased

from portal.access import limits, open_recoveries
from portal.access.events import Actor
from portal.access.open_recoveries import OpenRecovery
from portal.access.steps import Step, next_step
from portal.access.where import Where
from portal.crypto import token_hash
from portal.database import Moment, read
from portal.models import Factor, Recovery, RecoveryCode, RecoverySet, SignIn, User


@dataclass(frozen=True)
class Enrolment:
    """One of the user's finished factors, its secret still encrypted. `wrong_codes` were typed in a row."""

    id: int
    user_id: int
    kind: str
    name: str
    secret: bytes | None
    last_step: int
    wrong_codes: int
    confirmed_at: datetime
    used_at: datetime | None


@dataclass(frozen=True)
class Standing:
    """What one query says of a token: the sign-in, its user with their methods, and what decides the step.

    `where` is where this request comes from. `others` counts the user's finished sign-ins, as long as this one isn't,
    `codes_left` the recovery codes nobody has used. `recovery` is the case that the user has open after losing
    everything, or whoever knows the password. `role` is that of somebody of the support desk; a customer has none.
    """

    sign_in_id: int
    user_id: int
    name: str
    email: str
    email_key: str
    role: str | None
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
    device_hash: bytes | None
    new_device: bool
    wrong_passwords: int
    wrong_codes: int
    mailbox_spent: bool
    wizard_shut: bool
    codes_unsaved: bool
    codes_used_up: bool
    codes_left: int
    others: int
    recovery: OpenRecovery | None
    factors: tuple[Enrolment, ...]
    where: Where

    @property
    def actor(self) -> Actor:
        """Whose account it is, for the log."""
        return Actor(self.user_id, self.email, self.where)

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of the user's finished factors."""
        return tuple(dict.fromkeys(factor.kind for factor in self.factors))

    @property
    def idle(self) -> timedelta:
        """How long a finished sign-in may rest: staff see other people's accounts."""
        return limits.STAFF_IDLE if self.role else limits.IDLE

    @property
    def in_known_browser(self) -> bool:
        """Whether somebody came in, and asks in the very browser in which they did."""
        return self.raised_at is not None and self.device_hash == self.where.device

    def enrolled(self, kind: str) -> tuple[Enrolment, ...]:
        """The user's finished factors of one kind, in the order they were set up."""
        return tuple(factor for factor in self.factors if factor.kind == kind)

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
            enrolled=bool(self.factors),
            raised=self.raised_at is not None,
            codes_unsaved=self.codes_unsaved,
            codes_used_up=self.codes_used_up,
            wizard_shut=self.wizard_shut,
            recovered=self.recovery is not None and self.recovery.over(now),
        )


_others = aliased(SignIn)
_codes = select(RecoveryCode.id).where(RecoveryCode.set_id == RecoverySet.id)

# Columns, not entities: this runs for every page, and an entity costs twice the query. One row for each of the user's
# factors, or one without.
_STANDING = (
    select(
        SignIn.id,
        SignIn.user_id,
        User.name,
        User.email,
        User.email_key,
        User.role,
        User.primary_method,
        SignIn.seen_at,
        SignIn.idle_ends_at,
        SignIn.ends_at,
        SignIn.address_proved_at,
        SignIn.raised_at,
        SignIn.raised_by,
        SignIn.second_factor_at,
        SignIn.confirmed_for,
        SignIn.confirmed_at,
        SignIn.next_path,
        SignIn.token_hash,
        SignIn.ended_at,
        SignIn.ended_because,
        SignIn.device_hash,
        SignIn.new_device,
        SignIn.wrong_passwords,
        SignIn.wrong_codes,
        User.mailed_reset_at.is_not(None),
        and_(User.mailed_reset_at.is_not(None), User.methods_reset_at.is_not(None)),
        # An unfinished set is the business of the sign-in that made it, and of those that came in afterwards (R5).
        and_(
            RecoverySet.id.is_not(None),
            RecoverySet.saved_at.is_(None),
            or_(RecoverySet.sign_in_id == SignIn.id, SignIn.raised_at >= RecoverySet.created_at),
        ).is_(true()),
        # A set that is used up is the business of whoever has proved a second factor since, with its last code or else.
        and_(
            RecoverySet.saved_at.is_not(None),
            SignIn.second_factor_at.is_not(None),
            ~_codes.where(or_(RecoveryCode.used_at.is_(None), RecoveryCode.used_at > SignIn.second_factor_at)).exists(),
        ).is_(true()),
        _codes.with_only_columns(func.count()).where(RecoveryCode.used_at.is_(None)).scalar_subquery(),
        case(
            (
                SignIn.raised_at.is_(None),
                select(func.count(_others.id))
                .where(
                    _others.user_id == SignIn.user_id,
                    _others.raised_at.is_not(None),
                    _others.ended_at.is_(None),
                    _others.idle_ends_at > bindparam("now", type_=Moment),
                )
                .scalar_subquery(),
            ),
            else_=0,
        ),
        *open_recoveries.COLUMNS,
        Factor.id,
        Factor.user_id,
        Factor.kind,
        Factor.name,
        Factor.secret,
        Factor.last_step,
        Factor.wrong_codes,
        Factor.confirmed_at,
        Factor.used_at,
    )
    .join(User, User.id == SignIn.user_id)
    .outerjoin(RecoverySet, RecoverySet.user_id == User.id)
    .outerjoin(Recovery, and_(Recovery.user_id == User.id, *open_recoveries.OPEN))  # one at most
    .outerjoin(Factor, and_(Factor.user_id == User.id, Factor.confirmed_at.is_not(None)))
    .where(SignIn.token_hash == bindparam("token"))
    .order_by(Factor.kind, Factor.slot)
)
_FACTOR, _RECOVERY = len(fields(Enrolment)), len(fields(OpenRecovery))


def read_standing(token: str, where: Where, now: datetime) -> Standing | None:
    """The sign-in this token opens, ended or not; None for a token that is unknown or was replaced."""
    rows = read(_STANDING, {"token": token_hash(token), "now": now}).all()
    if not rows:
        return None
    factors = tuple(Enrolment(*row[-_FACTOR:]) for row in rows if row[-_FACTOR] is not None)
    own = rows[0][:-_FACTOR]
    recovery = OpenRecovery(*own[-_RECOVERY:]) if own[-_RECOVERY] is not None else None
    facts: tuple[Any, ...] = (*own[:-_RECOVERY], recovery, factors, where)
    return Standing(*facts)
