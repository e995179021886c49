"""What ought to be: users, sign-ins, codes and links as the machine reckons them, without asking the portal.

Written from what `docs/security.md` promises and not from the portal's code: the two are compared after every step.
Times are seconds of the machine's clock, which runs ahead by whatever the database was aged.
"""

from collections import Counter
from dataclasses import dataclass, field

MINUTE = 60
CODE_LIFE, CONFIRMATION, FRESH, HALF_IN = 10 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE
IDLE, WHOLE_DAY = 60 * MINUTE, 12 * 60 * MINUTE
MOST = {"totp": 5, "email": 1}
# The page of each step. Steps are called as in the table of addresses (tests/house/test_routes.py).
PAGE = {
    "SIGN_IN": "/sign-in",
    "PROVE_ADDRESS": "/onboarding/address",
    "SET_UP": "/onboarding",
    "WAIT": "/onboarding/closed",
    "CHECK": "/sign-in/verify",
    "SAVE_CODES": "/onboarding/recovery-codes",
    "IN": "/",
}


@dataclass(eq=False)
class Mailed:
    """A code that was mailed."""

    text: str
    at: float
    used: bool = False


def fits(codes: list[Mailed], text: str, now: float) -> bool:
    """Whether a code may be accepted: mailed for this, alive, unused."""
    return any(code.text == text and not code.used and now < code.at + CODE_LIFE for code in codes)


def spend(codes: list[Mailed]) -> None:
    """One was accepted: none of them is good any more."""
    for code in codes:
        code.used = True


@dataclass(eq=False)
class App:
    """An authenticator app: `last` is the newest time step it was used for; once it is on, `id` is its row, and `slot`
    its number among its owner's, from which it has its first name."""

    secret: bytes
    last: int = 0
    id: int = 0
    slot: int = 1
    name: str = "App 1"


@dataclass(eq=False)
class Pending:
    """A method that a sign-in is setting up."""

    began: float
    app: App | None


@dataclass(eq=False)
class RecoverySet:
    """Ten recovery codes. `texts` are empty until their maker has read them."""

    maker: "Visit | None"
    made: int
    saved: bool = False
    texts: list[str] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    last_used: int = 0  # the number of the event


@dataclass(eq=False)
class Link:
    """A mailed link to choose a new password; only the newest of its user works."""

    user: "User"
    path: str
    number: int
    at: float
    dead: bool = False


@dataclass(eq=False)
class Registration:
    """An address asked about in one browser."""

    user: "User"
    ends: float
    proved: bool = False
    over: bool = False
    codes: list[Mailed] = field(default_factory=list)


@dataclass(eq=False)
class User:
    """One of the two people, and what protects them. `known` once they have an account."""

    name: str
    email: str
    password: str
    known: bool = False
    apps: list[App] = field(default_factory=list)
    email_on: bool = False
    primary: str | None = None
    mailbox_spent: bool = False
    methods_reset: bool = False
    recovery: RecoverySet | None = None
    links: list[Link] = field(default_factory=list)
    links_sent: int = 0
    sent: list[tuple[str, float]] = field(default_factory=list)  # what for, and when
    tries: Counter[str] = field(default_factory=Counter)  # that failed, by what was tried

    @property
    def kinds(self) -> list[str]:
        """The methods that are on."""
        return ["email"] * self.email_on + ["totp"] * bool(self.apps)

    def on(self, kind: str) -> int:
        """How many of a kind are on."""
        return len(self.apps) if kind == "totp" else int(self.email_on)

    def end_links(self) -> None:
        for link in self.links:
            link.dead = True


@dataclass(eq=False)
class Visit:
    """One sign-in."""

    user: User
    began: float
    idle_ends: float
    seen: float
    proved: bool = False
    raised: int | None = None  # the number of the event
    second_factor: float | None = None
    proved_last: int = 0  # the number of the event in which the second factor was
    by_recovery: bool = False
    confirmed_for: str | None = None
    confirmed: float = 0
    over: bool = False
    pending: dict[str, Pending] = field(default_factory=dict)
    codes: dict[str, list[Mailed]] = field(default_factory=lambda: {"address": [], "sign_in": [], "enrol": []})

    def alive(self, now: float) -> bool:
        return not self.over and now < min(self.idle_ends, self.began + WHOLE_DAY)

    def due(self, now: float) -> str:
        """The step that is due."""
        user = self.user
        if not self.alive(now):
            return "SIGN_IN"
        if not user.kinds:
            if user.mailbox_spent and user.methods_reset:
                return "WAIT"
            return "SET_UP" if self.proved else "PROVE_ADDRESS"
        if self.raised is None:
            return "CHECK"
        made = user.recovery
        concerned = made and not made.saved and (made.maker is self or self.raised >= made.made)
        return "SAVE_CODES" if concerned or self.used_up else "IN"

    @property
    def used_up(self) -> bool:
        """Whether the last recovery code is used, and this sign-in has proved a second factor since."""
        made = self.user.recovery
        return bool(made and made.saved and len(made.used) == 10 and self.proved_last >= made.last_used)

    def fresh(self, begun: float) -> bool:
        """Whether the second factor was proved lately enough for a change begun then."""
        return self.raised is None or (self.second_factor is not None and begun < self.second_factor + FRESH)

    def under_way(self, kind: str, now: float) -> Pending | None:
        """The set-up of this kind, unless it took longer than half an hour."""
        found = self.pending.get(kind)
        return found if found and now < found.began + HALF_IN else None

    def holds(self, action: str, now: float) -> bool:
        """Whether the password was typed for this one action lately, and not used."""
        return self.confirmed_for == action and now < self.confirmed + CONFIRMATION

    def reads(self, recovery: RecoverySet | None) -> bool:
        """Whether this sign-in may read the recovery codes."""
        return recovery is not None and recovery.maker is self and not recovery.saved

    def touch(self, now: float) -> None:
        """A page of the step due was opened. Waiting at the code lengthens nothing."""
        if self.due(now) not in ("CHECK", "SIGN_IN") and now - self.seen >= MINUTE:
            self.seen, self.idle_ends = now, now + (IDLE if self.raised is not None else HALF_IN)
