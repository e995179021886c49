"""Where a visitor stands. The step is computed from the rows, never stored."""

from enum import Enum


class Step(Enum):
    """The steps of a sign-in, in order. Each is one page, or one set of pages."""

    SIGN_IN = "sign in"
    PROVE_ADDRESS = "prove the address"
    SET_UP = "set up a second factor"
    WAIT = "wait until the operator opens the wizard"
    CHECK = "prove the second factor"
    RECOVER = "prove the mailbox, after losing everything and waiting"
    SAVE_CODES = "save the recovery codes"
    IN = "in"


def next_step(
    *,
    password: bool,
    address_proved: bool,
    enrolled: bool,
    raised: bool,
    codes_unsaved: bool,
    codes_used_up: bool,
    wizard_shut: bool,
    recovered: bool,
) -> Step:
    """The step that is due.

    `password`: this sign-in is alive, so its password was right. `enrolled`: the user has finished a method, usable
    at the moment or not. `raised`: this sign-in has proved a second factor. A leaked password alone never enrols a
    stranger's method: without one, the mailbox must be proved in this same sign-in first (R15). `wizard_shut`: the
    operator took the methods away and the password came by mail, so the mailbox would be both factors (R15).
    `recovered`: the user has lost every method, and the wait for that is over; one found after all still counts.
    `codes_used_up`: the last recovery code is used, and this sign-in has proved a second factor since.
    """
    if not password:
        return Step.SIGN_IN
    if not enrolled:
        if wizard_shut:
            return Step.WAIT
        return Step.SET_UP if address_proved else Step.PROVE_ADDRESS
    if not raised:
        return Step.RECOVER if recovered else Step.CHECK
    return Step.SAVE_CODES if codes_unsaved or codes_used_up else Step.IN
