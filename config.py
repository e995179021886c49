"""The portal's settings: every one is a `PORTAL_*` environment variable, read once at the start.

A setting is a field of `Settings`. Its metadata carries how the text is read and one line of explanation; the
README's table and the operator's commands are made from the same metadata. A bad value stops the start with the
variable's name. Any secret may instead be given as `PORTAL_…_FILE`, the path of a file that holds it.
"""

import os
import re
import warnings
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

ROOT = Path(__file__).parent
INSTANCE = ROOT / "instance"

# OWASP's floor for argon2id (memory in KiB, passes, lanes); production refuses anything cheaper.
ARGON2_FLOOR = (19 * 1024, 2, 1)
LOOPBACK = {"localhost", "127.0.0.1", "::1"}
text = str.strip
DEFAULT_PORTS = {"http": 80, "https": 443}

PLAY_STORE = "https://play.google.com/store/apps/details?id=com.google.android.apps.authenticator2"
APP_STORE = "https://apps.apple.com/app/google-authenticator/id388497605"
APP_GALLERY = "https://appgallery.huawei.com/search/authenticator"
RECOMMENDED = "Google Authenticator or Microsoft Authenticator"
APPS = (
    "iPhone: Google Authenticator, Duo Mobile, 1Password, Authy; Android: Google Authenticator, Duo Mobile, Authy; "
    "Windows Phone: Microsoft Authenticator, Duo Mobile"
)


class BadSetting(Exception):
    """A setting that can't be used: the message names the variable and what it must be."""


def number(raw: str) -> int:
    if not raw.strip().isascii() or not raw.strip().isdigit():
        raise ValueError("must be a whole number")
    return int(raw)


def one_of(*choices: str) -> Callable[[str], str]:
    def read(raw: str) -> str:
        if raw not in choices:
            raise ValueError(f"must be one of {', '.join(choices)}")
        return raw

    return read


def keys(raw: str) -> tuple[bytes, ...]:
    """Read secret keys, newest first, separated by blanks, commas or lines; each at least 32 characters."""
    found = tuple(part.encode() for part in re.split(r"[\s,]+", raw.strip()) if part)
    if not found or any(len(key) < 32 for key in found):
        raise ValueError("must hold keys of at least 32 characters, newest first")
    return found


def port(raw: str) -> int:
    if (found := number(raw)) > 65535:
        raise ValueError("must be a port, 65535 at most")
    return found


def url(raw: str) -> str:
    """Read the portal's address, as a browser writes it in `Origin` (RFC 6454, 6.2)."""
    parts = urlsplit(raw)
    more = parts.path not in ("", "/") or parts.query or parts.fragment or "@" in parts.netloc
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname or more:
        raise ValueError("must be like https://portal.example.com")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    port = f":{parts.port}" if parts.port not in (None, DEFAULT_PORTS[parts.scheme]) else ""
    return f"{parts.scheme}://{host}{port}"


def database(raw: str) -> str:
    if raw.partition("://")[:2] not in (("sqlite", "://"), ("postgresql+psycopg", "://")):
        raise ValueError("must be like postgresql+psycopg://user@host/name or sqlite:////path/of/a/file.db")
    return raw


def link(raw: str) -> str:
    if raw and urlsplit(raw).scheme not in ("http", "https", "mailto"):
        raise ValueError("must be a web address")
    return raw


def colour(raw: str) -> str:
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", raw):
        raise ValueError("must be a colour like #1d4ed8")
    return raw.lower()


def zone(raw: str) -> ZoneInfo:
    try:
        return ZoneInfo(raw)
    except (KeyError, ValueError, OSError):
        raise ValueError("must be a time zone like Europe/Berlin") from None


def words(raw: str) -> tuple[str, ...]:
    return tuple(part for part in re.split(r"[\s,]+", raw.strip()) if part)


