"""The list of OWASP ASVS rows: none is lost, what it names as proof exists, and its sums are right."""

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from flask import Flask

from config import ROOT
from tests.house.test_operating import BEGINNING, find, spans

DOCUMENT = ROOT / "docs/asvs.md"
STATES = ("proved", "operator", "open", "not yet")
# The rows of ASVS 5.0 that concern a portal like this one, whether or not it has what they ask for.
LEVEL_1 = """
1.2.1 1.2.2 1.2.3 1.2.4 1.2.5 1.3.2 2.1.1 2.2.1 2.2.2 2.3.1 3.2.1 3.2.2 3.3.1 3.4.1 3.4.2 3.5.1 3.5.3 4.1.1 6.1.1
6.2.1 6.2.2 6.2.3 6.2.4 6.2.5 6.2.6 6.2.7 6.2.8 6.3.1 6.3.2 6.4.1 6.4.2 7.2.1 7.2.2 7.2.3 7.2.4 7.4.1 7.4.2 8.1.1
8.2.1 8.2.2 8.3.1 9.1.1 9.1.2 9.1.3 9.2.1 11.3.1 11.3.2 11.4.1 12.1.1 12.2.1 12.2.2 13.4.1 14.2.1 14.3.1 15.1.1
15.2.1 15.3.1
"""
LEVEL_2 = """
1.1.1 1.1.2 1.2.9 1.3.3 1.3.6 1.3.7 1.3.10 1.3.11 1.5.2 2.1.2 2.1.3 2.2.3 2.3.2 2.3.3 2.3.4 2.4.1 3.3.2 3.3.3 3.3.4
3.4.3 3.4.4 3.4.5 3.4.6 3.5.4 3.7.1 3.7.2 4.1.2 4.1.3 4.2.1 5.4.1 5.4.2 6.1.2 6.1.3 6.2.9 6.2.10 6.2.11 6.2.12 6.3.3
6.3.4 6.4.3 6.4.4 6.5.1 6.5.2 6.5.3 6.5.4 6.5.5 6.6.1 6.6.2 6.6.3 7.1.1 7.1.2 7.3.1 7.3.2 7.4.3 7.4.4 7.4.5 7.5.1
7.5.2 8.1.2 8.2.3 9.2.2 11.1.1 11.1.2 11.2.1 11.2.2 11.2.3 11.3.3 11.4.2 11.4.3 11.5.1 12.1.2 12.3.1 12.3.2 12.3.3
12.3.4 13.1.1 13.2.1 13.2.2 13.2.3 13.2.4 13.2.5 13.3.1 13.3.2 13.4.2 13.4.3 13.4.4 13.4.5 14.1.1 14.1.2 14.2.2
14.2.3 14.2.4 14.3.2 14.3.3 15.1.2 15.1.3 15.2.2 15.2.3 15.3.2 15.3.3 15.3.4 15.3.5 15.3.6 15.3.7 16.1.1 16.2.1
16.2.2 16.2.3 16.2.4 16.2.5 16.3.1 16.3.2 16.3.3 16.3.4 16.4.1 16.4.2 16.4.3 16.5.1 16.5.2 16.5.3
"""
LEVELS = dict.fromkeys(LEVEL_1.split(), 1) | dict.fromkeys(LEVEL_2.split(), 2)


@dataclass(frozen=True)
class Row:
    """One line of the list: what proves it stands in `proof`, what is left to be wished in `gap`."""

    ids: tuple[str, ...]
    levels: tuple[int, ...]
    state: str
    does: str
    proof: str
    gap: str


@cache
def rows() -> list[Row]:
    found = []
    for line in DOCUMENT.read_text().splitlines():
        if re.match(r"\| \d+\.\d+\.\d+", line):
            ids, levels, *rest = (cell.strip() for cell in line.strip("|").split("|"))
            found.append(Row(tuple(ids.split(", ")), tuple(map(int, levels.split(", "))), *rest))
    return found


def proofs(text: str) -> list[tuple[Path, str]]:
    """Each test file that a text names, with the function; `::more` belongs to the file before it."""
    found: list[tuple[Path, str]] = []
    for span in spans(text):
        file, mark, function = span.partition("::")
        if file.startswith("tests/"):
            found.append((ROOT / file, function))
        elif mark and not file:
            found.append((found[-1][0], function))
    return found


def missing(path: Path, function: str) -> bool:
    name = function or r"test_\w+"
    return not path.is_file() or not re.search(rf"^def {name}\(", path.read_text(), re.MULTILINE)


def test_no_row_is_lost_and_none_stands_twice() -> None:
    named = [id for row in rows() for id in row.ids]
    assert [id for id, count in Counter(named).items() if count > 1] == []
    assert set(named) == LEVELS.keys()
    assert (len(LEVEL_1.split()), len(LEVEL_2.split())) == (57, 120)


def test_each_row_has_its_level() -> None:
    """One for all its ids, or one for each."""
    told = {id: level for row in rows() for id, level in zip(row.ids, row.levels * len(row.ids), strict=False)}
    assert {id: level for id, level in told.items() if level != LEVELS[id]} == {}
    assert [row.ids for row in rows() if len(row.levels) not in (1, len(row.ids))] == []


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.ids[0])
def test_whatever_is_said_is_proved_or_admitted(row: Row) -> None:
    assert row.state in STATES
    assert row.does
    if row.state == "proved":
        assert proofs(row.proof) or commands_in(row.proof)
    if row.state == "operator":
        assert re.search(r"\]\((operate\.md#|deploy/)", row.proof)
    if row.state == "open":
        assert row.gap


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.ids[0])
def test_every_test_it_names_exists(row: Row) -> None:
    named = proofs(" ".join((row.does, row.proof, row.gap)))
    assert [f"{path.relative_to(ROOT)}::{function}" for path, function in named if missing(path, function)] == []


def commands_in(text: str) -> list[str]:
    return [span for span in spans(text) if span.startswith("bin/dev ") or BEGINNING.match(span)]


def test_every_command_it_names_exists(house: Flask) -> None:
    named = {command for row in rows() for command in commands_in(row.proof)}
    assert named
    jobs = set(re.findall(r"^(\w+)\(\) ", (ROOT / "bin/dev").read_text(), re.MULTILINE))
    assert {command for command in named if command.startswith("bin/dev ") and command.split()[1] not in jobs} == set()
    for command in named:
        if BEGINNING.match(command):
            known, rest = find(BEGINNING.sub("", command), house)
            assert set(rest) <= {name for parameter in known.params for name in parameter.opts}


def test_every_heading_it_points_at_is_there() -> None:
    for path, heading in re.findall(r"\]\(([^)#:]*)#([^)]+)\)", DOCUMENT.read_text()):
        text = (DOCUMENT.parent / path).read_text() if path else DOCUMENT.read_text()
        headings = re.findall(r"^#+ (.+)", text, re.MULTILINE)
        assert heading in {re.sub(r"[^\w -]", "", line).strip().replace(" ", "-").lower() for line in headings}


def test_its_sums_are_right() -> None:
    count = Counter((LEVELS[id], row.state) for row in rows() for id in row.ids)
    lines = [
        "| | proved | by the operator | open | not yet built | all |\n| --- | --- | --- | --- | --- | --- |\n",
        *(f"| level {level} | {_sums([count[level, state] for state in STATES])} |\n" for level in (1, 2)),
        f"| both | {_sums([count[1, state] + count[2, state] for state in STATES])} |\n",
    ]
    assert "".join(lines) in DOCUMENT.read_text()


def _sums(counts: list[int]) -> str:
    return " | ".join(map(str, [*counts, sum(counts)]))
