"""Acts of a forgotten password, and what the operator does."""

from portal import clock
from portal.access import accounts, by_operator
from portal.access.addresses import read_address
from portal.access.problems import Gone
from tests.machine.model import HALF_IN, Link, User
from tests.machine.security import Security
from tests.machine.tab import Tab


class Passwords(Security):
    """Mailed links; the operator's commands."""

    def act_forget(self, tab: Tab, user: User) -> str:
        self.led(tab.post("/password/forgot", email=user.email), "/password/forgot/sent")
        self.collect_link(user)
        return "done"

    def act_open_link(self, tab: Tab, link: Link) -> str:
        """Opening it spends nothing; it only puts the token into the browser."""
        self.led(tab.get(link.path), "/password/reset")
        tab.link = link
        return "done"

    def act_reset(self, tab: Tab, password: str) -> str:
        """Choose a new password by the link that was opened last."""
        link, answer = tab.link, tab.post("/password/reset", new_password=password)
        if link is None or not self.works(link):
            tab.link = None
            return self.status(answer, 410)
        if len(password) < 12:
            return self.status(answer, 422)
        self.led(answer, "/sign-in")
        tab.link, link.dead = None, True
        link.user.password, link.user.mailbox_spent = password, True
        self.end_all(link.user)
        return "done"

    def works(self, link: Link) -> bool:
        return not link.dead and link.number == link.user.links_sent and self.now < link.at + HALF_IN

    def operator_resets(self, user: User) -> str:
        """Take every method away."""
        if not user.kinds:
            return "nothing to do"
        with self.portal.app.app_context():
            by_operator.reset_methods(accounts.find(read_address(user.email)), "phone lost", clock.now())
        user.apps.clear()
        user.email_on, user.primary, user.recovery, user.methods_reset = False, None, None, True
        user.end_links()
        self.end_all(user)
        return "done"

    def operator_opens(self, user: User) -> str:
        """Open the wizard that was shut."""
        shut = user.mailbox_spent and user.methods_reset
        with self.portal.app.app_context():
            try:
                by_operator.open_wizard(accounts.find(read_address(user.email)), clock.now())
            except Gone:
                assert not shut, "the operator can't open the wizard"
                return "nothing to do"
        assert shut, "the operator opened what wasn't shut"
        user.mailbox_spent = False
        return "done"

    def operator_signs_out(self, user: User) -> str:
        with self.portal.app.app_context():
            ended = by_operator.sign_out(accounts.find(read_address(user.email)), clock.now())
        alive = [visit for visit in self.visits if visit.user is user and visit.alive(self.now)]
        assert ended == len(alive), f"{ended} sign-ins ended, {len(alive)} were alive"
        self.end_all(user)
        return "done" if ended else "nothing to do"
