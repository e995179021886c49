"""What a hostile visitor sends: texts for a field, whole bodies, parts of a path, cookies. Each has a name, so that a
test can say which one it was."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote_from_bytes

from tests.attacks.test_t48_other_peoples_rows import EXTRA

FORM = "application/x-www-form-urlencoded"
PARTS = "multipart/form-data; boundary=b"
Fields = list[tuple[str, bytes]]

_WRITTEN: dict[str, str | bytes] = {
    "empty": "",
    "blanks": " \t\u00a0\u3000\u2003",
    "10 kB": "x" * 10_000,
    "100 kB": "x" * 100_000,
    "300 characters": "N" * 300,
    "NUL": "a\0b",
    "a header more": "a\r\nBcc: eve@example.org\r\n\r\nhello",
    "a line break in an address": "a@example.org\nb@example.org",
    "two addresses": "a@example.org,b@example.org",
    "an address with NUL": "a\0@example.org",
    "an address of emoji": "\U0001f600@\U0001f600.example",
    "written from the right": "\u202eexe.gpj\u2066\u200f",
    "invisible": "\u200b\u200d\ufeff\u2060",
    "a lone surrogate": b"\xed\xa0\x80",
    "no UTF-8": b"\xff\xfe\xc3(",
    "NUL in two bytes": b"\xc0\x80",
    "half a character": b"\xe2\x82",
    "encoded twice": "%2500%250d%250a%2541",
    "full-width digits": "\uff11\uff12\uff13\uff14\uff15\uff16",
    "Arabic digits": "\u0661\u0662\u0663\u0664\u0665\u0666",
    "digits of three scripts": "1\u0968\uff13\u06f4\u0be9\u0e56",
    "digits that are none": "\u00b2\u00b3\u2460\u2461\u00bd\u2167",
    "emoji": "\U0001f469\u200d\U0001f469\u200d\U0001f467" * 3,
    "a tower of accents": "a" + "\u0301" * 500,
    "nobody's characters": "\ue000\uffff\U000e0001\U0010ffff",
    "control characters": "".join(map(chr, range(1, 32))) + "\x7f\x85\x1b[2J",
    "SQL": "' OR 1=1; DROP TABLE users; --",
    "a template": "{{ 7 * 7 }}{% include '/etc/passwd' %}${7*7}",
    "a format": "%s%n%(a)s{0.__class__}",
    "a script": "<script>alert(1)</script>\"'>",
    "a path": "../../../../etc/passwd",
    "2^63": str(2**63),
    "2^64": str(2**64),
    "negative": "-1",
    "5000 digits": "9" * 5000,
    "no number": "NaN",
    "infinite": "1e309",
    "JSON": '{"$gt": ""}',
    "a list": "[]",
    "null": "null",
}
TEXTS = {name: text if isinstance(text, bytes) else text.encode() for name, text in _WRITTEN.items()}
IDS = ("0", "-1", "+1", "1.0", "01", "1e3", "0x1", str(2**31), str(2**63), str(2**64), "9" * 5000, "%31", "1%00", "")
WORDS = (
    "none",
    "TOTP",
    "totp%00",
    "totp%20",
    "%ff",
    "%c0%80",
    "%ed%a0%80",
    "..%2f..",
    "%252e%252e",
    "x" * 5000,
    "%0d%0a",
)
COOKIES: dict[str, str] = {
    "empty": "",
    "blank": " ",
    "NUL, encoded": "%00",
    "NUL, escaped": '"\\000"',
    "4 kB": "x" * 4096,
    "quotes left open": '"abc',
    "no ASCII": "\u00e9\u00ff",
    "a token's length": "A" * 43,
    "dots": "a.b.c",
    "signed by nobody": "eyJhIjoxfQ.aaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbb",
    "not base 64": "....!!!!====",
    "packed too much": ".eJwDAAAAAAE.aaaa.bbbb",
}


@dataclass(frozen=True)
class Sent:
    """A body with its type, and what stands behind the path."""

    body: bytes
    kind: str | None = FORM
    query: bytes = b""


def encoded(fields: Fields) -> bytes:
    """A form's body, byte for byte as told."""
    return b"&".join(f"{name}={quote_from_bytes(text, safe='')}".encode() for name, text in fields)


