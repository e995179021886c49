"""Having codes sent, for every page that asks for one."""

from datetime import datetime

from portal import methods
from portal.access import codes, factors, second_factor
from portal.access.codes import Asker
from portal.access.problems import LimitReached, MailboxSpent, MethodClosed
from portal.access.standing import Standing
from portal.access.steps import Step
from portal.web import browser


def send(asker: Asker, now: datetime) -> None:
    """Send a code, unless it is too early or too often: then the page says when it goes on."""
    try:
        codes.issue(asker, browser.facts(), now)
    except LimitReached:
        return


def send_for_check(standing: Standing, kind: str, now: datetime) -> None:
    """Send what a method needs before its answer can be typed; nothing for a method that sends nothing.

    Raises `MethodClosed` or `MailboxSpent` when the method refuses, for its code would be sent in vain.
    """
    second_factor.refuse_spent_mailbox(standing, kind)
    if not methods.method(kind).sends:
        return
    if any(factors.closed(row) for row in standing.enrolled(kind)):
        raise MethodClosed(kind)
    send(codes.by_sign_in(standing, second_factor.SIGN_IN), now)


def send_for_step(standing: Standing, now: datetime) -> None:
    """Send the code that the step due next asks for, if it asks for one."""
    step = standing.step(now)
    if step in (Step.PROVE_ADDRESS, Step.RECOVER):
        send(codes.by_sign_in(standing, second_factor.ADDRESS), now)
    elif step is Step.CHECK and standing.primary:
        try:
            send_for_check(standing, standing.primary, now)
        except (MethodClosed, MailboxSpent):
            return  # the page of the method says so, and what else there is
