"""What must hold after every step: the portal and the model agree about who stands where, and about every row."""

from typing import Any

from sqlalchemy import func, select

from portal import clock
from portal.extensions import db
from portal.models import Factor, RecoveryCode, RecoverySet, SignIn
from portal.models import User as Row
from tests.machine.model import PAGE, User
from tests.machine.passwords import Passwords
from tests.machine.tab import Tab, opens, told, where


class Checks(Passwords):
    """The invariants."""

    def check_all(self) -> None:
        assert self.new_mails() == [], "a mail that nobody asked for"
        for tab in self.tabs:
            self.check_step(tab)
            self.check_replaced(tab)
        self.check_rows()

    def check_step(self, tab: Tab) -> None:
        """Signed-in pages open to a finished sign-in only; everybody else is led to the step that is due."""
        due, answer = self.due(tab), tab.get("/")
        if due == "IN":
            self.status(answer, 200)
            mine = self.visit(tab).user
            for user in self.users:
                assert (user.name in answer.text) == (user is mine), f"{mine.name}'s overview names {user.name}"
        else:
            self.led_on(tab, answer)
        if due not in ("IN", "CHECK", "SIGN_IN"):
            self.status(tab.get(PAGE[due]), 200)
        if tab.visit:
            tab.visit.touch(self.now)

    def check_replaced(self, tab: Tab) -> None:
        """A token that was replaced opens nothing, whoever holds it."""
        while tab.replaced:
            self.old_tokens.append(tab.replaced.pop())
            self.check_token(self.old_tokens[-1])

    def check_token(self, token: str) -> None:
        answer = opens(self.portal.base, token)
        assert (answer.status_code, where(answer)) == (303, "/sign-in"), f"an old token: {told(answer)}"

    def check_rows(self) -> None:
        """Nobody's rows are others than their own acts made them; nobody who has finished is without a method."""
        with self.portal.app.app_context():
            ids = {email: id for id, email in db.session.execute(select(Row.id, Row.email_key))}
            assert set(ids) == {user.email for user in self.users if user.known}
            for user in self.users:
                if user.known:
                    found, meant = _found(ids[user.email]), self._meant(user)
                    assert found == meant, f"{user.name} has {found}, should have {meant}"
                    if user.recovery and not user.methods_reset:
                        assert found["apps"] or found["email"], f"{user.name} has no method left"

    def _meant(self, user: User) -> dict[str, Any]:
        mine = [visit for visit in self.visits if visit.user is user and visit.alive(self.now)]
        return {
            "apps": sorted((app.id, app.name) for app in user.apps),
            "email": user.email_on,
            "primary": user.primary,
            "mailbox spent": user.mailbox_spent,
            "methods reset": user.methods_reset,
            "recovery codes": 10 - len(user.recovery.used) if user.recovery else 0,
            "saved": bool(user.recovery and user.recovery.saved),
            "sign-ins": sorted((visit.raised is not None, visit.proved) for visit in mine),
        }


def _found(user_id: int) -> dict[str, Any]:
    now = clock.now()
    factors = db.session.execute(
        select(Factor.kind, Factor.id, Factor.name).where(Factor.user_id == user_id, Factor.confirmed_at.is_not(None))
    ).all()
    row = db.session.execute(
        select(Row.primary_method, Row.mailed_reset_at, Row.methods_reset_at).where(Row.id == user_id)
    ).one()
    unused = db.session.scalar(
        select(func.count(RecoveryCode.id))
        .join(RecoverySet, RecoverySet.id == RecoveryCode.set_id)
        .where(RecoverySet.user_id == user_id, RecoveryCode.used_at.is_(None))
    )
    alive = (SignIn.ended_at.is_(None), SignIn.idle_ends_at > now, SignIn.ends_at > now)
    sign_ins = db.session.execute(
        select(SignIn.raised_at, SignIn.address_proved_at).where(SignIn.user_id == user_id, *alive)
    )
    return {
        "apps": sorted((id, name) for kind, id, name in factors if kind == "totp"),
        "email": any(kind == "email" for kind, _, _ in factors),
        "primary": row.primary_method,
        "mailbox spent": row.mailed_reset_at is not None,
        "methods reset": row.methods_reset_at is not None,
        "recovery codes": unused,
        "saved": db.session.scalar(select(RecoverySet.saved_at).where(RecoverySet.user_id == user_id)) is not None,
        "sign-ins": sorted((raised is not None, proved is not None) for raised, proved in sign_ins),
    }