def everything(fields: Fields) -> Iterator[tuple[str, Sent]]:
    """All that is sent to a form with these fields, as they stand on its page. A form without fields is a button:
    whatever comes with it presses it, so a few ways will do."""
    for at, (name, _) in enumerate(fields):
        yield f"no {name}", Sent(encoded(fields[:at] + fields[at + 1 :]))
        for word, text in TEXTS.items():
            yield f"{name}: {word}", Sent(encoded([*fields[:at], (name, text), *fields[at + 1 :]]))
        yield f"{name} twice", Sent(encoded([*fields, (name, TEXTS["NUL"])]))
        yield f"{name} twice, turned round", Sent(encoded([(name, TEXTS["NUL"]), *fields]))
        yield f"{name} fifty times", Sent(encoded([(name, b"x")] * 50))
        yield f"{name} with brackets", Sent(encoded([(f"{name}[]", b"x"), (f"{name}[a]", b"x")]))
        yield f"{name} in the query", Sent(b"", FORM, encoded([(name, TEXTS["no UTF-8"])]))
    more = [(name, text.encode()) for name, text in EXTRA.items()]
    yield "fields that no form has", Sent(encoded([*fields, *more]))
    yield "the same in the query", Sent(encoded(fields), FORM, encoded(more))
    yield "the same as JSON", Sent(json.dumps(EXTRA).encode(), "application/json")
    yield (
        "the same as files",
        Sent(_parts([(f'form-data; name="{name}"; filename="a"', b"x") for name in EXTRA]), PARTS),
    )
    if fields:
        yield from _bodies(encoded(fields))
        yield from _multipart(fields)


def _bodies(plain: bytes) -> Iterator[tuple[str, Sent]]:
    """Bodies that are no form, or hardly one."""
    yield "JSON lists", Sent(b'[["email", "a"], 1, null]', "application/json")
    yield "half of JSON", Sent(b'{"a":', "application/json")
    for kind in ("text/plain", "text/xml", "application/octet-stream", "x", "", ";;;", None):
        yield f"as {kind}", Sent(plain, kind)
    for charset in ("utf-16", "utf-7", "idna", "nonsense", "hex", "\u00e9", '"'):
        yield f"in {charset}", Sent(plain, f"{FORM}; charset={charset}")
    yield "in UTF-16 indeed", Sent(plain.decode().encode("utf-16"), f"{FORM}; charset=utf-16")
    for junk in (b"&&&&", b"====", b"%", b"%zz=%", b"\0=\0", b";;", b"&".join([b"a=b"] * 2000), b"\xff" * 100):
        yield f"junk: {junk[:10]!r}", Sent(junk)
    yield "more than there may be", Sent(b"a=" + b"x" * 65_536)


def _multipart(fields: Fields) -> Iterator[tuple[str, Sent]]:
    """Forms in parts, well made and not."""
    whole = _parts([(f'form-data; name="{name}"', text) for name, text in fields])
    files = _parts([(f'form-data; name="{name}"; filename="a.txt"', text) for name, text in fields])
    named = fields[0][0] if fields else "email"
    yield "in parts", Sent(whole, PARTS)
    yield "as files", Sent(files, PARTS)
    yield "with a file more", Sent(_parts([('form-data; name="f"; filename="../../x"', b"\0" * 1000)]), PARTS)
    yield "101 parts", Sent(_parts([('form-data; name="a"', b"x")] * 101), PARTS)
    yield "without an end", Sent(whole[:-6], PARTS)
    yield "half of it", Sent(whole[: len(whole) // 2], PARTS)
    yield "no boundary", Sent(whole, "multipart/form-data")
    yield "another boundary", Sent(whole, "multipart/form-data; boundary=c")
    yield "a boundary of 5000", Sent(whole, "multipart/form-data; boundary=" + "b" * 5000)
    yield "an empty boundary", Sent(whole, 'multipart/form-data; boundary=""')
    yield "of another kind", Sent(whole, "multipart/mixed; boundary=b")
    yield "parts without names", Sent(_parts([("form-data", b"x"), ("", b"x")]), PARTS)
    yield "a name of no UTF-8", Sent(_parts([('form-data; name="\udcff"', b"x")]), PARTS)
    yield (
        "a charset of its own",
        Sent(_parts([(f'form-data; name="{named}"', b"\xff\xfe")], "text/plain; charset=x"), PARTS),
    )
    yield "nothing in it", Sent(b"--b--\r\n", PARTS)
    yield "nothing at all", Sent(b"", PARTS)


def _parts(parts: list[tuple[str, bytes]], kind: str = "text/plain") -> bytes:
    lines = [
        f"--b\r\nContent-Disposition: {said}\r\nContent-Type: {kind}\r\n\r\n".encode(errors="surrogateescape") + text
        for said, text in parts
    ]
    return b"\r\n".join([*lines, b"--b--\r\n"])
