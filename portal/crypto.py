"""Encryption, keyed hashes and random values. Everything secret in the database goes through here.

The keys are the setting `data_keys`, newest first: what is new uses the newest, what is old is still read. Each
setting is stretched by HKDF (RFC 5869) into one key for encrypting and one for hashing.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE = 12  # bytes: AES-GCM's own size (NIST SP 800-38D)
KEY_ID = 4  # bytes: enough to tell a handful of keys apart


class Unreadable(Exception):
    """A stored secret that none of the keys opens: altered, moved to another row, or its key is gone."""


@dataclass(frozen=True)
class Key:
    id: bytes
    cipher: AESGCM
    mac: bytes


class KeyRing:
    """The data keys, newest first."""

    def __init__(self, keys: tuple[bytes, ...]) -> None:
        self._keys = {key.id: key for key in map(_derive, keys)}
        self._newest, self._oldest = next(iter(self._keys.values())), list(self._keys.values())[-1]

    def encrypt(self, plain: bytes, row: str) -> bytes:
        """AES-256-GCM under the newest key. `row` names the row it belongs to; elsewhere it can't be read."""
        nonce = secrets.token_bytes(NONCE)
        return self._newest.id + nonce + self._newest.cipher.encrypt(nonce, plain, row.encode())

    def decrypt(self, sealed: bytes, row: str) -> bytes:
        """What `encrypt` was given for this row. Raises `Unreadable`."""
        key = self._keys.get(sealed[:KEY_ID])
        if key is None:
            raise Unreadable("the key it was encrypted with is not among PORTAL_DATA_KEYS")
        nonce, body = sealed[KEY_ID : KEY_ID + NONCE], sealed[KEY_ID + NONCE :]
        try:
            return key.cipher.decrypt(nonce, body, row.encode())
        except (InvalidTag, ValueError):
            raise Unreadable("it was altered or belongs to another row") from None

    @property
    def newest(self) -> bytes:
        """How everything begins that the newest key has made."""
        return self._newest.id

    @property
    def known(self) -> frozenset[bytes]:
        """How everything begins that any of the keys has made."""
        return frozenset(self._keys)

    def mac(self, value: str, purpose: str) -> bytes:
        """HMAC-SHA-256 (RFC 2104) of a short value for one purpose, led by the newest key's id."""
        return self._newest.id + _mac(self._newest, value, purpose)

    def subject(self, value: str) -> bytes:
        """HMAC-SHA-256 of what a counter counts for, under the oldest key: the same while keys are being rotated."""
        return _mac(self._oldest, value, "limit")

    def matches(self, stored: bytes, value: str, purpose: str) -> bool:
        """Whether `stored` is this value's `mac`, in equal time whatever the value."""
        key = self._keys.get(stored[:KEY_ID])
        return key is not None and hmac.compare_digest(stored[KEY_ID:], _mac(key, value, purpose))


def _derive(secret: bytes) -> Key:
    stretched = HKDF(algorithm=SHA256(), length=64, salt=None, info=b"portal data key").derive(secret)
    return Key(hashlib.sha256(secret).digest()[:KEY_ID], AESGCM(stretched[:32]), stretched[32:])


def _mac(key: Key, value: str, purpose: str) -> bytes:
    return hmac.digest(key.mac, f"{purpose}\0{value}".encode(), "sha256")


def new_token() -> str:
    """32 random bytes as base64url text: an unguessable cookie or link."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> bytes:
    """What the database keeps of a token. Plain SHA-256 is enough for 256 random bits."""
    return hashlib.sha256(token.encode()).digest()


def new_code(digits: int = 6) -> str:
    """A uniform numeric code, leading noughts included."""
    return f"{secrets.randbelow(10**digits):0{digits}d}"
