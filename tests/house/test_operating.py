"""The operator's document and the files beside it say what the portal does."""

import re
import shlex
import socket
from configparser import RawConfigParser
from dataclasses import fields
from pathlib import Path

import click
import pytest
from flask import Flask

from config import ROOT, Settings, variable
from portal import BODY
from portal.access import mailed_links
from portal.access.soundness import settings_findings
from portal.cli import commands
from portal.cli.serve import web

DOCUMENT = ROOT / "docs/operate.md"
DEPLOY = ROOT / "docs/deploy"
UNITS = sorted(DEPLOY.glob("*.service"))
FILES = sorted(DEPLOY.iterdir())
BEGINNING = re.compile(r"^(?:sudo )?(?:flask --app wsgi )?portal (?=\w)")


def spans(text: str) -> list[str]:
    return re.findall(r"`([^`\n]+)`", text)


def table() -> list[str]:
    """What the table of commands names."""
    rows = DOCUMENT.read_text().split("### Somebody has lost everything")[0].splitlines()
    return [span for row in rows if row.startswith("| `") for span in spans(row.split("|")[1])]


def named() -> list[str]:
    """Every command the document gives, without how all of them begin."""
    found = [BEGINNING.sub("", span) for span in spans(DOCUMENT.read_text()) if BEGINNING.match(span)]
    return [*table(), *found]


def find(words: str, app: Flask) -> tuple[click.Command, list[str]]:
    """A command, and what is typed after its name. `portal db …` is Flask-Migrate's."""
    first, *rest = shlex.split(words.replace("[", "").replace("]", ""))
    start = app.cli if first == "db" else commands
    command = start.commands.get(first)
    assert command, f"no command {words!r}"
    while isinstance(command, click.Group) and rest:
        command, rest = command.commands.get(rest[0]), rest[1:]
        assert command, f"no command {words!r}"
    return command, rest


@pytest.mark.parametrize("words", sorted(set(named())))
def test_every_command_the_document_names_exists(house: Flask, words: str) -> None:
    """With the options it is given there."""
    command, rest = find(words, house)
    known = {name for parameter in command.params for name in parameter.opts}
    assert {word for word in rest if word.startswith("--")} <= known


def test_every_command_stands_in_the_table(house: Flask) -> None:
    mine = {id(find(words, house)[0]) for words in table()}
    every = {name: command for name, command in commands.commands.items() if not isinstance(command, click.Group)}
    for name, group in commands.commands.items():
        if isinstance(group, click.Group):
            every |= {f"{name} {inner}": command for inner, command in group.commands.items()}
    assert [name for name, command in every.items() if id(command) not in mine] == []


@pytest.mark.parametrize("path", [DOCUMENT, *FILES], ids=lambda path: path.name)
def test_every_setting_it_names_exists(path: Path) -> None:
    known = {variable(field) for field in fields(Settings)}
    known |= {f"{variable(field)}_FILE" for field in fields(Settings) if field.metadata["secret"]}
    assert set(re.findall(r"\bPORTAL_[A-Z_0-9]+\b", path.read_text())) <= known


def test_every_heading_it_points_at_is_there() -> None:
    text = DOCUMENT.read_text()
    headings = {
        re.sub(r"[^\w -]", "", line).strip().replace(" ", "-").lower() for line in re.findall(r"^#+ (.+)", text, re.M)
    }
    assert set(re.findall(r"\]\(#([^)]+)\)", text)) <= headings


def test_it_shows_every_file_to_install() -> None:
    text = DOCUMENT.read_text()
    assert [path.name for path in FILES if f"(deploy/{path.name})" not in text] == []


def test_the_settings_to_begin_with_are_taken_and_safe(tmp_path: Path) -> None:
    """In production, with the secrets in files as the document makes them: nothing unsafe is found."""
    lines = [line for line in (DEPLOY / "portal.env").read_text().splitlines() if line and not line.startswith("#")]
    env = {name: shlex.split(value)[0] for name, value in (line.split("=", 1) for line in lines)}
    secrets = {"database_url": "postgresql+psycopg://portal:p@127.0.0.1/portal", "mail_password": "a password"}
    for name, path in env.items():
        if name.endswith("_FILE"):
            file = tmp_path / Path(path).name
            file.write_text(secrets.get(file.name, f"{file.name} kFJ3vb0q8yL2nXw5Rt7ZcPa1SdE9uHgM".replace(" ", "-")))
            env[name] = str(file)
    assert [finding.words for finding in settings_findings(Settings.load(env))] == []


def exec_lines(path: Path) -> list[str]:
    unit = RawConfigParser(strict=False, inline_comment_prefixes=None)
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read_string(path.read_text().replace("\\\n    ", " "))
    return [value for name, value in unit["Service"].items() if name.startswith("Exec")]


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_unit_starts_what_exists(house: Flask, path: Path) -> None:
    for line in exec_lines(path):
        program, words = line.split(" ", 1)
        if program.endswith("/flask"):
            assert find(words.removeprefix("--app wsgi ").removeprefix("portal "), house)
        else:
            assert program.endswith("/gunicorn")


def test_many_machines_run_the_web_as_one_does() -> None:
    """But for where it listens and how many processes it has, gunicorn is told the same."""
    line = next(line for line in exec_lines(DEPLOY / "portal-web.service") if "gunicorn" in line)
    with socket.socket() as door:
        ours = web(door)[3:]
    assert _told(shlex.split(line)[1:]) == _told(ours)


def _told(words: list[str]) -> list[str]:
    for option in ("--bind", "--workers"):
        at = words.index(option)
        words = words[:at] + words[at + 2 :]
    return words


def test_the_units_are_shut_in_alike() -> None:
    kept = {path.read_text().partition("UMask=")[2].partition("[Install]")[0] for path in UNITS}
    assert len(kept) == 1
    assert "ProtectSystem=strict\n" in kept.pop()


@pytest.mark.parametrize("name", ["nginx.conf", "Caddyfile"])
def test_the_proxies_log_no_mailed_link(name: str) -> None:
    """Every path that is followed by a token stands in the pattern of those not logged."""
    paths = [mailed_links.RESET, mailed_links.OPEN_METHOD, mailed_links.BEGIN_RECOVERY, mailed_links.STOP_RECOVERY]
    paths += [mailed_links.NOT_ME, mailed_links.STAFF]
    assert f"^({'|'.join(paths)})/" in (DEPLOY / name).read_text()


def test_the_proxies_take_no_larger_body_than_the_portal() -> None:
    assert BODY == 64 * 1024
    assert "client_max_body_size 64k;" in (DEPLOY / "nginx.conf").read_text()
    assert "max_size 64KB" in (DEPLOY / "Caddyfile").read_text()
