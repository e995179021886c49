"""What the commands share: exit codes, one-line errors, JSON.

0: done, or nothing unsafe. 1: refused, unsafe, or it didn't work. 2: called the wrong way.
"""

import json
import logging
from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy.exc import DBAPIError, OperationalError

from portal.access.addresses import Address, read_address
from portal.access.problems import Problem

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON, for scripts.")
yes = click.option("--yes", is_flag=True, help="Don't ask whether to go on.")


class Commands(AppGroup):
    """A group of commands whose trouble with the database takes one line, and quotes no row."""

    def invoke(self, ctx: click.Context) -> Any:
        logging.getLogger("portal").setLevel(logging.WARNING)  # a command says itself what it did
        try:
            return super().invoke(ctx)
        except DBAPIError as problem:
            raise click.ClickException(_words(problem)) from None


class EmailAddress(click.ParamType[Address]):
    """An e-mail address, read as everywhere."""

    name = "email"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Address:
        try:
            return value if isinstance(value, Address) else read_address(value)
        except Problem:
            self.fail("is no e-mail address", param, ctx)


def ask(question: str, yes: bool) -> None:
    """Go on only after a yes."""
    if not yes:
        click.confirm(question, abort=True)


def print_json(value: Any) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def _words(problem: DBAPIError) -> str:
    """What a driver says of a statement may quote a row; what it says of a connection doesn't."""
    lines = str(problem.orig).strip().splitlines()
    if isinstance(problem, OperationalError) and lines:
        return f"The database can't be used: {lines[0]}"
    return f"The database refuses ({type(problem.orig).__name__}). Is it migrated? flask --app wsgi portal check"
