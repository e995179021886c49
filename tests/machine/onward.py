"""The steps people mean to take: whatever a journey goes on with, sometimes with a slip of the finger."""

from datetime import timedelta

from hypothesis import strategies as st

from tests.machine.checks import Checks
from tests.machine.model import App, Mailed, User, fits
from tests.machine.security import Change, change_path
from tests.machine.steps import step
from tests.machine.tab import Tab
from tests.machine.wizard import ACCOUNT, WIZARD

BROWSER = USER = st.sampled_from([0, 1])
KIND = st.sampled_from(["totp", "email"])
SLIP = st.sampled_from([False, False, False, False, True])
PASSWORDS = ["a quiet green teapot", "seven loud copper kettles", "nine slow paper boats"]
WEAK = "short"
# Multiples of seven minutes: no sum of them comes near a limit of 10, 15, 30, 60 or 720 minutes.
SPANS = [timedelta(minutes=minutes) for minutes in (7, 7, 21, 21, 35, 63, 721)]


class Onward(Checks):
    """Journeys, one step at a time."""

    def tab_at(self, number: int, *steps: str) -> Tab | None:
        """That browser if it stands there, or the other. If neither does, that one goes on to where it is due."""
        for tab in (self.tabs[number], self.tabs[1 - number]):
            if self.due(tab) in steps:
                return tab
        self.go_on(number)
        return None

    def go_on(self, number: int) -> None:
        """Whatever brings a browser further in, without a slip."""
        tab, owner = self.tabs[number], self.owners[number]
        due = self.due(tab)
        if due == "SIGN_IN" and owner.known:
            self.do(tab, "sign_in", owner, owner.password)
        elif due == "SIGN_IN":
            self.register(number, False)
        elif due == "PROVE_ADDRESS":
            self.prove_address(number, False)
        elif due in ("SET_UP", "IN"):
            self.set_up(number, "totp" if number else "email", False)
        elif due == "WAIT":
            self.operator(self.users.index(self.visit(tab).user), "opens")
        elif due == "CHECK":
            self.prove(tab, self.visit(tab).user.primary or "", False)
        elif due == "SAVE_CODES":
            self.save_codes(number, "finish")

    def password(self, user: User, slip: bool = False) -> str:
        return "not my password" if slip else user.password

    @step(5, 4, number=BROWSER, slip=SLIP)
    def register(self, number: int, slip: bool) -> None:
        """The next step of a registration."""
        tab = self.tabs[number]
        found, new = self.registration(tab), [user for user in self.users if not user.known]
        if not new:
            self.go_on(number)
        elif found is None or self.due(tab) == "IN":
            self.do(tab, "ask_to_register", new[0])
        elif not found.proved:
            if code := self.newest(found.codes, slip):
                self.do(tab, "confirm_registration", code)
            else:
                self.do(tab, "resend_registration")
        else:
            self.do(tab, "give_details", WEAK if slip else PASSWORDS[0])

    @step(3, number=BROWSER, who=USER, slip=SLIP)
    def sign_in(self, number: int, who: int, slip: bool) -> None:
        if not (tab := self.tab_at(number, "SIGN_IN", "CHECK", "PROVE_ADDRESS", "WAIT")):
            return
        self.do(tab, "sign_in", self.users[who], self.password(self.users[who], slip))

    @step(3, number=BROWSER, slip=SLIP)
    def prove_address(self, number: int, slip: bool) -> None:
        if not (tab := self.tab_at(number, "PROVE_ADDRESS")):
            return
        if code := self.newest(self.visit(tab).codes["address"], slip):
            self.do(tab, "prove_address", code)
        else:
            self.do(tab, "send_address_code")

    @step(9, 4, number=BROWSER, kind=KIND, slip=SLIP)
    def set_up(self, number: int, kind: str, slip: bool) -> None:
        """The next step of setting a method up."""
        if not (tab := self.tab_at(number, "SET_UP", "IN")):
            return
        visit, place = self.visit(tab), WIZARD if self.due(tab) == "SET_UP" else ACCOUNT
        pending = visit.under_way(kind, self.now)
        if not pending:
            self.do(tab, "begin", place, kind, self.password(visit.user, slip))
        elif not visit.fresh(pending.began):
            self.prove(tab, visit.user.primary or kind, slip)
        elif kind == "totp" and not pending.app:
            self.do(tab, "see_key", place)
        elif pending.app:
            self.do(tab, "finish", place, kind, "000000" if slip else self.app_code(pending.app))
        elif code := self.newest(visit.codes["enrol"], slip):
            self.do(tab, "finish", place, kind, code)
        else:
            self.do(tab, "send_enrol", place, kind)

    @step(6, 2, number=BROWSER, way=st.sampled_from(["totp", "email", "recovery"]), slip=SLIP)
    def second_factor(self, number: int, way: str, slip: bool) -> None:
        if tab := self.tab_at(number, "CHECK"):
            self.prove(tab, way, slip)

    def prove(self, tab: Tab, way: str, slip: bool) -> None:
        """The next step of proving a second factor, by that method if it is on."""
        visit = self.visit(tab)
        user = visit.user
        if way == "recovery":
            self.do(tab, "recovery_code", self.recovery_code(user, slip))
        elif user.apps and (way == "totp" or not user.email_on or user.mailbox_spent):
            self.do(tab, "verify", "totp", "000000" if slip else self.app_code(user.apps[-1]))
        elif user.mailbox_spent and not slip:
            self.do(tab, "recovery_code", self.recovery_code(user))
        elif user.mailbox_spent:
            self.do(tab, "other_way", "email")
        elif code := self.newest(visit.codes["sign_in"], slip):
            self.do(tab, "verify", "email", code)
        else:
            self.do(tab, "other_way" if user.primary != "email" else "send_verify", "email")

    def recovery_code(self, user: User, slip: bool = False) -> str:
        """The next unused one."""
        made = user.recovery
        unused = [text for text in made.texts if text not in made.used] if made else []
        return "0000-0000-0000-0000" if slip or not unused else unused[0]

    @step(5, 2, number=BROWSER, how=st.sampled_from(["read", "finish", "finish", "finish", "download", "unticked"]))
    def save_codes(self, number: int, how: str) -> None:
        if not (tab := self.tab_at(number, "SAVE_CODES")):
            return
        made = self.visit(tab).user.recovery
        if not self.visit(tab).reads(made):
            self.do(tab, "remake_unfinished", "" if how == "unticked" else self.visit(tab).user.password)
        elif how == "download":
            self.do(tab, "see_codes", "/onboarding/recovery-codes.txt")
        elif how == "read" or (made and not made.texts):
            self.do(tab, "see_codes", "/onboarding/recovery-codes")
        else:
            self.do(tab, "save_codes", "" if how == "unticked" else "ticked")

    @step(8, 3, number=BROWSER, what=st.sampled_from(["disable", "remove", "remake", "password"]), kind=KIND, slip=SLIP)
    def change(self, number: int, what: str, kind: str, slip: bool) -> None:
        """The next step of a change: the password, a fresh code where it is due, the last button."""
        if not (tab := self.tab_at(number, "IN")):
            return
        visit = self.visit(tab)
        change = self.change_of(visit.user, what, kind)
        if not visit.holds(change_path(change), self.now):
            self.do(tab, "confirm", change, self.password(visit.user, slip))
        elif not visit.fresh(visit.confirmed):
            self.prove(tab, visit.user.primary or kind, slip)
        else:
            new = next(password for password in PASSWORDS if password != visit.user.password)
            self.do(tab, "change", change, WEAK if slip else new)

    def change_of(self, user: User, what: str, kind: str) -> Change:
        """What there is to change like that, for somebody."""
        if what == "remove" and user.apps:
            return what, user.apps[0]
        return (what, kind) if what == "disable" else ("remake" if what == "remove" else what, "")

    @step(2, number=BROWSER, kind=KIND)
    def prefer(self, number: int, kind: str) -> None:
        if tab := self.tab_at(number, "IN"):
            self.do(tab, "prefer", kind)

    @step(1, number=BROWSER, name=st.sampled_from(["Phone", "Tablet"]))
    def rename(self, number: int, name: str) -> None:
        if not (tab := self.tab_at(number, "IN")):
            return
        if apps := self.visit(tab).user.apps:
            self.do(tab, "rename", apps[0], name)

    @step(1, number=BROWSER, kind=KIND)
    def cancel(self, number: int, kind: str) -> None:
        if tab := self.tab_at(number, "IN"):
            self.do(tab, "cancel", kind)

    @step(1, number=BROWSER)
    def sign_out(self, number: int) -> None:
        self.do(self.tabs[number], "sign_out")

    @step(2, number=BROWSER, kind=KIND)
    def resend(self, number: int, kind: str) -> None:
        """Ask for another code, whatever it is for."""
        tab = self.tabs[number]
        due, found = self.due(tab), self.registration(tab)
        if due == "SIGN_IN" or (found and not found.proved):
            self.do(tab, "resend_registration")
        elif due == "PROVE_ADDRESS":
            self.do(tab, "send_address_code")
        elif due == "CHECK":
            self.do(tab, "send_verify", kind)
        else:
            self.do(tab, "send_enrol", WIZARD if due == "SET_UP" else ACCOUNT, kind)

    @step(4, 4, number=BROWSER, who=USER, slip=SLIP, anew=SLIP)
    def forget(self, number: int, who: int, slip: bool, anew: bool) -> None:
        """The next step of a forgotten password."""
        tab, user = self.tabs[number], self.users[who]
        opened = tab.link if tab.link and self.works(tab.link) else None
        usable = [link for link in user.links if self.works(link)]
        if opened and not anew:
            new = next(password for password in PASSWORDS if password != opened.user.password)
            self.do(tab, "reset", WEAK if slip else new)
        elif usable and not anew:
            self.do(tab, "open_link", usable[-1])
        else:
            self.do(tab, "forget", user)

    @step(2, who=USER, what=st.sampled_from(["signs_out", "resets", "opens"]))
    def operator(self, who: int, what: str) -> None:
        if self.users[who].known:
            self.count(f"operator_{what}", getattr(self, f"operator_{what}")(self.users[who]))

    @step(3, span=st.sampled_from(SPANS))
    def let_time_pass(self, span: timedelta) -> None:
        self.age(span)
        self.count("age", "done")

    def newest(self, codes: list[Mailed], slip: bool) -> str | None:
        """The code of the newest mail, if there is one that may work; mistyped if so wanted."""
        good = [code.text for code in codes if fits(codes, code.text, self.now)]
        if not good:
            return None
        return f"{(int(good[-1]) + 1) % 1_000_000:06d}" if slip else good[-1]

    def app_of(self, user: User, number: int) -> App | None:
        return user.apps[number % len(user.apps)] if user.apps else None
