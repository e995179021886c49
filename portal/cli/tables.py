"""`portal settings` and `portal limits`: the tables that stand in the project's documents, made from what rules."""

from collections.abc import Iterable
from dataclasses import MISSING, Field, fields
from pathlib import Path
from typing import Any

import click

from config import ROOT, Settings, variable
from portal.access import limits


@click.command("settings")
def print_settings() -> None:
    """Print every setting, what it is for and its default."""
    click.echo(settings_table())


@click.command("limits")
def print_limits() -> None:
    """Print every limit."""
    click.echo(limits_table())


def settings_table() -> str:
    """The settings as a Markdown table."""
    rows = ((f"`{variable(f)}`", f.metadata["about"], _default(f)) for f in fields(Settings))
    return _table(("Variable", "What it is", "Default"), rows)


def limits_table() -> str:
    """The limits as a Markdown table."""
    rows = ((limit.name, limit.counts, limit.sentence) for limit in limits.ALL)
    return _table(("Limit", "Counts", "At most"), rows)


def _default(f: "Field[Any]") -> str:
    if f.default is MISSING:
        return "required"
    if isinstance(f.default, tuple):
        return "`" + ",".join(map(str, f.default)) + "`"
    shown = f.default.relative_to(ROOT) if isinstance(f.default, Path) else f.default
    return f"`{shown}`" if shown not in ("", None) else "–"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
