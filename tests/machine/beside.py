"""The steps nobody should take: forms sent again, by somebody else, at another step; old codes, links and cookies."""

from hypothesis import strategies as st
from requests import Response

from tests.house.test_routes import TABLE
from tests.machine.model import App, Mailed
from tests.machine.onward import BROWSER, KIND, PASSWORDS, USER, Onward
from tests.machine.steps import step
from tests.machine.tab import Tab
from tests.machine.wizard import ACCOUNT, WIZARD

NUMBER = st.integers(0, 9)
PLACE = st.sampled_from([WIZARD, ACCOUNT])
# Every address but the mailed link's, which has an act of its own; and one that is none.
ADDRESSES = [line.split() for line in TABLE.strip().splitlines() if "<token>" not in line] + [["/nowhere", "GET", "IN"]]


class Beside(Onward):
    """What a hurried, a curious or a hostile visitor does beside the journeys."""

    @step(4, number=BROWSER, which=NUMBER)
    def send_again(self, number: int, which: int) -> None:
        """Back and the same button once more, or a double click."""
        tab = self.tabs[number]
        if tab.sent:
            self.do_again(tab, tab, which)

    @step(3, number=BROWSER, which=NUMBER)
    def send_what_the_other_sent(self, number: int, which: int) -> None:
        """The same form, with the same code, from the other browser."""
        tab, other = self.tabs[number], self.tabs[1 - number]
        if other.sent:
            self.do_again(tab, other, which)

    def do_again(self, tab: Tab, sender: Tab, which: int) -> None:
        name, args = sender.sent[-1 - which % len(sender.sent)]
        self.count("again", self.do(tab, name, *args))

    @step(3, number=BROWSER, which=NUMBER, place=PLACE)
    def type_a_code_from_anywhere(self, number: int, which: int, place: str) -> None:
        """A code that was mailed for something else, to somebody else, or long ago."""
        tab, codes = self.tabs[number], self.all_mailed()
        if not codes:
            return self.go_on(number)
        text = codes[-1 - which % len(codes)].text
        due = self.due(tab)
        if due in ("CHECK", "IN"):
            self.do(tab, *(("verify", "email", text) if place == WIZARD else ("finish", ACCOUNT, "email", text)))
        elif due == "SET_UP":
            self.do(tab, "finish", WIZARD, "email", text)
        elif due == "PROVE_ADDRESS":
            self.do(tab, "prove_address", text)
        else:
            self.do(tab, "confirm_registration", text)

    def all_mailed(self) -> list[Mailed]:
        """The newest codes of every sign-in and registration."""
        codes = [code for visit in self.visits for sent in visit.codes.values() for code in sent]
        codes += [code for registration in self.registrations for code in registration.codes]
        return sorted(codes, key=lambda code: code.at)[-10:]

    @step(2, number=BROWSER, who=USER, app=NUMBER, kind=KIND)
    def prove_out_of_step(self, number: int, who: int, app: int, kind: str) -> None:
        """A right code of somebody's app, or one of their recovery codes, wherever this browser stands."""
        tab, user = self.tabs[number], self.users[who]
        if kind == "email":
            self.do(tab, "recovery_code", self.recovery_code(user))
        elif found := self.app_of(user, app):
            self.do(tab, "verify", "totp", self.app_code(found))

    @step(5, 2, number=BROWSER, which=NUMBER, way=st.sampled_from(["totp", "recovery"]))
    def come_in_by_what_was_used(self, number: int, which: int, way: str) -> None:
        """Sign in anew with a code of the app or a recovery code that was used before; at first, with a good one."""
        tab, user = self.tabs[number], self.owners[number]
        if self.due(tab) == "IN":
            self.do(tab, "sign_out")
        self.do(tab, "sign_in", user, user.password)
        if way == "totp":
            used = [text for app, text in self.used_app_codes if app in user.apps]
        else:
            used = sorted(user.recovery.used) if user.recovery else []
        if self.due(tab) != "CHECK":
            self.go_on(number)
        elif not used:
            self.prove(tab, way, slip=False)
        elif way == "totp":
            self.do(tab, "verify", "totp", used[-1 - which % len(used)])
        else:
            self.do(tab, "recovery_code", used[which % len(used)])

    @step(2, 3, number=BROWSER, which=NUMBER, who=USER)
    def reset_by_any_link(self, number: int, which: int, who: int) -> None:
        """Choose a new password by whichever link of two or more; until there are two, ask for one."""
        tab, links = self.tabs[number], self.users[who].links
        if len([link for link in links if not link.dead]) < 2:
            self.do(tab, "forget", self.users[who])
        if links:
            self.do(tab, "open_link", links[-1 - which % len(links)])
        if len(links) > 1:
            self.do(tab, "reset", PASSWORDS[2])

    @step(2, number=BROWSER, kind=KIND, what=st.sampled_from(["disable", "remake", "password", "remove"]))
    def press_the_last_button(self, number: int, kind: str, what: str) -> None:
        """Of a change that was not begun."""
        tab = self.tabs[number]
        user = tab.visit.user if tab.visit else self.users[0]
        self.do(tab, "change", self.change_of(user, what, kind), PASSWORDS[2])

    @step(3, number=BROWSER, who=USER, app=NUMBER, what=st.sampled_from(["rename", "confirm", "change"]))
    def touch_an_app_by_its_number(self, number: int, who: int, app: int, what: str) -> None:
        """One's own or the other's."""
        if found := self.app_of(self.users[who], app):
            tab, change = self.tabs[number], ("remove", found)
            args = {"rename": (found, "Mine"), "confirm": (change, self.own_password(tab)), "change": (change, "")}
            self.do(tab, what, *args[what])

    def own_password(self, tab: Tab) -> str:
        return tab.visit.user.password if tab.visit else PASSWORDS[0]

    @step(3, number=BROWSER, kind=KIND, place=PLACE, what=st.sampled_from(["begin", "send_enrol", "finish", "see_key"]))
    def set_up_out_of_step(self, number: int, kind: str, place: str, what: str) -> None:
        """In the wizard when the wizard is over, in the account before it is open, a finish without a beginning."""
        tab = self.tabs[number]
        found: App | None = None
        if tab.visit and (pending := tab.visit.pending.get(kind)):
            found = pending.app
        code = self.app_code(found) if found else "000000"
        args = {"begin": (kind, self.own_password(tab)), "send_enrol": (kind,), "finish": (kind, code), "see_key": ()}
        self.do(tab, what, place, *args[what])

    @step(2, number=BROWSER, what=st.sampled_from(["remake_unfinished", "save_codes", "see_codes"]))
    def recovery_codes_out_of_step(self, number: int, what: str) -> None:
        tab = self.tabs[number]
        args = {"save_codes": "ticked", "see_codes": "/onboarding/recovery-codes.txt"}
        self.do(tab, what, args.get(what) or self.own_password(tab))

    @step(1, which=NUMBER)
    def replay_an_old_cookie(self, which: int) -> None:
        if self.old_tokens:
            self.check_token(self.old_tokens[-1 - which % len(self.old_tokens)])
            self.count("replay_cookie", "done")

    @step(4, number=BROWSER, address=st.sampled_from(ADDRESSES), kind=KIND, who=USER, app=NUMBER)
    def open_any_address(self, number: int, address: list[str], kind: str, who: int, app: int) -> None:
        """Whatever is not open at this step leads to it, by GET and by POST; nothing else happens."""
        tab = self.tabs[number]
        found, due = self.app_of(self.users[who], app), self.due(tab)
        path = address[0].replace("<method>", kind).replace("<int:id>", str(found.id if found else 1))
        path = path.replace("<path:filename>", "css/portal.css")
        is_open = "everybody" in address or (due in address and not path.startswith("/staff"))
        if "GET" in address:
            answer = tab.get(path)
            if is_open:
                self.status(answer, 200, 303, 403, 404, 410)
            else:
                self._led_back(tab, path, answer)
        if "POST" in address and not is_open:
            self._led_back(tab, path, tab.post(path))
        self.count("open_address", "done" if is_open else "led on")

    def _led_back(self, tab: Tab, path: str, answer: Response) -> None:
        """To the step that is due; at the desk a customer's cookie is nobody's: to its way in."""
        if path.startswith("/staff"):
            self.led(answer, "/staff/sign-in")
        else:
            self.led_on(tab, answer)
