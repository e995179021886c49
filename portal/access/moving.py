"""Moving to a new phone: it is set up beside the old one, and then the old one's factor is removed.

Where the move stands is computed from the factors, so that it can be left and gone on with, in any order of pages.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from portal.access import limits
from portal.access.standing import Enrolment


class Stage(Enum):
    """What is next."""

    MAKE_ROOM = "remove one: there are as many as may be"
    ADD = "set the new phone up"
    REMOVE = "remove the old phone"
    DONE = "the new phone is the only one"


@dataclass(frozen=True)
class Move:
    """`new` was set up so lately that it counts as the new phone's; `old` are those that may be removed now."""

    kind: str
    stage: Stage
    new: Enrolment | None
    old: tuple[Enrolment, ...]


def move(kind: str, mine: Sequence[Enrolment], most: int, now: datetime) -> Move:
    """Where the move stands for somebody with these factors of a kind, at least one, of which there may be `most`."""
    newest = max(mine, key=lambda row: (row.confirmed_at, row.id))
    others = tuple(row for row in mine if row is not newest)
    if now < newest.confirmed_at + limits.NEW_PHONE:
        return Move(kind, Stage.REMOVE if others else Stage.DONE, newest, others)
    if len(mine) >= most:
        return Move(kind, Stage.MAKE_ROOM, None, tuple(mine))
    return Move(kind, Stage.ADD, None, tuple(mine))
