"""What may import what: arrows only downwards, and no rule knows of HTTP."""

import ast
from pathlib import Path

import pytest

from tests.house.sources import PORTAL, imports, modules, name, tree

# What each part of the portal may import of the others.
BASE = ["config", "portal.crypto", "portal.database", "portal.extensions"]
LEAVES = [
    "portal.access.limits",
    "portal.access.limit_sentences",
    "portal.access.problems",
]  # numbers and named errors, which import nothing above
RULES = ["portal.logs", "portal.models", "portal.methods", "portal.delivery", "portal.access"]
ALLOWED = {
    "portal.models": ["portal.extensions", "portal.models"],
    "portal.database": [],
    "portal.crypto": [],
    "portal.clock": [],
    "portal.logs": [],
    "portal.extensions": ["config", "portal.crypto", "portal.database"],
    "portal.methods": ["config", "portal.crypto", "portal.methods", *LEAVES],
    "portal.delivery": [*BASE, "portal.clock", "portal.models", "portal.delivery", *LEAVES],
    "portal.access": [*BASE, *RULES],
    "portal.cli": [*BASE, "portal.clock", *RULES, "portal.cli", "portal.web.times"],
    "portal.web": [*BASE, "portal.clock", *RULES, "portal.web"],
    "portal": ["config", "portal"],
}
# Flask's own that know of a request.
HTTP = {"request", "session", "g", "current_user", "redirect", "render_template", "url_for", "flash", "abort"}


def _part(module: str) -> str:
    return max((part for part in ALLOWED if f"{module}.".startswith(f"{part}.")), key=len)


@pytest.mark.parametrize("path", modules(), ids=name)
def test_arrows_only_point_downwards(path: Path) -> None:
    """web -> access -> models, web -> methods, access -> methods and delivery."""
    own = {imported for imported in imports(path) if imported.split(".")[0] in ("portal", "config")}
    allowed = ALLOWED[_part(name(path))]
    assert {i for i in own if not any(f"{i}.".startswith(f"{part}.") for part in allowed)} == set()


@pytest.mark.parametrize("part", ["access", "methods", "delivery", "models", "crypto.py", "database.py", "clock.py"])
def test_below_the_web_nobody_knows_of_a_request(part: str) -> None:
    """Rules take plain values and `now`."""
    found = {
        f"{name(path)}: {imported}"
        for path in (modules(PORTAL / part) if (PORTAL / part).is_dir() else [PORTAL / part])
        for imported in imports(path)
        if imported.split(".")[0] in ("flask", "flask_login", "flask_wtf", "werkzeug", "wtforms")
        and imported.split(".")[-1] in HTTP | {"*"}
    }
    assert found == set()


def test_the_rules_import_no_forms_and_no_flask() -> None:
    """Not even a name of it: what they need of the application they get from `extensions`."""
    paths = modules(PORTAL / "access") + modules(PORTAL / "methods")
    found = {
        f"{name(p)}: {i}" for p in paths for i in imports(p) if i.split(".")[0] in ("flask", "wtforms", "flask_wtf")
    }
    assert found == set()


def test_only_the_clock_asks_the_time() -> None:
    """Whatever else needs it is given `now`, or asks `clock.now()`."""
    asking = {"now", "utcnow", "today", "time", "time_ns", "localtime", "gmtime"}
    found = [
        f"{name(path)}:{node.lineno}: {ast.unparse(node)}"
        for path in modules()
        if path != PORTAL / "clock.py"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in asking
        and ast.unparse(node.func.value) in ("datetime", "date", "time", "datetime.datetime", "datetime.date")
    ]
    assert found == []


def test_no_rule_asks_even_the_clock() -> None:
    """Rules take `now`, so that a test can travel."""
    paths = modules(PORTAL / "access") + modules(PORTAL / "methods") + modules(PORTAL / "models")
    assert [name(path) for path in paths if any(i.startswith("portal.clock") for i in imports(path))] == []


def test_no_shared_code_asks_which_method_it_is() -> None:
    """Adding a method adds no `if`: a comparison with a method's name stands in that method's module only."""
    found = [
        f"{name(path)}:{node.lineno}: {ast.unparse(node)}"
        for path in modules()
        if path.parent != PORTAL / "methods"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Compare)
        for side in (node.left, *node.comparators)
        if isinstance(side, ast.Constant) and side.value in ("totp", "email") and "kind" in ast.unparse(node)
    ]
    assert found == []
