"""The portal's own source, read as text and as syntax trees."""

import ast
from functools import cache
from pathlib import Path

from config import ROOT

PORTAL = ROOT / "portal"


def modules(folder: Path = PORTAL) -> list[Path]:
    return sorted(folder.rglob("*.py"))


def name(path: Path) -> str:
    """`portal/web/gate.py` as it is imported."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path))


def imports(path: Path) -> set[str]:
    """Everything a module imports, each with its full name; what is only for the type checker left out."""
    found: set[str] = set()
    for node in ast.walk(_without_types(tree(path))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def _without_types(module: ast.Module) -> ast.Module:
    kept = [
        node for node in module.body if not (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING")
    ]
    return ast.Module(kept, [])


def calls(path: Path, function: str) -> list[ast.Call]:
    """The calls of a function by its bare name."""
    nodes = ast.walk(tree(path))
    return [n for n in nodes if isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id == function]
