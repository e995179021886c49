"""Where the portal's mails are read: the demo inbox's JSON, or a real mailbox by IMAP."""

import email
import email.policy
import imaplib
import json
import re
import urllib.request
from ssl import create_default_context
from typing import Protocol
from urllib.parse import unquote, urlencode, urlsplit

from tests.portal_for_tests import until

PATIENCE = 60  # seconds; a mail server of the world takes its time


class Inbox(Protocol):
    def texts(self, recipient: str) -> list[str]:
        """The plain parts of the mails to one address, oldest first."""

    def address(self, word: str) -> str:
        """An address nobody has used before that arrives here."""


class DemoInbox:
    """The list of mails that a portal in development shows."""

    def __init__(self, url: str) -> None:
        self.url = url

    def texts(self, recipient: str) -> list[str]:
        with urllib.request.urlopen(f"{self.url}?{urlencode({'recipient': recipient})}") as answer:  # noqa: S310
            mails = json.load(answer)
        mine = [mail for mail in mails if mail["recipient"] == recipient]
        return [mail["text"] for mail in sorted(mine, key=lambda mail: int(mail["id"]))]

    def address(self, word: str) -> str:
        return f"smoke.{word}@example.org"


class ImapInbox:
    """imaps://user:password@host:port/FOLDER. The mailbox must take `user+anything@host`."""

    def __init__(self, url: str, mailbox: str) -> None:
        parts = urlsplit(url)
        self.host, self.port = parts.hostname or "", parts.port or 993
        self.user, self.password = unquote(parts.username or ""), unquote(parts.password or "")
        self.folder = parts.path.strip("/") or "INBOX"
        self.mailbox = mailbox or (self.user if "@" in self.user else f"{self.user}@{self.host}")

    def texts(self, recipient: str) -> list[str]:
        with imaplib.IMAP4_SSL(self.host, self.port, ssl_context=create_default_context(), timeout=20) as server:
            server.login(self.user, self.password)
            server.select(self.folder, readonly=True)
            _, found = server.search(None, "HEADER", "To", f'"{recipient}"')
            return [_plain(server, number) for number in found[0].decode().split()]

    def address(self, word: str) -> str:
        name, _, domain = self.mailbox.partition("@")
        return f"{name}+smoke.{word}@{domain}"


def inbox(url: str, mailbox: str = "") -> Inbox:
    """The inbox behind SMOKE_INBOX."""
    return ImapInbox(url, mailbox) if url.startswith("imaps:") else DemoInbox(url)


def codes(where: Inbox, recipient: str) -> list[str]:
    """The codes of all mails that begin with one, oldest first. Notices of what happened come in between."""
    found = (re.match(r"\d{6}\b", text) for text in where.texts(recipient))
    return [code[0] for code in found if code]


def code_after(where: Inbox, recipient: str, read: int) -> str:
    """The code of the mail after those already read."""

    def arrived() -> str | None:
        found = codes(where, recipient)
        return found[read] if len(found) > read else None

    return until(arrived, PATIENCE)


def link(where: Inbox, recipient: str, path: str, words: str, followed: set[str]) -> str:
    """The newest link to this path in a mail with these words, but for those followed already."""

    def arrived() -> str | None:
        mails = [mail.split() for mail in where.texts(recipient) if words in mail]
        found = [
            word for mail in mails for word in mail if word.startswith("http") and path in word and word not in followed
        ]
        return found[-1] if found else None

    return until(arrived, PATIENCE)


def _plain(server: imaplib.IMAP4, number: str) -> str:
    _, parts = server.fetch(number, "(BODY.PEEK[])")
    raw = next(part[1] for part in parts if isinstance(part, tuple))
    part = email.message_from_bytes(raw, policy=email.policy.default).get_body(("plain",))
    return str(part.get_content()) if part else ""