def image(raw: str) -> Path | None:
    path = Path(raw)
    if raw and (path.suffix not in (".svg", ".png") or not path.is_file()):
        raise ValueError("must be the path of an .svg or .png file")
    return path if raw else None


def argon2_cost(raw: str) -> tuple[int, int, int]:
    """Read argon2id's cost as "memory in KiB, passes, lanes"."""
    parts = words(raw)
    if len(parts) != 3:
        raise ValueError("must be memory in KiB, passes and lanes, like 65536,3,1")
    memory, passes, lanes = (number(part) for part in parts)
    if lanes < 1 or passes < 1 or memory < 8 * lanes:
        raise ValueError("must be at least 8 KiB per lane, one pass and one lane")
    return memory, passes, lanes


def setting(read: Callable[[str], Any], about: str, default: Any = MISSING, *, secret: bool = False) -> Any:
    """Declare a setting. Without a default it is required, in production at least (see `Settings.load`)."""
    metadata = {"read": read, "about": about, "secret": secret}
    return field(metadata=metadata) if default is MISSING else field(default=default, metadata=metadata)


@dataclass(frozen=True, kw_only=True)
class Settings:
    env: str = setting(one_of("production", "development"), "production or development", "production")
    base_url: str = setting(url, "the portal's own address; https is required in production")
    database_url: str = setting(database, "the database; an SQLite file under instance/ by default", "", secret=True)
    secret_keys: tuple[bytes, ...] = setting(keys, "keys that sign cookies and links, newest first", secret=True)
    data_keys: tuple[bytes, ...] = setting(keys, "keys that encrypt and hash data, newest first", secret=True)
    mail_server: str = setting(text, "SMTP server; development without one shows mails in the demo inbox only", "")
    mail_port: int = setting(port, "SMTP port; 0 chooses 25, 587 or 465 after PORTAL_MAIL_TLS", 0)
    mail_username: str = setting(text, "SMTP user name, if the server asks for one", "")
    mail_password: str = setting(text, "SMTP password", "", secret=True)
    mail_sender: str = setting(text, "the address mails come from; required in production", "portal@localhost")
    mail_tls: str = setting(one_of("", "none", "starttls", "tls"), "none (on this machine only), starttls or tls", "")
    proxies: int = setting(number, "how many trusted proxies stand in front", 0)
    registration: str = setting(one_of("open", "closed"), "open, or closed to new customers", "open")
    time_zone: ZoneInfo = setting(zone, "the zone in which times are shown", ZoneInfo("UTC"))
    company: str = setting(text, "the company's name on every page and mail", "Example Company")
    logo: Path | None = setting(image, "path of the company's logo, .svg or .png", None)
    colour: str = setting(colour, "the company's accent colour", "#1d4ed8")
    support: str = setting(text, "support's mail address; required in production", "support@example.com")
    terms_url: str = setting(link, "link to the terms", "")
    privacy_url: str = setting(link, "link to the privacy statement", "")
    methods: tuple[str, ...] = setting(words, "second factors on offer, in the order shown", ("totp", "email"))
    app_store_android: str = setting(link, "where Android phones get the app", PLAY_STORE)
    app_store_ios: str = setting(link, "where iPhones get it", APP_STORE)
    app_store_huawei: str = setting(link, "where Huawei phones get one", APP_GALLERY)
    apps_recommended: str = setting(text, "the apps that the pages recommend", RECOMMENDED)
    apps: str = setting(text, "the apps named for each system, divided by semicolons", APPS)
    metrics_token: str = setting(text, "the bearer token that opens /metrics; without one, nobody", "", secret=True)
    password_length: int = setting(number, "the least characters of a password, 8 to 64", 12)
    desk_approvals: str = setting(one_of("two", "one"), "staff behind a support case: two, or one and 72 hours", "two")
    remember_days: int = setting(number, "days a device can be remembered for; 0 switches it off, 90 at most", 30)
    argon2: tuple[int, int, int] = setting(argon2_cost, "argon2id's memory in KiB, passes and lanes", (65536, 3, 1))

    @classmethod
    def load(cls, environ: Mapping[str, str] = os.environ) -> "Settings":
        """Read and check the settings. Raises `BadSetting`, whose message names the variable."""
        raw = {f.name: value for f in fields(cls) if (value := _raw(f, environ)) is not None}
        development = raw.get("env") == "development"
        if development:
            raw.setdefault("base_url", f"http://localhost:{environ.get('PORT', '8000')}")
        _refuse_unknown(cls, environ, development)
        values: dict[str, Any] = {}
        for f in fields(cls):
            if f.name in raw:
                try:
                    values[f.name] = f.metadata["read"](raw[f.name])
                except ValueError as problem:
                    raise BadSetting(f"{variable(f)} {problem}") from None
            elif f.default is MISSING:
                raise BadSetting(f"{variable(f)} is required: {f.metadata['about']}")
        values.setdefault("database_url", f"sqlite:///{INSTANCE / 'portal.db'}")
        settings = cls(**values)
        settings._check()
        return settings

    @property
    def development(self) -> bool:
        return self.env == "development"

    @property
    def https(self) -> bool:
        return self.base_url.startswith("https://")

    @property
    def host(self) -> str:
        """The one host name, with its port if it has one, that requests may ask for."""
        return urlsplit(self.base_url).netloc

    @property
    def tls(self) -> str:
        """How mail is protected on its way: none, starttls or tls."""
        return self.mail_tls or ("none" if self.mail_server in LOOPBACK else "starttls")

    def _check(self) -> None:
        if not self.development:
            if not self.https:
                raise BadSetting("PORTAL_BASE_URL must begin with https:// in production")
            if any(have < floor for have, floor in zip(self.argon2, ARGON2_FLOOR, strict=True)):
                raise BadSetting(f"PORTAL_ARGON2 must be at least {','.join(map(str, ARGON2_FLOOR))} in production")
            for f in fields(self):
                if f.name in ("mail_server", "mail_sender", "support") and getattr(self, f.name) == f.default:
                    raise BadSetting(f"{variable(f)} is required in production")
        if self.tls == "none" and self.mail_server and self.mail_server not in LOOPBACK:
            raise BadSetting("PORTAL_MAIL_TLS can't be none for a server that is not on this machine")
        # A device is remembered no longer than a network address is kept, for its row shows one.
        for name, least, most in (("password_length", 8, 64), ("remember_days", 0, 90)):
            if not least <= getattr(self, name) <= most:
                raise BadSetting(f"PORTAL_{name.upper()} must be from {least} to {most}")
        if not self.methods:
            raise BadSetting("PORTAL_METHODS must name at least one method")


