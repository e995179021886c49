"""Acts before one is in: registering, signing in, proving a second factor. Any act may be tried at any step, by
anybody; each says what the model expects of it there, and changes the model as the portal should change.

An act returns how it ended: "done", or why not. The machine counts that.
"""

import time

from requests import Response

from portal.access.limits import STEP
from portal.methods.totp import code_at
from tests.machine.model import HALF_IN, PAGE, App, Registration, User, fits, spend
from tests.machine.tab import Tab
from tests.machine.world import World


class Entrance(World):
    """Registration and sign-in."""

    def act_ask_to_register(self, tab: Tab, user: User) -> str:
        due, answer = self.due(tab), tab.post("/register", email=user.email)
        if due == "IN":
            return self.led_on(tab, answer)
        self.led(answer, "/register/confirm")
        found = self.registration(tab)
        if not found or found.proved or found.user is not user:
            found = tab.registration = Registration(user, self.now + HALF_IN)
            self.registrations.append(found)
        self.collect(user, "registration", found.codes)
        return "done"

    def act_resend_registration(self, tab: Tab) -> str:
        found, answer = self.registration(tab), tab.post("/register/confirm/send")
        if found is None:
            return self.astray(tab, answer)
        if not found.proved:
            self.collect(found.user, "registration", found.codes)
        self.led(answer, "/register/confirm")
        return "done"

    def act_confirm_registration(self, tab: Tab, text: str) -> str:
        found, answer = self.registration(tab), tab.post("/register/confirm", code=text)
        if found is None:
            return self.astray(tab, answer)
        if found.proved:
            return self.led(answer, "/register/details")
        if self.refused(answer, found.user, "code"):
            return "refused"
        if not fits(found.codes, text, self.now):
            return self.fail(answer, found.user, "code")
        self.led(answer, "/register/details")
        spend(found.codes)
        found.proved, found.ends = True, self.now + HALF_IN
        return "done"

    def act_give_details(self, tab: Tab, password: str) -> str:
        found = self.registration(tab)
        answer = tab.post("/register/details", name=found.user.name if found else "Nobody", password=password)
        if found is None:
            return self.astray(tab, answer)
        if not found.proved:
            return self.led(answer, "/register/confirm")
        if len(password) < 12:
            return self.status(answer, 422)
        user = found.user
        if user.known:  # somebody else was faster
            return self.led_on(tab, answer)
        self.led(answer, "/onboarding")
        for other in self.registrations:
            other.over = other.over or other.user is user
        user.known, user.password = True, password
        self.open_visit(tab, user, proved=True)
        return "done"

    def act_sign_in(self, tab: Tab, user: User, password: str) -> str:
        due, cookie = self.due(tab), tab.cookie
        answer = tab.post("/sign-in", email=user.email, password=password)
        if due == "IN":
            return self.led_on(tab, answer)
        if self.refused(answer, user, "password"):
            return "refused"
        if not user.known or password != user.password:
            return self.fail(answer, user, "password")
        goes_on = due != "SIGN_IN" and self.visit(tab).user is user and self.visit(tab).raised is None
        if not goes_on:
            self.open_visit(tab, user)
        assert tab.cookie not in (None, cookie), "no new token after the password"
        due = self.due(tab)
        self.led(answer, self.check_page(user) if due == "CHECK" else PAGE[due])
        if due == "PROVE_ADDRESS":
            self.collect(user, "address", self.visit(tab).codes["address"])
        elif due == "CHECK" and user.primary == "email" and not user.mailbox_spent:
            self.collect(user, "sign_in", self.visit(tab).codes["sign_in"])
        return "done"

    def act_sign_out(self, tab: Tab) -> str:
        due, answer = self.due(tab), tab.post("/sign-out")
        self.led(answer, "/sign-in")
        if tab.visit:
            self.end(tab.visit)
        return "done" if due != "SIGN_IN" else "led on"

    def act_verify(self, tab: Tab, kind: str, text: str) -> str:
        due, cookie = self.due(tab), tab.cookie
        present = int(time.time()) // STEP
        answer = tab.post(f"/sign-in/verify/{kind}", code=text)
        if settled := self.not_asked(tab, answer, due):
            return settled
        visit = self.visit(tab)
        user = visit.user
        if kind not in user.kinds:
            return self.led_on(tab, answer)
        if kind == "email" and user.mailbox_spent:
            return self.status(answer, 403)
        if self.refused(answer, user, "code"):
            return "refused"
        app = self.fitting(user.apps, text, present, answer) if kind == "totp" else None
        if not (app or (kind == "email" and fits(visit.codes["sign_in"], text, self.now))):
            return self.fail(answer, user, "code")
        self.status(answer, 303)
        self.raised(tab, cookie)
        if not app:
            spend(visit.codes["sign_in"])
        return "done" if due == "CHECK" else "done anew"

    def act_send_verify(self, tab: Tab, kind: str) -> str:
        due, answer = self.due(tab), tab.post(f"/sign-in/verify/{kind}/send")
        if due not in ("CHECK", "IN"):
            return self.led_on(tab, answer)
        visit = self.visit(tab)
        if not self.is_settled(tab, due) and kind in visit.user.kinds:
            if kind == "email" and visit.user.mailbox_spent:
                return self.status(answer, 403)
            if kind == "email":
                self.collect(visit.user, "sign_in", visit.codes["sign_in"])
        self.led(answer, f"/sign-in/verify/{kind}")
        return "done"

    def act_other_way(self, tab: Tab, kind: str) -> str:
        due, answer = self.due(tab), tab.post("/sign-in/other", method=kind)
        if settled := self.not_asked(tab, answer, due):
            return settled
        visit = self.visit(tab)
        if kind not in visit.user.kinds or (kind == "email" and visit.user.mailbox_spent):
            return self.status(answer, 200)
        if kind == "email":
            self.collect(visit.user, "sign_in", visit.codes["sign_in"])
        self.led(answer, f"/sign-in/verify/{kind}")
        return "done"

    def act_recovery_code(self, tab: Tab, text: str) -> str:
        due, cookie = self.due(tab), tab.cookie
        answer = tab.post("/sign-in/recovery-code", code=text)
        if settled := self.not_asked(tab, answer, due):
            return settled
        user = self.visit(tab).user
        if self.refused(answer, user, "recovery"):
            return "refused"
        assert user.recovery
        if text not in user.recovery.texts or text in user.recovery.used:
            return self.fail(answer, user, "recovery")
        self.status(answer, 303)
        user.recovery.used.add(text)
        self.raised(tab, cookie, by_recovery=True)
        user.recovery.last_used = self.visit(tab).proved_last
        return "done"

    def registration(self, tab: Tab) -> Registration | None:
        """The one under way in this browser."""
        found = tab.registration
        return found if found and not found.over and self.now < found.ends else None

    def astray(self, tab: Tab, answer: Response) -> str:
        """No registration is under way here."""
        return self.led(answer, PAGE[due] if (due := self.due(tab)) != "SIGN_IN" else "/register")

    def check_page(self, user: User) -> str:
        """Where a second factor is asked for: by the primary method, unless it is spent (R12)."""
        spent = user.primary == "email" and user.mailbox_spent
        return "/sign-in/other" if spent else f"/sign-in/verify/{user.primary}"

    def is_settled(self, tab: Tab, due: str) -> bool:
        return due == "IN" and self.visit(tab).fresh(self.now)

    def not_asked(self, tab: Tab, answer: Response, due: str) -> str | None:
        """Nobody asks for a second factor here: another step is due, or one was proved lately."""
        if due not in ("CHECK", "IN"):
            return self.led_on(tab, answer)
        if self.is_settled(tab, due):
            return self.status(answer, 303)
        return None

    def fitting(self, apps: list[App], text: str, present: int, answer: Response) -> App | None:
        """The app whose code this is, with its step marked as used.

        At the border of two steps the portal may have looked at the next one: then its answer decides.
        """
        for app in apps:
            for step in range(present - 1, present + 3):
                sure = step in (present, present + 1)
                unused = code_at(app.secret, step) == text and step > app.last
                if unused and (sure or answer.status_code == 303):
                    app.last = step
                    self.used_app_codes.append((app, text))
                    return app
        return None
