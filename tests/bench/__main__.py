"""`make bench`: what the portal costs, against what the machine can do at best. Needs Linux.

On SQLite, and on the PostgreSQL of PORTAL_TEST_DATABASE_URL if that is set. Each number is the median of the rounds,
with the smallest and the largest beside it. Exits with 0 whether or not the goals are met: the numbers are for people.
"""

import argparse
import json
import os
import platform
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from sqlalchemy import create_engine, text

from tests.bench import argon, results, servers, statements
from tests.bench.report import Result, as_json, plain, table
from tests.bench.rounds import FEW, MANY, TINY, Effort, around_the_hash, at_full_cost, filled
from tests.portal_for_tests import fresh_database

SCHEMAS = {FEW: "bench_few", MANY: "bench_many"}


def main(words: list[str] | None = None) -> None:
    """Measure and print."""
    asked = _read(words)
    effort = Effort(asked.rounds, asked.sign_ins, asked.cheap_sign_ins, asked.pages)
    sizes = {FEW: (asked.users, 10 * asked.users), MANY: (asked.many_users, asked.log)}
    engines = ["SQLite", *(["PostgreSQL"] if os.environ.get("PORTAL_TEST_DATABASE_URL") else [])]
    found: dict[str, list[Result]] = {}
    for engine in engines:
        with tempfile.TemporaryDirectory() as folder:
            try:
                found[engine] = measure(engine, Path(folder), sizes, effort)
            finally:
                _leave_nothing(engine)
        print(table(f"{engine}, {os.cpu_count()} processors", found[engine]), end="\n\n", flush=True)
    if asked.json:
        machine = {"machine": platform.machine(), "python": platform.python_version(), "processors": os.cpu_count()}
        asked.json.write_text(json.dumps(machine | {name: as_json(of) for name, of in found.items()}, indent=1) + "\n")


def measure(engine: str, folder: Path, sizes: dict[str, tuple[int, int]], effort: Effort) -> list[Result]:
    """Everything, on one engine."""
    places = {}
    for size, (users, log) in sizes.items():
        _say(f"{engine}: {users} customers, {log} rows of log ...")
        database = _database(engine, SCHEMAS[size], folder)
        places[size] = filled(database, users, log, folder / "log")
    _say(f"{engine}: {effort.rounds} rounds of sign-ins at production's argon2 ...")
    with ExitStack() as stack:
        running = {size: stack.enter_context(place.running(argon.COST)) for size, place in places.items()}
        start = [plain("from the start to the first answer", "seconds", running[FEW].first_answer)]
        idle = results.of_processes(running[FEW], "idle")
        full, alone = at_full_cost(places, running, effort)
        after = results.of_processes(running[FEW], "after all sign-ins")
    _say(f"{engine}: {effort.rounds} rounds of sign-ins and pages around it ...")
    with ExitStack() as stack:
        running = {size: stack.enter_context(place.running(TINY)) for size, place in places.items()}
        bare = stack.enter_context(servers.bare(places[FEW].env["PORTAL_DATABASE_URL"], folder / "log"))
        around = around_the_hash(places, running, bare, effort)
    return [
        *results.of_sign_ins(full, alone),
        *results.of_pages(around),
        *results.of_statements(statements.counted(places[FEW].app, places[FEW].turns[TINY])),
        *results.of_growth(full, around),
        *(*start, *idle, *after),
    ]


def _database(engine: str, name: str, folder: Path) -> str:
    return fresh_database(name, folder) if engine == "PostgreSQL" else f"sqlite:///{folder / name}.db"


def _leave_nothing(engine: str) -> None:
    """Take the schemas out of a PostgreSQL that is not ours."""
    if engine == "PostgreSQL":
        made = create_engine(os.environ["PORTAL_TEST_DATABASE_URL"], isolation_level="AUTOCOMMIT")
        with made.connect() as connection:
            for name in SCHEMAS.values():
                connection.execute(text(f"DROP SCHEMA IF EXISTS {name} CASCADE"))
        made.dispose()


def _read(words: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser("make bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--sign-ins", type=int, default=40, help="in one round, at production's argon2")
    parser.add_argument("--cheap-sign-ins", type=int, default=120, help="in one round, at an argon2 of next to nothing")
    parser.add_argument("--pages", type=int, default=1200, help="in one round")
    parser.add_argument("--users", type=int, default=1000, help="the few, with ten rows of log each")
    parser.add_argument("--many-users", type=int, default=100_000)
    parser.add_argument("--log", type=int, default=1_000_000, help="rows of log of the many")
    parser.add_argument("--json", type=Path, help="write the numbers to this file, too")
    return parser.parse_args(words)


def _say(words: str) -> None:
    print(f"==> {words}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
