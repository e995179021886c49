"""Every sentence stands in one place, and nothing asks for a sentence that isn't there."""

import ast
import inspect
import re

from flask import Flask

from config import ROOT
from portal.access import limits, problems
from portal.access.problems import Problem
from tests.house.sources import calls, modules, tree

MACRO = re.compile(r"\{%-?\s*macro (\w+)\(")


def _macros(name: str) -> set[str]:
    return set(MACRO.findall((ROOT / "templates" / name).read_text()))


def _keys() -> set[str]:
    classes = [found for _, found in inspect.getmembers(problems, inspect.isclass) if issubclass(found, Problem)]
    return {str(found.key) for found in classes if hasattr(found, "key")}


def test_every_problem_has_its_sentence() -> None:
    """And no sentence is without its problem."""
    assert _macros("problems.html") == _keys()


def test_every_problem_has_a_key_of_its_own() -> None:
    found = [c for _, c in inspect.getmembers(problems, inspect.isclass) if issubclass(c, Problem) and "key" in vars(c)]
    assert len(found) == len(_keys())


def test_every_problem_s_sentence_can_be_said(house: Flask) -> None:
    """With the facts that its class carries."""
    module = house.jinja_env.get_template("problems.html").module
    for _, found in inspect.getmembers(problems, inspect.isclass):
        if issubclass(found, Problem) and hasattr(found, "key"):
            made = found.__init__ if inspect.isfunction(found.__init__) else lambda self: None
            facts = len(inspect.signature(made).parameters) - 1
            sentence = str(getattr(module, found.key)(found(*[7] * facts))).strip()
            assert sentence.endswith("."), found.key
            assert ("7" in sentence) is bool(facts), found.key


def test_everything_flashed_has_its_sentence() -> None:
    """And no sentence is never flashed."""
    flashed: set[str] = set()
    for path in modules():
        for call in calls(path, "flash"):
            found = (n.value for n in ast.walk(call.args[0]) if isinstance(n, ast.Constant))
            flashed |= {value for value in found if isinstance(value, str)}
        for call in calls(path, "change"):
            flashed.add(ast.literal_eval(call.args[3]))
    assert flashed == _macros("flashes.html")


def test_every_reason_for_an_end_has_its_sentence() -> None:
    """Why one was signed out is said at the next click; "signed out" by oneself needs none."""
    given = {"idle", "absolute"}
    for path in modules():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in (
                "end",
                "end_where",
                "end_others",
            ):
                given |= {a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)}
    told = set(re.findall(r"^  '(\w+)':", (ROOT / "templates/auth/sign_in.html").read_text(), re.MULTILINE))
    assert {"too_many", "replaced", "wrong_passwords"} <= given
    assert given - told == {"signed_out"}


def test_every_limit_has_its_words() -> None:
    """What there was too much of, by the limit's own word."""
    told = set(re.findall(r"^  '([\w ]+)': '", (ROOT / "templates/errors/limited.html").read_text(), re.MULTILINE))
    assert {limit.what for limit in limits.ALL} == told


def test_every_error_page_has_its_heading_and_advice() -> None:
    text = (ROOT / "templates/errors/page.html").read_text()
    headings, advice = (set(re.findall(r"^  '(\w+)':", part, re.MULTILINE)) for part in text.split("{% set advice")[:2])
    asked = set(re.findall(r'"(\w+)"', (ROOT / "portal/web/errors.py").read_text())) & headings
    assert headings == advice
    assert headings == asked


def test_no_sentence_stands_in_python() -> None:
    """Two words and a full stop in a string that isn't a docstring, in web, access or methods."""
    found = []
    for folder in ("web", "access", "methods"):
        for path in modules(ROOT / "portal" / folder):
            docs = {id(n.value) for n in ast.walk(tree(path)) if isinstance(n, ast.Expr)}
            for node in ast.walk(tree(path)):
                if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or id(node) in docs:
                    continue
                if re.match(r"[A-Z][^<{]* [a-z]+ .*\.$", node.value):
                    found.append(f"{path.name}:{node.lineno}: {node.value}")
    assert found == []
