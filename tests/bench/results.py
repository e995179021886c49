"""From rounds to lines of the report. The goals stand here."""

from statistics import median

from tests.bench.processes import memory
from tests.bench.report import Result, at_least, at_most, of_the_cost, plain
from tests.bench.rounds import FEW, MANY, Rounds
from tests.bench.servers import Server

BY_HAND = 18.0  # ms: what a careful sign-in written by hand takes is 10, the usual extensions take 56 to 63
NOISE = 1.05  # at least so much is between two rounds of the same


def of_sign_ins(rounds: Rounds, alone: list[float]) -> list[Result]:
    """How much of the machine's argon2 reaches the customers."""
    ours = [each.per_second for each in rounds[FEW]]
    busy = sum(each.busy for each in rounds[FEW])
    return [
        at_least("whole sign-ins against argon2 alone", "a second", ours, alone, 0.85),
        plain("  … of them told that the portal is busy", "in all", busy),
    ]


def of_pages(rounds: dict[str, Rounds]) -> list[Result]:
    """What the software around the hash costs."""
    around = rounds["sign-in"][FEW]
    found = [at_most("a whole sign-in around argon2", "CPU ms", [each.cpu for each in around], BY_HAND)]
    for name, goal in (("overview", 0.7), ("form", 0.6)):
        ours, bare = rounds[name][FEW], rounds[name]["bare"]
        beside = {"overview": "a bare page with one query", "form": "a bare page"}[name]
        what = f"{name}, against {beside}"
        found += [
            of_the_cost(what, "CPU ms", [each.cpu for each in ours], [each.cpu for each in bare], goal),
            at_least(what, "a second", [each.per_second for each in ours], [each.per_second for each in bare], None),
        ]
    return found


def of_statements(counts: dict[str, int]) -> list[Result]:
    """What the database is asked."""
    whole = counts["the password"] + counts["the code"]
    found = [at_most("a sign-in: password and code", "statements", [whole], 10)]
    return found + [
        at_most(what, "statements", [count], 2) if what.startswith("/") else plain(what, "statements", count)
        for what, count in counts.items()
    ]


def of_processes(server: Server, when: str) -> list[Result]:
    """What a process weighs; of the web processes, all."""
    found: list[Result] = []
    for name, pids in (("web", server.web), ("worker", server.worker)):
        weights = [memory(pid) for pid in pids]
        found += [
            plain(f"{name} process {when}: alone (RSS)", "MiB", *(each.rss for each in weights)),
            plain(f"{name} process {when}: its share (PSS)", "MiB", *(each.pss for each in weights)),
        ]
    return found


def of_growth(full: Rounds, rounds: dict[str, Rounds]) -> list[Result]:
    """What many customers and a long log add: nothing beyond the noise of few."""
    found = [
        _growth("argon2 and all", "seconds", [[1 / each.per_second for each in full[size]] for size in (FEW, MANY)])
    ]
    for name, sizes in rounds.items():
        found.append(_growth(name, "CPU", [[each.cpu for each in sizes[size]] for size in (FEW, MANY)]))
    return found


def _growth(what: str, of: str, costs: list[list[float]]) -> Result:
    few, many = costs
    ratios = [more / less for less, more in zip(few, many, strict=True)]
    return at_most(f"{what}, many customers to few", of, ratios, max(NOISE, round(max(few) / median(few), 2)))
