"""Becoming a customer: an address, a code from its mailbox typed in the same browser, then name and password.

Whether somebody has the address already changes nothing here: the same rows are written, and the worker picks the
mail's text when it sends. No password and no method stands on an address that isn't proved.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal import logs
from portal.access import codes, counting, limits, passwords, sign_ins, tries
from portal.access.addresses import Address
from portal.access.answers import read_code, read_name
from portal.access.limit_sentences import Hit, network
from portal.access.problems import Gone
from portal.access.where import Where
from portal.crypto import new_token, token_hash
from portal.database import after_commit, changed, write
from portal.extensions import db, hasher, keys, settings
from portal.methods.base import judge_sent
from portal.models import Registration, User


def begin(address: Address, where: Where, now: datetime) -> str:
    """Note the address somebody wants to register with, in one browser. Returns that browser's token.

    Raises `LimitReached`.
    """
    counting.take((Hit(limits.REGISTRATIONS, f"network {network(where.ip)}"),), now)
    visit = new_token()
    with write() as session:
        session.add(
            Registration(
                visit_hash=token_hash(visit),
                email=address.written,
                email_key=address.key,
                created_at=now,
                expires_at=now + limits.REGISTRATION_LIFE,
            )
        )
    return visit


def find(visit: str, now: datetime) -> Registration | None:
    """The registration under way in this browser."""
    return db.session.scalar(
        select(Registration)
        .where(
            Registration.visit_hash == token_hash(visit),
            Registration.expires_at > now,
            Registration.finished_at.is_(None),
        )
        .execution_options(populate_existing=True)
    )


def send_code(registration: Registration, where: Where, facts: Mapping[str, str], now: datetime) -> None:
    """Send a code to the address. Raises `LimitReached`."""
    asker = codes.by_registration(registration, where)
    codes.issue(asker, {**facts, "email_key": registration.email_key}, now)


def prove(registration: Registration, answer: str, where: Where, now: datetime) -> None:
    """Type the code from the mail. Raises a `Problem` or `LimitReached`."""
    asker = codes.by_registration(registration, where)
    code = read_code(answer)
    hits = tries.code_hits(f"registration {registration.id}", where)
    with tries.counted(hits, now):
        mark = judge_sent(code, codes.sent(asker), keys(), now)
        with write() as session:
            codes.spend(session, mark, asker, now)
            session.execute(
                update(Registration)
                .where(Registration.id == registration.id)
                .values(proved_at=now, expires_at=now + limits.REGISTRATION_LIFE)
            )
            counting.settle(session, (hits[0], asker.cooldown), hits[1:], now)


def finish(registration: Registration, name: str, password: str, where: Where, now: datetime) -> str:
    """Make the user and open their first sign-in, which has proved the mailbox. Returns its token.

    Raises a `Problem`, `Busy`, or `Gone` when the address became a user's meanwhile or this was done already. Other
    registrations of the address end.
    """
    name = read_name(name)
    context = (name, registration.email, settings().company)
    passwords.check_new(password, settings().password_length, context)
    hashed = hasher().hash(password)
    try:
        with write() as session:
            _claim(session, registration, now)
            user = User(
                email=registration.email,
                email_key=registration.email_key,
                name=name,
                password_hash=hashed,
                created_at=now,
            )
            session.add(user)
            session.flush()
            after_commit(session, lambda: logs.note("registered", user=user.id, ip=where.ip))
            others = (Registration.email_key == registration.email_key, Registration.id != registration.id)
            session.execute(delete(Registration).where(*others))
            return sign_ins.open_sign_in(session, user.id, where, now, address_proved=True)
    except IntegrityError:
        raise Gone from None


def _claim(session: Session, registration: Registration, now: datetime) -> None:
    """Use the registration up. All of its address are held, in one order, for the winner deletes the others."""
    same = select(Registration.id).where(Registration.email_key == registration.email_key)
    session.execute(same.order_by(Registration.id).with_for_update())
    claimed = session.execute(
        update(Registration)
        .where(
            Registration.id == registration.id,
            Registration.proved_at.is_not(None),
            Registration.finished_at.is_(None),
        )
        .values(finished_at=now)
    )
    if changed(claimed) != 1:
        raise Gone
