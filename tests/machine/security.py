"""Acts under "Security and access": what protects the account changes behind the password, typed for that change."""

from requests import Response

from tests.machine.model import App, RecoverySet, User, Visit
from tests.machine.tab import Tab
from tests.machine.wizard import Wizard

# A change: what it is, and what of: ("disable", "email"), ("remove", app), ("remake", ""), ("password", "").
Change = tuple[str, "str | App"]


class Security(Wizard):
    """Changes, names, preferences."""

    def act_confirm(self, tab: Tab, change: Change, password: str) -> str:
        """Type the password before a change."""
        due, answer = self.due(tab), tab.post(change_path(change), password=password)
        if elsewhere := self._not_there(tab, answer, due, change):
            return elsewhere
        visit = self.visit(tab)
        if visit.holds(change_path(change), self.now):
            return self.led(answer, change_path(change))
        if ended := self.password_refused(visit, answer, password):
            return ended
        visit.confirmed_for, visit.confirmed = change_path(change), self.now
        return self.password_right(tab, answer, change_path(change))

    def act_change(self, tab: Tab, change: Change, new_password: str) -> str:
        """Press the last button."""
        due, cookie = self.due(tab), tab.cookie
        answer = tab.post(change_path(change), **({"new_password": new_password} if change[0] == "password" else {}))
        if elsewhere := self._not_there(tab, answer, due, change):
            return elsewhere
        visit = self.visit(tab)
        if not visit.holds(change_path(change), self.now):
            return self.led(answer, change_path(change))
        if change[0] == "password" and len(new_password) < 12:
            return self.status(answer, 422)
        if not visit.fresh(visit.confirmed):
            return self.led(answer, "/sign-in/verify")
        left = _left(visit.user, change)
        if not left:
            return self.status(answer, 409)
        self.led(answer, "/security")
        visit.confirmed_for = None
        if change[0] == "remake":
            visit.user.recovery = RecoverySet(visit, self.event_number())
        elif change[0] == "password":
            assert tab.cookie not in (None, cookie), "no new token after a new password"
            visit.user.password = new_password
            visit.user.end_links()
            self.end_all(visit.user, but=visit)
        else:
            self._take_away(visit, change, left)
        return "done"

    def _take_away(self, visit: Visit, change: Change, left: list[str]) -> None:
        user, (_, which) = visit.user, change
        if isinstance(which, App):
            user.apps.remove(which)
        elif which == "totp":
            user.apps.clear()
        else:
            user.email_on = False
        if user.primary not in left:
            user.primary = left[0]
        self.end_all(user, but=visit)

    def act_prefer(self, tab: Tab, kind: str) -> str:
        due, answer = self.due(tab), tab.post("/security/preferences", primary=kind)
        if due != "IN":
            return self.led_on(tab, answer)
        user = self.visit(tab).user
        if len(user.kinds) < 2:
            return self.led(answer, "/security")
        if kind not in user.kinds:
            return self.status(answer, 422)
        self.led(answer, "/security")
        user.primary = kind
        return "done"

    def act_rename(self, tab: Tab, app: App, name: str) -> str:
        due, answer = self.due(tab), tab.post(f"/security/totp/{app.id}/rename", name=name)
        if due != "IN":
            return self.led_on(tab, answer)
        if app not in self.visit(tab).user.apps:
            return self.status(answer, 404)
        self.led(answer, "/security")
        app.name = name
        return "done"

    def _not_there(self, tab: Tab, answer: Response, due: str, change: Change) -> str | None:
        """There is nothing to change like that."""
        if due != "IN":
            return self.led_on(tab, answer)
        user, (what, which) = self.visit(tab).user, change
        if what == "disable" and which not in user.kinds:
            return self.led(answer, "/security")
        if what == "remove" and which not in user.apps:
            return self.status(answer, 404)
        return None


def change_path(change: Change) -> str:
    """The page of a change."""
    what, which = change
    if isinstance(which, App):
        return f"/security/totp/{which.id}/remove"
    return {"remake": "/security/recovery-codes/new", "password": "/security/password"}.get(
        what, f"/security/{which}/disable"
    )


def _left(user: User, change: Change) -> list[str]:
    """The methods that a change leaves."""
    _, which = change
    if isinstance(which, App):
        return ["totp"] * (len(user.apps) > 1) + ["email"] * user.email_on
    return [kind for kind in user.kinds if kind != which]
