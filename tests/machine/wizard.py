"""Acts of setting a method up, in the wizard and under "Security and access", and of saving recovery codes."""

import base64
import re
import time

from requests import Response

from portal.access.limits import STEP
from tests.machine.entrance import Entrance
from tests.machine.model import HALF_IN, MOST, App, Pending, RecoverySet, Visit, fits, spend
from tests.machine.tab import Tab, told

WIZARD, ACCOUNT = "wizard", "account"
KEY = re.compile(r'id="setup-key"[^>]*>([A-Z2-7 ]+)<')
CODE = re.compile(r"\b[0-9A-HJKMNP-TV-Z]{4}(?:-[0-9A-HJKMNP-TV-Z]{4}){3}\b")


class Wizard(Entrance):
    """The mailbox, the methods, the recovery codes."""

    def act_prove_address(self, tab: Tab, text: str) -> str:
        due, answer = self.due(tab), tab.post("/onboarding/address", code=text)
        if due != "PROVE_ADDRESS":
            return self.led_on(tab, answer)
        visit = self.visit(tab)
        if self.refused(answer, visit.user, "code"):
            return "refused"
        if not fits(visit.codes["address"], text, self.now):
            return self.fail(answer, visit.user, "code")
        self.led(answer, "/onboarding")
        spend(visit.codes["address"])
        visit.proved, visit.idle_ends = True, self.now + HALF_IN
        return "done"

    def act_send_address_code(self, tab: Tab) -> str:
        due, answer = self.due(tab), tab.post("/onboarding/address/send")
        if due != "PROVE_ADDRESS":
            return self.led_on(tab, answer)
        self.collect(self.visit(tab).user, "address", self.visit(tab).codes["address"])
        self.led(answer, "/onboarding/address")
        return "done"

    def act_begin(self, tab: Tab, place: str, kind: str, password: str) -> str:
        """Type the password that begins a set-up."""
        due, path = self.due(tab), set_up_path(place, kind)
        answer = tab.post(path, password=password)
        if elsewhere := self._not_here(tab, answer, due, place, kind):
            return elsewhere
        visit, now = self.visit(tab), self.now
        if pending := visit.under_way(kind, now):
            return self.led(answer, path if visit.fresh(pending.began) else "/sign-in/verify")
        if ended := self.password_refused(visit, answer, password):
            return ended
        visit.pending[kind] = Pending(now, None)
        return self.password_right(tab, answer, path)

    def act_see_key(self, tab: Tab, place: str) -> str:
        """Open the page with the QR code, and type the key into the app."""
        due, path = self.due(tab), set_up_path(place, "totp")
        answer = tab.get(path)
        if elsewhere := self._not_here(tab, answer, due, place, "totp"):
            return elsewhere
        visit = self.visit(tab)
        pending = visit.under_way("totp", self.now)
        if pending and not visit.fresh(pending.began):
            return self.led(answer, "/sign-in/verify")
        found = KEY.search(answer.text)
        assert bool(found) == bool(pending), f"{told(answer)}: key shown: {bool(found)}"
        if not (found and pending):
            return self.status(answer, 200)
        secret = base64.b32decode(found[1].replace(" ", ""))
        assert pending.app is None or pending.app.secret == secret, "another key than before"
        pending.app = pending.app or App(secret)
        return "done"

    def act_send_enrol(self, tab: Tab, place: str, kind: str) -> str:
        due, answer = self.due(tab), tab.post(f"{set_up_path(place, kind)}/send")
        if due != ("SET_UP" if place == WIZARD else "IN"):
            return self.led_on(tab, answer)
        visit = self.visit(tab)
        pending = visit.under_way(kind, self.now)
        self.led(answer, set_up_path(place, kind))
        if pending and kind == "email" and visit.fresh(pending.began):
            self.collect(visit.user, "enrol", visit.codes["enrol"])
            return "done"
        return "led on"

    def act_finish(self, tab: Tab, place: str, kind: str, text: str) -> str:
        """Type the first code, which switches the method on."""
        due, path, cookie = self.due(tab), set_up_path(place, kind), tab.cookie
        present = int(time.time()) // STEP
        answer = tab.post(path, code=text)
        if elsewhere := self._not_here(tab, answer, due, place, kind):
            return elsewhere
        visit, now = self.visit(tab), self.now
        pending = visit.under_way(kind, now)
        if not pending:
            return self.led(answer, path)
        if not visit.fresh(pending.began):
            return self.led(answer, "/sign-in/verify")
        if self.refused(answer, visit.user, "code"):
            return "refused"
        app = self.fitting([pending.app] if pending.app else [], text, present, answer) if kind == "totp" else None
        if not (app or (kind == "email" and fits(visit.codes["enrol"], text, now))):
            return self.fail(answer, visit.user, "code")
        if due == "SET_UP":
            self.led(answer, "/onboarding/recovery-codes")
            self.raised(tab, cookie)
            visit.user.recovery = RecoverySet(visit, visit.raised or 0)
        else:
            self.led(answer, "/security")
        self._switch_on(visit, app)
        return "done"

    def _switch_on(self, visit: Visit, app: App | None) -> None:
        user, kind = visit.user, "totp" if app else "email"
        if app:
            app.id = self.new_app(user)
            app.slot = min({1, 2, 3, 4, 5} - {other.slot for other in user.apps})
            app.name = f"App {app.slot}"
            user.apps.append(app)
        else:
            user.email_on = True
            spend(visit.codes["enrol"])
        if user.primary is None:
            user.primary, user.methods_reset = kind, False
        visit.pending.pop(kind)
        self.end_all(user, but=visit)

    def act_cancel(self, tab: Tab, kind: str) -> str:
        due, answer = self.due(tab), tab.post(f"/security/{kind}/enable/cancel")
        if due != "IN":
            return self.led_on(tab, answer)
        self.led(answer, "/security")
        return "done" if self.visit(tab).pending.pop(kind, None) else "led on"

    def act_see_codes(self, tab: Tab, path: str) -> str:
        """Open the page with the recovery codes, reload it, or download them: always the same ten."""
        due, answer = self.due(tab), tab.get(path)
        if due != "SAVE_CODES":
            return self.led_on(tab, answer)
        visit = self.visit(tab)
        made, found = visit.user.recovery, CODE.findall(answer.text)
        if not (made and visit.reads(made)):
            assert not found, "recovery codes shown to another sign-in than their maker's"
            return self.led_on(tab, answer) if path.endswith(".txt") else self.status(answer, 200)
        assert len(found) == 10, f"{told(answer)}: {len(found)} recovery codes"
        assert made.texts in ([], found), "other recovery codes than before"
        made.texts = found
        return "done"

    def act_save_codes(self, tab: Tab, ticked: str) -> str:
        """ "Finish", with the box ticked or not."""
        due, answer = self.due(tab), tab.post("/onboarding/recovery-codes", **({"saved": "y"} if ticked else {}))
        if due != "SAVE_CODES":
            return self.led_on(tab, answer)
        visit = self.visit(tab)
        if not visit.reads(visit.user.recovery):
            return self.status(answer, 200)
        if not ticked:
            return self.status(answer, 422)
        self.status(answer, 303)
        assert visit.user.recovery
        visit.user.recovery.saved = True
        return "done"

    def act_remake_unfinished(self, tab: Tab, password: str) -> str:
        """Make a new set in place of one never finished, or used up: that one asks for the password."""
        due, answer = self.due(tab), tab.post("/onboarding/recovery-codes/new", password=password)
        visit = tab.visit
        asked = due == "SAVE_CODES" and visit and visit.used_up
        if asked and visit and (wrong := self.password_refused(visit, answer, password)):
            return wrong
        self.led_on(tab, answer)
        if due != "SAVE_CODES" or not visit or visit.reads(visit.user.recovery):
            return "led on"
        visit.user.recovery = RecoverySet(visit, self.event_number())
        return "done"

    def password_refused(self, visit: Visit, answer: Response, password: str) -> str | None:
        """A password typed before a change: how it ended unless it was right."""
        if self.refused(answer, visit.user, "password"):
            return "refused"
        if password != visit.user.password:
            return self.fail(answer, visit.user, "password")
        return None

    def password_right(self, tab: Tab, answer: Response, path: str) -> str:
        """It was: back to where it was asked for, by way of a fresh code where the last is too old."""
        visit = self.visit(tab)
        if visit.fresh(self.now):
            self.led(answer, path)
            return "done"
        self.led(answer, "/sign-in/verify")
        if visit.user.primary == "email" and not visit.by_recovery:
            self.collect(visit.user, "sign_in", visit.codes["sign_in"])
        return "done, but for a fresh code"

    def _not_here(self, tab: Tab, answer: Response, due: str, place: str, kind: str) -> str | None:
        """This set-up can't be gone on with: another step is due, or there are as many of the kind as may be."""
        if due != ("SET_UP" if place == WIZARD else "IN"):
            return self.led_on(tab, answer)
        return self.led(answer, "/security") if self.visit(tab).user.on(kind) >= MOST[kind] else None


def set_up_path(place: str, kind: str) -> str:
    return f"/onboarding/{kind}" if place == WIZARD else f"/security/{kind}/enable"
