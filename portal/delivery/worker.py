"""The worker: hands over what is due in the outbox, one row after the other, and does the chores once a minute."""

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from flask import Flask
from sqlalchemy.orm import Session

from portal import clock
from portal.database import write
from portal.delivery import mails, outbox, smtp
from portal.delivery.mails import Mail
from portal.delivery.outbox import Claimed
from portal.extensions import db, settings
from portal.models import DemoMail

Clock = Callable[[], datetime]

POLL = 0.25  # seconds: a message is claimed within half a second of its commit
PAUSE = 1.0  # seconds after a round that failed, as when the database is away
CHORES_EVERY = timedelta(minutes=1)

log = logging.getLogger(__name__)


def run(app: Flask, chores: Callable[[datetime], object], stopped: Callable[[], bool]) -> None:
    """Work until `stopped`; the row in hand is finished first. Nothing else ends it, whatever fails."""
    chores_at = clock.now()
    while not stopped():
        try:
            with app.app_context():
                if clock.now() >= chores_at:
                    chores(clock.now())
                    chores_at = clock.now() + CHORES_EVERY
                worked = deliver_next()
        except Exception as problem:
            # By its kind only: its words may hold what the statement held.
            log.error("The round failed (%s); trying again in %.0f s", type(problem).__name__, PAUSE)
            time.sleep(PAUSE)
        else:
            time.sleep(0 if worked else POLL)


def deliver_next(now: Clock = clock.now) -> bool:
    """Bring the message that has been due longest a step further. False when none is due."""
    if not outbox.any_due(db.session(), now()):
        return False  # asked without a lock: an idle worker keeps no writer waiting
    with write() as session:
        claimed = outbox.claim(session, now())
    if claimed is None:
        return False
    try:
        _deliver(claimed, now)
    except smtp.Refused:
        _settle(outbox.refused, claimed, now, "refused by the mail server")
    except smtp.TooLate:
        _settle(outbox.expired, claimed, now, "too late to be sent")
    except smtp.Trouble as problem:
        _settle(outbox.failed, claimed, now, f"not handed over: {problem}")
    except Exception as problem:  # a text that can't be written must not stop the others
        _settle(outbox.failed, claimed, now, f"not handed over: {type(problem).__name__}")
    return True


def _deliver(claimed: Claimed, now: Clock) -> None:
    if outbox.overdue(db.session(), claimed, now()):
        raise smtp.TooLate
    mail = mails.compose(claimed)
    if settings().mail_server:
        smtp.hand_over(mail, not_after=claimed.expires_at, now=now)
    with write() as session:
        handed_at = now()
        if outbox.done(session, claimed, handed_at) and settings().development:
            session.add(_copy(mail, handed_at))
    log.info("Message %d handed over", claimed.id)


def _copy(mail: Mail, now: datetime) -> DemoMail:
    return DemoMail(recipient=mail.recipient, subject=mail.subject, text=mail.text, html=mail.html, sent_at=now)


def _settle(outcome: Callable[[Session, Claimed, datetime], None], claimed: Claimed, now: Clock, words: str) -> None:
    with write() as session:
        outcome(session, claimed, now())
    log.warning("Message %d %s", claimed.id, words)
