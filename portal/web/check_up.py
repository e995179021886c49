""" "Could you still get in?": what is left when something is lost. Part of the `security` blueprint."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal import clock, methods
from portal.access import check_up_dates
from portal.access.check_up import Way, check_up
from portal.web import cards, gate, setup
from portal.web.cards import Card
from portal.web.security import security
from portal.web.visitor import standing


@security.route("/check-up", methods=["GET", "POST"])
def check_up_page() -> ResponseReturnValue:
    """The page; its button notes that it was read, that of the overview's reminder puts it off."""
    then = gate.local_path(request.values.get("next")) or url_for("pages.overview")
    if request.method == "POST":
        note = check_up_dates.put_off if "later" in request.form else check_up_dates.note_read
        note(standing().user_id, clock.now())
        return gate.see(then)
    shown, left = cards.of(standing().factors, setup.on_offer(), standing().primary), standing().codes_left
    found = check_up([_way(card) for card in shown], left)
    return render_template("security/check_up.html", found=found, cards=shown, codes_left=left, then=then)


def _way(card: Card) -> Way:
    method, count = methods.method(card.kind), len(card.factors)
    return Way(card.kind, method.in_mailbox, method.on_phone, count, card.closed, room=count < method.most)
