"""A right code used a second time: at once, a moment later, elsewhere, for something else."""

from datetime import timedelta

import pytest

from portal.methods.totp import code_at
from tests.attacks.moments import early_in_a_step
from tests.attacks.racing import AT_ONCE, ROUNDS, let_in, press_together
from tests.people import People, Person

APP = "6-digit verification code"
USED = "This code has been used already."


def ask_for_a_fresh_code(person: Person) -> None:
    """Come in, let the second factor grow old, and ask to switch on Email MFA: an app's code is asked for first."""
    person.come_in()
    person.portal.age(timedelta(minutes=16))
    person.browser.open("/security")
    person.browser.press("Activate", under="Email")
    assert person.browser.press("Confirm password", {"Password": person.password}).path == "/sign-in/verify/totp"


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_one_app_code_opens_one_sign_in(ben: Person, _round: int) -> None:
    """T07: twenty posts of one right code, one is let in."""
    ben.sign_in()
    answers = press_together(AT_ONCE, ben.browser, "Verify code", {APP: ben.app_code()})
    assert len(let_in(answers)) == 1


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_one_mailed_code_opens_one_sign_in(people: People, _round: int) -> None:
    """T06: the claim is one statement; whoever loses it isn't let in."""
    cleo = people.customer("cleo", "email")
    cleo.sign_in()
    answers = press_together(AT_ONCE, cleo.browser, "Verify code", {"One-time code": cleo.mailed_code()})
    assert len(let_in(answers)) == 1


def test_a_mailed_code_works_only_where_it_was_asked_for(people: People) -> None:
    """T06: whoever has the password too and reads the code over a shoulder can't use it in another browser."""
    cleo = people.customer("cleo", "email")
    cleo.sign_in()
    thief = people.somebody("eve").browser
    cleo.sign_in(thief)
    page = thief.press("Verify code", {"One-time code": cleo.mailed_code()})
    assert page.problems == ["This is not the code. Check it and type it again."]


def test_a_mailed_code_and_those_before_it_are_dead_once_one_was_used(ben: Person) -> None:
    """T06, R7: switched on, off and on again in one sign-in; neither the code that was used nor an earlier one, still
    in the mailbox, finishes it a second time.
    """
    ben.come_in()
    begin_email(ben)
    ben.browser.press("Send one-time code via Email")
    first = ben.mailed_code()
    ben.portal.age(timedelta(minutes=1))
    ben.browser.press("Resend one-time code via Email")
    second = ben.mailed_code()
    ben.browser.press("Verify code", {"One-time code": second})
    ben.browser.press("Deactivate", under="Email")
    ben.browser.press("Confirm password", {"Password": ben.password})
    ben.browser.press("Deactivate")
    begin_email(ben)
    for code in (first, second):
        assert ben.browser.press("Verify code", {"One-time code": code}).problems[0].startswith(USED)


def begin_email(person: Person) -> None:
    """Ask to switch Email MFA on, up to its code."""
    person.browser.open("/security")
    person.browser.press("Activate", under="Email")
    person.browser.press("Confirm password", {"Password": person.password})


def test_an_app_code_is_good_for_one_sign_in(ben: Person) -> None:
    """T07: the same code again, within its half minute, in another browser."""
    early_in_a_step()
    ben.sign_in()
    code = ben.app_code()
    ben.browser.press("Verify code", {APP: code})
    thief = ben.browser.another()
    ben.sign_in(thief)
    assert thief.press("Verify code", {APP: code}).problems[0].startswith(USED)


def test_the_code_before_a_used_one_is_dead(ben: Person) -> None:
    """T07: a code of the half minute before can't follow."""
    step = early_in_a_step()
    ben.sign_in()
    ben.browser.press("Verify code", {APP: code_at(ben.secret, step)})
    thief = ben.browser.another()
    ben.sign_in(thief)
    assert thief.press("Verify code", {APP: code_at(ben.secret, step - 1)}).problems[0].startswith(USED)


def test_the_code_that_signed_in_confirms_no_change(ben: Person) -> None:
    """T07: what a relay took at sign-in doesn't serve for the step-up."""
    ask_for_a_fresh_code(ben)
    step = early_in_a_step()
    code = code_at(ben.secret, step)
    thief = ben.browser.another()
    ben.sign_in(thief)
    thief.press("Verify code", {APP: code})
    assert ben.browser.press("Verify code", {APP: code}).problems[0].startswith(USED)


def test_the_code_that_confirmed_a_change_signs_nobody_in(ben: Person) -> None:
    """T07: nor the other way round."""
    ask_for_a_fresh_code(ben)
    early_in_a_step()
    code = ben.app_code()
    assert ben.browser.press("Verify code", {APP: code}).path == "/security/email/enable"
    thief = ben.browser.another()
    ben.sign_in(thief)
    assert thief.press("Verify code", {APP: code}).problems[0].startswith(USED)


def test_the_code_that_set_the_app_up_signs_nobody_in(people: People) -> None:
    """T07: the first code counts as used from then on."""
    cleo = people.customer("cleo", "email")
    cleo.come_in()
    cleo.browser.open("/security")
    cleo.browser.press("Activate", under="Authentication app")
    cleo.browser.press("Confirm password", {"Password": cleo.password})
    cleo.take_key()
    cleo.browser.press("Continue")
    early_in_a_step()
    code = cleo.app_code()
    cleo.browser.press("Verify code", {APP: code})
    thief = cleo.browser.another()
    cleo.sign_in(thief)
    thief.open("/sign-in/verify/totp")
    assert thief.press("Verify code", {APP: code}).problems[0].startswith(USED)
