"""How the text of a setting becomes its value. Each reader raises ValueError, saying what the text must be."""

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

DEFAULT_PORTS = {"http": 80, "https": 443}
DATABASES = ("sqlite", "postgresql+psycopg")


def text(raw: str) -> str:
    return raw.strip()


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
    if raw.partition("://")[0] not in DATABASES or "://" not in raw:
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