def variable(f: "Field[Any]") -> str:
    return f"PORTAL_{f.name.upper()}"


def _raw(f: "Field[Any]", environ: Mapping[str, str]) -> str | None:
    """The text of one setting, from its variable or, for a secret, from the file that `…_FILE` names."""
    name = variable(f)
    if not f.metadata["secret"] or f"{name}_FILE" not in environ:
        return environ.get(name)
    if name in environ:
        raise BadSetting(f"{name} and {name}_FILE are both given; give one")
    try:
        return Path(environ[f"{name}_FILE"]).read_text().strip()
    except (OSError, UnicodeDecodeError) as problem:
        raise BadSetting(f"{name}_FILE can't be read: {problem}") from None


def _refuse_unknown(cls: type[Settings], environ: Mapping[str, str], development: bool) -> None:
    known = {variable(f) for f in fields(cls)} | {"PORTAL_TEST_DATABASE_URL"}  # that one is the tests'
    known |= {f"{variable(f)}_FILE" for f in fields(cls) if f.metadata["secret"]}
    for name in sorted(name for name in environ if name.startswith("PORTAL_") and name not in known):
        if not development:
            raise BadSetting(f"{name} is no setting of the portal")
        warnings.warn(f"{name} is no setting of the portal", stacklevel=3)
