"""The people of the smoke tests: what they know, hold and read. None of it comes from the portal's database."""

import time
from dataclasses import dataclass, field

import pyotp

from tests.people import PASSWORD
from tests.portal_for_tests import until
from tests.smoke.inboxes import Inbox, code_after, codes, link

STEP = 30  # seconds an app shows one code
APP, EMAIL = "Authentication app", "Email"


@dataclass
class Customer:
    """Somebody with an address, and perhaps with methods, an app and recovery codes."""

    name: str
    email: str
    password: str = PASSWORD
    secret: str = ""  # as the app holds it, base 32
    codes: list[str] = field(default_factory=list)
    methods: frozenset[str] = frozenset()
    inbox: Inbox | None = None
    ip: str = ""  # towards a portal started here, behind its proxy; towards another the network decides
    prepared: bool = False  # somebody else's: to be left as found
    read: int = 0  # how many mails they have read
    followed: set[str] = field(default_factory=set)  # links from mails
    step: int = 0  # the last time step of the app they have used

    def app_code(self) -> str:
        """A code that is good and unused; the third or fourth within a minute has to wait for its time."""
        early = 1 if time.time() % STEP < STEP / 2 else 0  # then the step before is still good when it arrives
        self.step = max(self.step + 1, int(time.time()) // STEP - early)
        until(lambda: self.step <= int(time.time()) // STEP + 1 or None, seconds=STEP + 10)
        return self._code(self.step)

    def last_code(self) -> str:
        """The code that was used last."""
        return self._code(self.step)

    def wrong_code(self) -> str:
        """A well-typed code that is none of the app's around now."""
        present = int(time.time()) // STEP
        good = {self._code(step) for step in range(present - 10, present + 10)}
        return next(code for code in ("000000", "111111", "222222") if code not in good)

    def mails(self) -> int:
        """How many mails with a code have arrived in all."""
        return len(codes(self.inbox, self.email)) if self.inbox else 0

    def skip_mails(self) -> None:
        """What has arrived so far is old."""
        self.read = self.mails()

    def mailed_code(self) -> str:
        """The code of the next mail."""
        assert self.inbox, "there is no inbox to read"
        code = code_after(self.inbox, self.email, self.read)
        self.read += 1
        return code

    def mailed_link(self, path: str, after: str = "") -> str:
        """The newest link to `path`, from a mail that also holds those words; none that they have followed before."""
        assert self.inbox, "there is no inbox to read"
        found = link(self.inbox, self.email, path, after, self.followed)
        self.followed.add(found)
        return found

    def _code(self, step: int) -> str:
        return pyotp.TOTP(self.secret).generate_otp(step)
