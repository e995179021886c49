"""R12: after a mailed reset, a code from the same mailbox finishes no sign-in until something else has."""

from datetime import datetime

import pytest
from sqlalchemy import func, select

from portal.access import password_resets, recovery_codes, second_factor
from portal.access.problems import CodeWrong, MailboxSpent
from portal.extensions import db
from portal.models import Counter
from tests.customers import HERE, NEW_PASSWORD, Customer, Visit, ask_link, make, wrong

pytestmark = pytest.mark.usefixtures("app")


def after_a_reset(who: Customer, now: datetime) -> Visit:
    password_resets.use(ask_link(who.email, HERE, now), NEW_PASSWORD, HERE, now)
    return who.half_in(now)


def test_a_right_code_by_mail_finishes_no_sign_in(cleo: Customer, now: datetime) -> None:
    visit = after_a_reset(cleo, now)
    answer = cleo.answer("email", visit, now)
    with pytest.raises(MailboxSpent):
        second_factor.prove(visit.standing, "email", answer, now)
    assert visit.standing.raised_at is None


def test_a_refused_code_is_no_try(cleo: Customer, now: datetime) -> None:
    visit = after_a_reset(cleo, now)
    with pytest.raises(MailboxSpent):
        second_factor.prove(visit.standing, "email", "000000", now)
    tried = select(func.count()).select_from(Counter).where(Counter.name.startswith("codes,"))
    assert db.session.scalar(tried) == 0


def test_the_app_finishes_it_and_codes_by_mail_count_again(cleo: Customer, now: datetime) -> None:
    visit = after_a_reset(cleo, now)
    second_factor.prove(visit.standing, "totp", cleo.app_code(now), now)
    later = cleo.half_in(now)
    assert second_factor.prove(later.standing, "email", cleo.answer("email", later, now), now)


def test_a_recovery_code_finishes_it_and_codes_by_mail_count_again(now: datetime) -> None:
    """With e-mail as the only method nothing else does."""
    dora = make("Dora", "dora@example.org", "email", now=now)
    visit = after_a_reset(dora, now)
    recovery_codes.use(visit.standing, dora.codes[0], now)
    later = dora.half_in(now)
    assert second_factor.prove(later.standing, "email", dora.answer("email", later, now), now)


def test_a_wrong_answer_takes_nothing_back(cleo: Customer, now: datetime) -> None:
    visit = after_a_reset(cleo, now)
    with pytest.raises(CodeWrong):
        second_factor.prove(visit.standing, "totp", wrong(cleo.app_code(now)), now)
    assert visit.standing.mailbox_spent
