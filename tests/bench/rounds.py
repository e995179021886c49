"""The rounds: portal and baseline, few customers and many, in turn, so that what else the machine does hits all."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask

from config import Settings
from portal import create_app
from tests.bench import argon, load, servers
from tests.bench.filling import fill
from tests.bench.load import Round
from tests.bench.servers import Server
from tests.bench.signing_in import Turns
from tests.portal_for_tests import CHEAP, environment, free_port

Cost = tuple[int, int, int]
TINY: Cost = tuple(map(int, CHEAP.split(",")))  # type: ignore[assignment]
FEW, MANY = "few", "many"
SIZES = (FEW, MANY)


@dataclass(frozen=True)
class Effort:
    """How many rounds; how many sign-ins at full cost, at next to no cost, and pages, in each."""

    rounds: int
    sign_ins: int
    cheap_sign_ins: int
    pages: int


@dataclass
class Place:
    """A portal's settings and database, filled. Whose turn it is to sign in, by their password's cost."""

    env: dict[str, str]
    log: Path
    turns: dict[Cost, Turns]

    @property
    def app(self) -> Flask:
        return create_app(Settings.load(self.env))

    @contextmanager
    def running(self, cost: Cost) -> Iterator[Server]:
        with servers.portal(self.env | {"PORTAL_ARGON2": ",".join(map(str, cost))}, self.log) as server:
            yield server


def filled(database: str, users: int, log_rows: int, log: Path) -> Place:
    """A new place. Half of its customers have a password at production's cost, half at next to none."""
    costs = (argon.COST, TINY)
    turns = {cost: Turns(users, i, len(costs)) for i, cost in enumerate(costs, 1)}
    place = Place(environment(database, free_port()), log, turns)
    fill(place.app, users, log_rows, tuple(map(argon.hash_at, costs)))
    return place


Rounds = dict[str, list[Round]]


def at_full_cost(places: dict[str, Place], running: dict[str, Server], effort: Effort) -> tuple[Rounds, list[float]]:
    """Whole sign-ins at production's argon2, and how fast argon2 is alone."""
    alone: list[float] = []
    found: Rounds = {size: [] for size in places}
    with argon.hashers() as hashers:
        for _ in range(effort.rounds):
            for size, server in running.items():
                found[size].append(load.sign_ins(server, places[size].turns[argon.COST], effort.sign_ins))
                if size == FEW:
                    alone.append(argon.per_second(hashers, effort.sign_ins))
    return found, alone


def around_the_hash(
    places: dict[str, Place], running: dict[str, Server], bare: Server, effort: Effort
) -> dict[str, Rounds]:
    """Whole sign-ins with an argon2 of next to nothing, the overview and the sign-in form, each beside its baseline."""
    sign_in: Rounds = {size: [] for size in places}
    overview: Rounds = {size: [] for size in (*places, "bare")}
    form: Rounds = {size: [] for size in (*places, "bare")}
    for _ in range(effort.rounds):
        for size, server in running.items():
            sign_in[size].append(load.sign_ins(server, places[size].turns[TINY], effort.cheap_sign_ins))
            overview[size].append(load.pages(server, effort.pages, lambda _: "/", signed_in=True))
            if size == FEW:
                overview["bare"].append(load.pages(bare, effort.pages, lambda n: f"/user/{n}"))
            form[size].append(load.pages(server, effort.pages, lambda _: "/sign-in"))
            if size == FEW:
                form["bare"].append(load.pages(bare, effort.pages, lambda _: "/"))
    return {"sign-in": sign_in, "overview": overview, "form": form}
