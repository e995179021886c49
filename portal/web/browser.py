"""What the rules are told of a request: the network address and the browser, as plain values."""

import re
from ipaddress import ip_address

from flask import g, request

from portal.access.devices import family_hash
from portal.access.where import Where
from portal.crypto import new_token, token_hash
from portal.web import cookies

AGENT_MOST = 256
# In this order: each says more than the ones it also claims to be.
BROWSERS = ("Edg", "OPR", "SamsungBrowser", "Firefox", "FxiOS", "CriOS", "Chrome", "Safari")
SYSTEMS = ("iPhone", "iPad", "Android", "Windows", "Mac OS X", "CrOS", "Linux")
NAMES = {
    "Edg": "Edge",
    "OPR": "Opera",
    "SamsungBrowser": "Samsung Internet",
    "FxiOS": "Firefox",
    "CriOS": "Chrome",
    "Mac OS X": "macOS",
    "CrOS": "ChromeOS",
}


def ip() -> str:
    """The visitor's network address; behind trusted proxies, the one they saw.

    Some proxies add a port, or say "unknown": all whom a proxy doesn't name count as one.
    """
    seen = request.remote_addr or ""
    for text in (seen, seen.rpartition(":")[0].strip("[]")):
        try:
            return str(ip_address(text))
        except ValueError:
            continue
    return "0.0.0.0"  # noqa: S104  an address, not a place to listen


def agent() -> str:
    """The browser's own words, cut and without control characters."""
    return re.sub(r"[^ -~]", "", request.headers.get("User-Agent", ""))[:AGENT_MOST]


def where() -> Where:
    """Where this request comes from. The browser is known again by a mark; without one it gets a new one, which
    `cookies.mark` gives it when a sign-in is opened."""
    if "mark" not in g:
        g.mark = cookies.read(cookies.DEVICE) or new_token()
    held = cookies.read(cookies.REMEMBERED)
    return Where(ip(), agent(), token_hash(g.mark), family_hash(held) if held else None)


def describe(words: str) -> str:
    """ "Firefox on Windows" from a User-Agent header."""
    browser = next((name for name in BROWSERS if name in words), None)
    system = next((name for name in SYSTEMS if name in words), None)
    parts = [NAMES.get(part, part) for part in (browser, system) if part]
    return " on ".join(parts) or "an unknown browser"


def facts() -> dict[str, str]:
    """What a mail tells of where a code was asked for."""
    return {"ip": ip(), "agent": agent()}
