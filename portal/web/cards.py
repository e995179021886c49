"""The methods as "Security and access" and the overview show them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from portal import methods
from portal.access import factors
from portal.access.standing import Enrolment


@dataclass(frozen=True)
class Card:
    """One method: whether it is on, since when, when last used; `only` when it can't be switched off,
    `moves` when a new phone must be set up for it."""

    kind: str
    on: bool
    primary: bool
    only: bool
    closed: bool
    can_add: bool
    moves: bool
    factors: tuple[Enrolment, ...]

    @property
    def since(self) -> datetime | None:
        return min((row.confirmed_at for row in self.factors), default=None)

    @property
    def used_at(self) -> datetime | None:
        return max((row.used_at for row in self.factors if row.used_at), default=None)


def of(rows: Iterable[Enrolment], on_offer: Iterable[str], primary: str | None) -> list[Card]:
    """A card for each method on offer, and for one that is on though no longer offered."""
    rows = list(rows)
    kinds = dict.fromkeys([*on_offer, *(row.kind for row in rows)])
    on = {row.kind for row in rows}
    return [_card(kind, [row for row in rows if row.kind == kind], kind == primary, on == {kind}) for kind in kinds]


def _card(kind: str, mine: list[Enrolment], primary: bool, only: bool) -> Card:
    method = methods.method(kind)
    return Card(
        kind=kind,
        on=bool(mine),
        primary=primary,
        only=only,
        closed=any(factors.closed(row) for row in mine),
        can_add=0 < len(mine) < method.most,
        moves=bool(mine) and method.moves,
        factors=tuple(mine),
    )
