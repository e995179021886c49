"""Where something is done from, as plain values: what the log keeps and a notice tells."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Where:
    """The network address and the browser's own words.

    `device` is the hash of the mark by which the browser is known again, if it has one; `remembered` is the hash by
    which it is found among the remembered devices, if it says that it is one of them (`access/devices.py`).
    """

    ip: str
    agent: str
    device: bytes | None = None
    remembered: bytes | None = None


NOWHERE = Where("", "")  # the operator's commands and the worker have no browser
