"""Where the move to a new phone stands, from the factors alone."""

from datetime import datetime, timedelta

import pytest

from portal.access.moving import Stage, move
from portal.access.standing import Enrolment

DAY, MOMENT = timedelta(hours=24), timedelta(seconds=1)


def app(id: int, confirmed_at: datetime) -> Enrolment:
    return Enrolment(id, 1, "totp", f"App {id}", None, 0, 0, confirmed_at, None)


@pytest.mark.parametrize(
    ("ages", "stage", "old"),
    [
        ([DAY], Stage.ADD, [1]),
        ([DAY - MOMENT], Stage.DONE, []),
        ([400 * DAY, DAY - MOMENT], Stage.REMOVE, [1]),
        ([400 * DAY, DAY], Stage.ADD, [1, 2]),  # yesterday's is no longer the new one
        ([MOMENT, MOMENT], Stage.REMOVE, [1]),  # both of today: the one set up last is the new one
        ([0 * DAY, 400 * DAY], Stage.REMOVE, [2]),  # set up in the place of a removed one
        ([9 * DAY, 8 * DAY, 7 * DAY, 6 * DAY, 5 * DAY], Stage.MAKE_ROOM, [1, 2, 3, 4, 5]),
        ([9 * DAY, 8 * DAY, 7 * DAY, 6 * DAY, MOMENT], Stage.REMOVE, [1, 2, 3, 4]),
    ],
)
def test_the_move_stands_where_the_apps_say(now: datetime, ages: list[timedelta], stage: Stage, old: list[int]) -> None:
    found = move("totp", [app(i, now - age) for i, age in enumerate(ages, 1)], 5, now)
    assert (found.stage, [row.id for row in found.old]) == (stage, old)
