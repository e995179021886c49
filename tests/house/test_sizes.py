"""Small enough to read in one go, and called by words that say what it is."""

import ast
import re
import subprocess
from pathlib import Path

from config import ROOT
from tests.house.sources import tree

MODULE, FUNCTION, TEMPLATE, CONFTEST = 250, 40, 120, 200
NOBODYS_NAMES = re.compile(r"(^|_)(util|utils|helper|helpers|manager|managers|misc|base_?class|stuff)(_|$)")


def _kept(*patterns: str) -> list[Path]:
    """The files that the repository keeps, or will."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)  # noqa: S603
    paths = [ROOT / line for line in listed.stdout.splitlines()]
    assert paths, patterns
    return [path for path in paths if path.exists()]


def _lines(path: Path) -> int:
    return len(path.read_text().splitlines())


def _longer(paths: list[Path], most: int) -> dict[str, int]:
    return {str(path.relative_to(ROOT)): _lines(path) for path in paths if _lines(path) > most}


def test_no_module_is_longer_than_one_can_read() -> None:
    assert _longer(_kept("*.py"), MODULE) == {}


def test_no_function_is_longer_than_a_page() -> None:
    long = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}: {(node.end_lineno or 0) - node.lineno + 1}"
        for path in _kept("*.py")
        if not path.is_relative_to(ROOT / "migrations")  # one step of the database's history is one function
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno + 1 > FUNCTION
    ]
    assert long == []


def test_no_template_is_longer_than_a_page() -> None:
    assert _longer(_kept("templates/*.html", "templates/*.txt"), TEMPLATE) == {}


def test_no_fixture_file_grows_into_a_world() -> None:
    assert _longer(_kept("tests/conftest.py", "tests/*/conftest.py"), CONFTEST) == {}


def test_everything_has_a_name_of_its_own() -> None:
    """A word a customer or a colleague would know, not a drawer for what is left over."""
    paths = _kept("*.py", "templates/*", "static/*")
    names = {part for path in paths for part in path.relative_to(ROOT).with_suffix("").parts}
    classes = {n.name for path in _kept("portal/*.py") for n in ast.walk(tree(path)) if isinstance(n, ast.ClassDef)}
    assert {name for name in names if NOBODYS_NAMES.search(name.casefold().replace("-", "_"))} == set()
    assert {name for name in classes if re.search(r"(Util|Utils|Helper|Manager)$", name)} == set()


def test_every_module_says_what_it_promises() -> None:
    """A docstring each; `__init__` files of packages too."""
    assert [
        str(path) for path in _kept("portal/*.py", "tests/*.py", "config.py") if not ast.get_docstring(tree(path))
    ] == []
