"""Where a visitor stands: every combination of what is known, and the one step that is due."""

import pytest

from portal.access.steps import Step, next_step

# password, address proved, enrolled, raised, codes unsaved -> the step
TABLE = [
    ((0, 0, 0, 0, 0), Step.SIGN_IN),  # nobody, or a sign-in that is over
    ((0, 0, 0, 0, 1), Step.SIGN_IN),  # over, with codes never saved
    ((0, 0, 0, 1, 0), Step.SIGN_IN),  # over after the operator took the methods away
    ((0, 0, 0, 1, 1), Step.SIGN_IN),  # the same, with codes never saved
    ((0, 0, 1, 0, 0), Step.SIGN_IN),  # over at the code step
    ((0, 0, 1, 0, 1), Step.SIGN_IN),  # over at the code step, with codes never saved
    ((0, 0, 1, 1, 0), Step.SIGN_IN),  # over: signed out, or idle too long
    ((0, 0, 1, 1, 1), Step.SIGN_IN),  # over before the codes were saved
    ((0, 1, 0, 0, 0), Step.SIGN_IN),  # over within the wizard
    ((0, 1, 0, 0, 1), Step.SIGN_IN),  # over within the wizard after a reset
    ((0, 1, 0, 1, 0), Step.SIGN_IN),  # a newcomer's, over after the methods were taken away
    ((0, 1, 0, 1, 1), Step.SIGN_IN),  # the same, with codes never saved
    ((0, 1, 1, 0, 0), Step.SIGN_IN),  # a newcomer's, over after another browser finished the wizard
    ((0, 1, 1, 0, 1), Step.SIGN_IN),  # the same, before the codes were saved there
    ((0, 1, 1, 1, 0), Step.SIGN_IN),  # a newcomer's first sign-in, over
    ((0, 1, 1, 1, 1), Step.SIGN_IN),  # a newcomer's, over on the page of the codes
    ((1, 0, 0, 0, 0), Step.PROVE_ADDRESS),  # dan: a password alone must not enrol a stranger's app (R15)
    ((1, 0, 0, 0, 1), Step.PROVE_ADDRESS),  # reset by the operator, old codes never saved
    ((1, 0, 0, 1, 0), Step.PROVE_ADDRESS),  # in, when the operator took the methods away
    ((1, 0, 0, 1, 1), Step.PROVE_ADDRESS),  # the same, with codes never saved
    ((1, 0, 1, 0, 0), Step.CHECK),  # ben at the code step
    ((1, 0, 1, 0, 1), Step.CHECK),  # the code comes before codes that were never saved
    ((1, 0, 1, 1, 0), Step.IN),  # ben is in
    ((1, 0, 1, 1, 1), Step.SAVE_CODES),  # in, but the codes were never saved (R5)
    ((1, 1, 0, 0, 0), Step.SET_UP),  # ada in the wizard
    ((1, 1, 0, 0, 1), Step.SET_UP),  # in the wizard after a reset, old codes never saved
    ((1, 1, 0, 1, 0), Step.SET_UP),  # a newcomer in, when the operator took the methods away
    ((1, 1, 0, 1, 1), Step.SET_UP),  # the same, with codes never saved
    ((1, 1, 1, 0, 0), Step.CHECK),  # a newcomer whose other browser finished the wizard
    ((1, 1, 1, 0, 1), Step.CHECK),  # the same, before the codes were saved there
    ((1, 1, 1, 1, 0), Step.IN),  # ada is in
    ((1, 1, 1, 1, 1), Step.SAVE_CODES),  # ada sees her ten codes
]


NAMES = ("password", "address_proved", "enrolled", "raised", "codes_unsaved")


def step(
    known: tuple[int, ...], *, codes_used_up: bool = False, wizard_shut: bool = False, recovered: bool = False
) -> Step:
    facts = dict(zip(NAMES, map(bool, known), strict=True))
    return next_step(**facts, codes_used_up=codes_used_up, wizard_shut=wizard_shut, recovered=recovered)


@pytest.mark.parametrize(("known", "due"), TABLE)
def test_what_is_known_decides_the_step(known: tuple[int, ...], due: Step) -> None:
    """S4.1, R1, R5, R15."""
    assert step(known) is due


@pytest.mark.parametrize(("known", "due"), TABLE)
def test_a_set_that_is_used_up_is_as_due_as_one_unsaved(known: tuple[int, ...], due: Step) -> None:
    """S0.10: nothing else opens before a new one is made; for nobody who isn't in yet."""
    assert step(known, codes_used_up=True) is (Step.SAVE_CODES if due is Step.IN else due)


@pytest.mark.parametrize(("known", "due"), TABLE)
def test_a_shut_wizard_stops_whoever_would_enter_it_and_nobody_else(known: tuple[int, ...], due: Step) -> None:
    """R15: its two steps alone give way."""
    assert step(known, wizard_shut=True) is (Step.WAIT if due in (Step.PROVE_ADDRESS, Step.SET_UP) else due)


@pytest.mark.parametrize(("known", "due"), TABLE)
def test_the_end_of_a_wait_opens_the_mailbox_s_page_in_place_of_the_code_and_nothing_else(
    known: tuple[int, ...], due: Step
) -> None:
    """S0.11, C1: whoever is in stays in, and a password is still asked first."""
    assert step(known, recovered=True) is (Step.RECOVER if due is Step.CHECK else due)


def test_the_table_leaves_no_combination_out() -> None:
    assert len({known for known, _ in TABLE}) == 2**5
