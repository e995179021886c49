"""Users as the operator sees and makes them: never a secret, never somebody else's password."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select
from sqlalchemy.exc import IntegrityError

from portal.access import password_resets
from portal.access.addresses import Address
from portal.access.answers import read_name
from portal.access.open_recoveries import OPEN
from portal.access.problems import AddressTaken, Gone
from portal.crypto import new_token
from portal.database import write
from portal.delivery import outbox
from portal.extensions import db, hasher, keys
from portal.models import Factor, Recovery, RecoveryCode, RecoverySet, SignIn, User


@dataclass(frozen=True)
class Account:
    """One user. `methods` are the kinds that are on, `codes` how many recovery codes are unused."""

    id: int
    email: str
    email_key: str
    name: str
    created_at: datetime
    last_mailed_reset_at: datetime | None
    mailbox_spent: bool  # nothing but the mailbox has proved who it is since the password came by mail (R12)
    wizard_shut: bool
    methods: tuple[str, ...]
    codes: int
    last_sign_in_at: datetime | None
    recovery_due_at: datetime | None  # when the wait ends, or ended, of somebody who has lost everything


def create(address: Address, name: str, now: datetime) -> None:
    """Make a user, who gets a link to choose a password. Until then it is a random one that nobody knows.

    Raises a `Problem` about the name, or `AddressTaken`.
    """
    name = read_name(name)
    unknown = hasher().hash(new_token())
    try:
        with write() as session:
            user = User(email=address.written, email_key=address.key, name=name, password_hash=unknown, created_at=now)
            session.add(user)
            session.flush()
            link = password_resets.issue(session, address.key, password_resets.FIRST, now)
            outbox.put(
                session,
                keys(),
                template="first_password",
                address=address.written,
                facts={"link": link, "name": name},
                now=now,
                expires_at=now + password_resets.LIVES[password_resets.FIRST],
            )
    except IntegrityError:
        raise AddressTaken from None


def find(address: Address) -> Account:
    """The user with this address. Raises `Gone` when nobody has it."""
    found = _accounts(address.key)
    if not found:
        raise Gone
    return found[0]


def everybody() -> list[Account]:
    """All users, by address."""
    return _accounts(None)


def _accounts(email_key: str | None) -> list[Account]:
    users = select(User.id, User.email, User.email_key, User.name, User.created_at, User.last_mailed_reset_at)
    users = users.add_columns(User.mailed_reset_at, User.methods_reset_at, Recovery.due_at).order_by(User.email_key)
    users = users.where(User.role.is_(None)).outerjoin(Recovery, and_(Recovery.user_id == User.id, *OPEN))
    kinds = select(Factor.user_id, Factor.kind).where(Factor.confirmed_at.is_not(None)).distinct()
    last = select(SignIn.user_id, func.max(SignIn.raised_at)).group_by(SignIn.user_id)
    unused = select(RecoverySet.user_id, func.count()).join(RecoveryCode, RecoveryCode.set_id == RecoverySet.id)
    unused = unused.where(RecoveryCode.used_at.is_(None)).group_by(RecoverySet.user_id)
    if email_key is not None:
        users = users.where(User.email_key == email_key)
        one = select(User.id).where(User.email_key == email_key).scalar_subquery()
        kinds = kinds.where(Factor.user_id == one)
        last = last.where(SignIn.user_id == one)
        unused = unused.where(RecoverySet.user_id == one)
    methods = defaultdict(list)
    for user_id, kind in db.session.execute(kinds.order_by(Factor.kind.desc())):
        methods[user_id].append(kind)
    seen: dict[int, datetime | None] = {row[0]: row[1] for row in db.session.execute(last)}
    codes: dict[int, int] = {row[0]: row[1] for row in db.session.execute(unused)}
    return [
        Account(
            row.id,
            row.email,
            row.email_key,
            row.name,
            row.created_at,
            row.last_mailed_reset_at,
            mailbox_spent=row.mailed_reset_at is not None,
            wizard_shut=row.mailed_reset_at is not None and row.methods_reset_at is not None,
            methods=tuple(methods[row.id]),
            codes=codes.get(row.id, 0),
            last_sign_in_at=seen.get(row.id),
            recovery_due_at=row.due_at,
        )
        for row in db.session.execute(users)
    ]
