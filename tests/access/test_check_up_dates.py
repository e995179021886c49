"""When "Could you still get in?" is asked again."""

from datetime import datetime, timedelta

import pytest

from portal.access import check_up_dates
from portal.access.overview import read_overview
from tests.customers import Customer

MOMENT = timedelta(seconds=1)


def is_due(ben: Customer, now: datetime) -> bool:
    return check_up_dates.due(read_overview(ben.come_in(now).standing).check_up_at, now)


def test_who_was_never_asked_is_asked(ben: Customer, now: datetime) -> None:
    assert is_due(ben, now)


@pytest.mark.parametrize(("read", "days"), [(True, 180), (False, 30)])
def test_it_comes_back_in_half_a_year_or_put_off_in_a_month(
    ben: Customer, cleo: Customer, now: datetime, read: bool, days: int
) -> None:
    """And for nobody else."""
    (check_up_dates.note_read if read else check_up_dates.put_off)(ben.user_id, now)
    assert not is_due(ben, now)
    assert not is_due(ben, now + timedelta(days=days) - MOMENT)
    assert is_due(ben, now + timedelta(days=days))
    assert is_due(cleo, now)
