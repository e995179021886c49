"""What in the configuration and the database is unsafe or missing. Nothing here changes anything."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from config import ARGON2_FLOOR, LOOPBACK, ROOT, Settings
from portal.access import key_rotation
from portal.database import Moment
from portal.extensions import db
from portal.models import Message

UNSAFE, WARNING = "unsafe", "warning"
CLOCK_MOST = timedelta(seconds=2)
DUE_MOST = timedelta(minutes=1)  # a worker claims what is due within half a second
WAIT_MOST = timedelta(minutes=5)
KEY_VARIETY = 10  # different characters; a random key of 32 has more than that


@dataclass(frozen=True)
class Finding:
    """`level` is "unsafe" or "warning", `about` a word that stays the same, for scripts."""

    level: str
    about: str
    words: str


def settings_findings(settings: Settings) -> Iterator[Finding]:
    """What the settings alone tell."""
    if settings.development:
        yield Finding(UNSAFE, "development", "PORTAL_ENV is development: the demo inbox shows every mail to everybody")
    if not settings.https:
        yield Finding(UNSAFE, "https", "PORTAL_BASE_URL has no https: passwords and cookies travel in the clear")
    if settings.https and not settings.proxies:
        words = (
            "PORTAL_PROXIES is 0 behind https: every customer seems to come from the proxy's address, so limits hit all"
        )
        yield Finding(UNSAFE, "proxies", words)
    if any(have < floor for have, floor in zip(settings.argon2, ARGON2_FLOOR, strict=True)):
        yield Finding(UNSAFE, "argon2", f"PORTAL_ARGON2 is below {','.join(map(str, ARGON2_FLOOR))}")
    yield from _keys(settings)
    yield from _mail(settings)
    if settings.database_url.startswith("sqlite"):
        yield Finding(
            WARNING, "sqlite", "PORTAL_DATABASE_URL is SQLite: web and worker must all run on this one machine"
        )
    defaults = {f.name: f.default for f in fields(Settings)}
    for name in ("company", "support"):
        if getattr(settings, name) == defaults[name]:
            yield Finding(WARNING, name, f"PORTAL_{name.upper()} is not set: customers see {defaults[name]}")


def database_findings(now: Callable[[], datetime]) -> Iterator[Finding]:
    """What the database tells; no more than that it can't be reached, if it can't."""
    try:
        yield from _clock(now)
        behind = list(_migrations())
        yield from behind
        if not behind:
            yield from _secrets()
            yield from _waiting(now())
    except DBAPIError as problem:
        yield Finding(UNSAFE, "database", f"the database can't be used ({type(problem.orig).__name__})")


def _keys(settings: Settings) -> Iterator[Finding]:
    for name, found in (("PORTAL_SECRET_KEYS", settings.secret_keys), ("PORTAL_DATA_KEYS", settings.data_keys)):
        if any(len(set(key)) < KEY_VARIETY for key in found):
            yield Finding(UNSAFE, "keys", f"{name} holds a key that isn't random")
        if len(set(found)) != len(found):
            yield Finding(UNSAFE, "keys", f"{name} holds one key twice")
        if len(found) > 1:
            yield Finding(
                WARNING, "keys", f"{name} holds {len(found)} keys: take the older ones away when none is needed"
            )
    if set(settings.secret_keys) & set(settings.data_keys):
        yield Finding(UNSAFE, "keys", "PORTAL_SECRET_KEYS and PORTAL_DATA_KEYS share a key")


def _mail(settings: Settings) -> Iterator[Finding]:
    if not settings.mail_server:
        yield Finding(UNSAFE, "mail", "PORTAL_MAIL_SERVER is not set: no customer gets a mail")
    elif settings.tls == "none" and settings.mail_server not in LOOPBACK:
        yield Finding(UNSAFE, "mail", "PORTAL_MAIL_TLS is none: codes travel in the clear")
    if settings.mail_sender.endswith("@localhost"):
        yield Finding(WARNING, "mail_sender", f"PORTAL_MAIL_SENDER is {settings.mail_sender}: most servers refuse that")


def _clock(now: Callable[[], datetime]) -> Iterator[Finding]:
    """The database's clock against this machine's, less the time it took to ask."""
    before = now()
    theirs = db.session.scalars(select(func.current_timestamp(type_=Moment))).one()
    after = now()
    whole = timedelta(seconds=1 if db.engine.dialect.name == "sqlite" else 0)  # which it tells, rounded down
    ahead, behind = theirs - after, before - theirs - whole
    if max(ahead, behind) > CLOCK_MOST:
        seconds = (theirs - before).total_seconds()
        words = f"the database's clock differs from this machine's by {seconds:+.0f} s: codes of apps will fail"
        yield Finding(UNSAFE, "clock", words)


def _migrations() -> Iterator[Finding]:
    wanted = set(ScriptDirectory(str(ROOT / "migrations")).get_heads())
    with db.engine.connect() as connection:
        found = set(MigrationContext.configure(connection).get_current_heads())
    if found != wanted:
        stands, needs = ", ".join(sorted(found)) or "nothing", ", ".join(sorted(wanted))
        words = f"the database stands at {stands}, the portal needs {needs}: run flask --app wsgi db upgrade"
        yield Finding(UNSAFE, "migrations", words)


def _secrets() -> Iterator[Finding]:
    for name, count in key_rotation.count_lost().items():
        if count:
            words = f"{count} {name} need a key that is not among PORTAL_DATA_KEYS: put it back, behind the others"
            yield Finding(UNSAFE, "data_keys", words)
    if older := key_rotation.count_older():
        words = f"{older} rows need an older key: run flask --app wsgi portal keys rotate"
        yield Finding(WARNING, "data_keys", words)


def _waiting(now: datetime) -> Iterator[Finding]:
    """Nobody takes what is due, or nothing gets through."""
    waiting = select(func.count(Message.id), func.min(Message.created_at), func.min(Message.due_at))
    count, oldest, due = db.session.execute(waiting.where(Message.done_at.is_(None))).one()
    if count == 0:
        return
    if now - due > DUE_MOST:
        words = f"{count} messages wait and nobody takes them, for {_minutes(now - due)}: does the worker run?"
        yield Finding(UNSAFE, "worker", words)
    elif now - oldest > WAIT_MOST:
        words = f"{count} messages wait, the oldest for {_minutes(now - oldest)}: try flask --app wsgi portal mail test"
        yield Finding(WARNING, "messages", words)


def _minutes(span: timedelta) -> str:
    return f"{span.total_seconds() / 60:.0f} min"
