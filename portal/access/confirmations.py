"""The password re-confirmation (R14): one confirmation serves one action, in one sign-in, to its end."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from portal.access import limits
from portal.access.problems import Gone
from portal.access.standing import Standing
from portal.database import changed
from portal.models import SignIn


def note(session: Session, standing: Standing, action: str, now: datetime) -> None:
    """The password was typed for this one action, and nothing else; it takes the place of any other."""
    session.execute(
        update(SignIn).where(SignIn.id == standing.sign_in_id).values(confirmed_for=action, confirmed_at=now)
    )


def holds(standing: Standing, action: str, now: datetime) -> bool:
    """Whether the password was typed for this action within the last ten minutes, and not used yet."""
    at = standing.confirmed_at
    return standing.confirmed_for == action and at is not None and now < at + limits.CONFIRMATION_LIFE


def fresh(standing: Standing, begun: datetime) -> bool:
    """Whether the second factor had been proved recently enough for a change begun then, or has been since.

    Somebody in the wizard has none yet.
    """
    if standing.raised_at is None:
        return True
    proved = standing.second_factor_at
    return proved is not None and begun < proved + limits.SECOND_FACTOR_FRESH


def spend(session: Session, standing: Standing, action: str, now: datetime) -> None:
    """Use the confirmation up, in the transaction that acts. Raises `Gone` when there is none (any more)."""
    spent = session.execute(
        update(SignIn)
        .where(
            SignIn.id == standing.sign_in_id,
            SignIn.ended_at.is_(None),
            SignIn.confirmed_for == action,
            SignIn.confirmed_at > now - limits.CONFIRMATION_LIFE,
        )
        .values(confirmed_for=None, confirmed_at=None)
    )
    if changed(spent) != 1 or standing.confirmed_at is None or not fresh(standing, standing.confirmed_at):
        raise Gone
