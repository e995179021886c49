"""The bench runs, and leaves out none of what it promises. What it measures depends on the machine, so nothing of that
is asked here."""

import json
from pathlib import Path

import pytest

from tests.bench.__main__ import main

pytestmark = pytest.mark.any_engine

TINY = {
    "rounds": 1,
    "sign-ins": 2,
    "cheap-sign-ins": 2,
    "pages": 50,
    "users": 40,
    "many-users": 44,
    "log": 50,
}  # nobody waits for a next code
GOALS = {
    "whole sign-ins against argon2 alone": 0.85,
    "a whole sign-in around argon2": 18,
    "overview, against a bare page with one query": 0.7,
    "form, against a bare page": 0.6,
    "a sign-in: password and code": 10,
    "/": 2,
}


def test_the_bench_runs_and_names_its_goals(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On SQLite alone: the same code measures the other."""
    monkeypatch.delenv("PORTAL_TEST_DATABASE_URL", raising=False)
    effort = [f"--{name}={number}" for name, number in TINY.items()]
    main([*effort, "--json", str(tmp_path / "numbers.json")])
    numbers = json.loads((tmp_path / "numbers.json").read_text())
    measured = {engine: lines for engine, lines in numbers.items() if isinstance(lines, list)}
    assert measured.keys() == {"SQLite"}
    for lines in measured.values():
        assert GOALS.items() <= {line["what"]: line["goal"] for line in lines if line["goal"]}.items()
        assert all(number > 0 for line in lines if line["goal"] for number in line["portal"])
    printed = capsys.readouterr().out
    assert all(what in printed for what in GOALS)
