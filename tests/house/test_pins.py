"""Two installations never differ: every package is pinned to one version and to its files' hashes."""

import re

import pytest

from config import ROOT

FILES = ["requirements.txt", "requirements-dev.txt"]
PIN = re.compile(r"^([A-Za-z0-9._-]+)(\[[\w,-]+\])?==([\w.+!]+)( ; .+?)?( \\)?$")


def _entries(name: str) -> list[str]:
    """Each requirement with the lines that belong to it."""
    lines = [line for line in (ROOT / name).read_text().splitlines() if line and not line.startswith("#")]
    return ["\n".join([line, *_belonging(lines[i + 1 :])]) for i, line in enumerate(lines) if not line.startswith(" ")]


def _belonging(lines: list[str]) -> list[str]:
    end = next((i for i, line in enumerate(lines) if not line.startswith(" ")), len(lines))
    return lines[:end]


@pytest.mark.parametrize("name", FILES)
def test_every_package_is_pinned_with_hashes(name: str) -> None:
    entries = _entries(name)
    assert len(entries) > 20
    bad = [e.splitlines()[0] for e in entries if not PIN.match(e.splitlines()[0]) or "--hash=sha256:" not in e]
    assert bad == []


@pytest.mark.parametrize("name", FILES)
def test_no_lock_names_where_its_packages_come_from(name: str) -> None:
    """Neither an index nor a path of one machine."""
    assert re.findall(r"--(?:extra-)?index-url|--find-links|https?://|file:|git\+", (ROOT / name).read_text()) == []


@pytest.mark.parametrize("name", FILES)
def test_what_is_asked_for_is_locked(name: str) -> None:
    """`make lock` was run after the last change."""
    text = (ROOT / name.replace(".txt", ".in")).read_text()
    asked = [re.split(r"[\s\[=<>;#]", line)[0] for line in text.splitlines() if re.match(r"[A-Za-z]", line)]
    locked = {entry.split("==")[0].split("[")[0].casefold().replace("_", "-") for entry in _entries(name)}
    assert [package for package in asked if package.casefold().replace("_", "-") not in locked] == []


def test_both_locks_agree() -> None:
    """What runs in production is what was tested."""
    run, dev = ({e.split("==")[0]: e.split()[0] for e in _entries(name)} for name in FILES)
    assert {package: pin for package, pin in run.items() if dev.get(package, pin) != pin} == {}
