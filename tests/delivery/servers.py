"""Real mail servers on this machine, well-behaved and not, and certificates for them."""

import asyncio
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.portal_for_tests import free_port

OK = "250 OK"


class _Visit(SMTP):
    """A client's visit. Its line is kept, so that the server can hang up even if the client has left."""

    def __init__(self, handler: object, lines: list[asyncio.BaseTransport], **behaviour: Any) -> None:
        super().__init__(handler, **behaviour)
        self._lines = lines

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._lines.append(transport)
        super().connection_made(transport)


class _Office(Controller):
    """Where clients come in."""

    def __init__(self, handler: object, **behaviour: Any) -> None:
        super().__init__(handler, **behaviour)
        self.lines: list[asyncio.BaseTransport] = []

    def factory(self) -> SMTP:
        return _Visit(self.handler, self.lines, **self.SMTP_kwargs)

    def hang_up(self) -> None:
        """Close every line; a client may have left in the middle of a sentence, or of shaking hands."""
        asyncio.run_coroutine_threadsafe(self._hang_up(), self.loop).result()

    async def _hang_up(self) -> None:
        for door in self.server.sockets if self.server else ():  # type: ignore[attr-defined]
            # Nobody comes in any more. A server closed now would lose whoever is just coming in (CPython, gh-109564).
            self.loop.remove_reader(door.fileno())
        while asyncio.all_tasks() - {asyncio.current_task()}:
            self._cut()
            await asyncio.sleep(0)
        self._cut()
        for _ in range(5):  # a line of TLS ends in two steps
            await asyncio.sleep(0)

    def _cut(self) -> None:
        for line in (*self.lines, *self.loop._transports.values()):  # type: ignore[attr-defined]  # who shakes hands stands there alone
            line.abort()


@dataclass
class MailServer:
    """An SMTP server that answers as told and keeps what it took."""

    rcpt: str = OK
    data: str = OK
    starttls: ssl.SSLContext | None = None
    tls: ssl.SSLContext | None = None
    port: int = field(default_factory=free_port)
    took: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.rcpt == OK:
            envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.data == OK:
            self.took.append(message_from_bytes(envelope.content or b"", policy=policy.default))  # type: ignore[arg-type]
            self.recipients += envelope.rcpt_tos
        return self.data

    @contextmanager
    def running(self) -> Iterator["MailServer"]:
        controller = _Office(
            self,
            hostname="localhost",
            port=self.port,
            ssl_context=self.tls,
            tls_context=self.starttls,
            require_starttls=self.starttls is not None,
        )
        controller.start()
        try:
            yield self
        finally:
            controller.hang_up()
            controller.stop()

    def settings(self, tls: str) -> dict[str, str]:
        """What tells a portal to use this server."""
        return {"PORTAL_MAIL_SERVER": "localhost", "PORTAL_MAIL_PORT": str(self.port), "PORTAL_MAIL_TLS": tls}


@contextmanager
def silent_server() -> Iterator[int]:
    """A port that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield int(server.getsockname()[1])


class Authority:
    """A certificate authority."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "An authority for tests")])
        self.file = folder / "authority.pem"
        built = self._begin(self.name, self.key).add_extension(x509.BasicConstraints(True, None), critical=True)
        signed = built.sign(self.key, hashes.SHA256())
        self.file.write_bytes(signed.public_bytes(serialization.Encoding.PEM))

    def context(self, host: str) -> ssl.SSLContext:
        """A server's side of TLS, with a certificate for one host."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = x509.SubjectAlternativeName([x509.DNSName(host)])
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        signed = self._begin(subject, key).add_extension(names, critical=False).sign(self.key, hashes.SHA256())
        pem = self.folder / f"{host}.pem"
        pem.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            + signed.public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem)
        return context

    def _begin(self, subject: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
        today = datetime.now(UTC)
        return x509.CertificateBuilder(
            issuer_name=self.name,
            subject_name=subject,
            public_key=key.public_key(),
            serial_number=x509.random_serial_number(),
            not_valid_before=today - timedelta(days=1),
            not_valid_after=today + timedelta(days=1),
        )
