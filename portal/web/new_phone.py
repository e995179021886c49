"""Moving to a new phone, one thing a page. Part of the `security` blueprint; what acts are the everyday pages."""

from flask import Response, flash, render_template, url_for
from flask.typing import ResponseReturnValue

from portal import clock, methods
from portal.access import factors, moving
from portal.access.moving import Move, Stage
from portal.web import gate, setup
from portal.web.confirm import Place, change
from portal.web.security import security
from portal.web.visitor import standing


@security.get("/new-phone")
def new_phone() -> ResponseReturnValue:
    """What is next; to whoever has nothing on a phone, the page that has it all."""
    move = _move()
    if move is None:
        return gate.see(url_for("security.index"))
    return render_template("security/new_phone.html", move=move)


@security.route("/new-phone/add", methods=["GET", "POST"])
def add_phone() -> ResponseReturnValue:
    """Set the new phone up, beside the old one."""
    move = _move()
    if move is None or len(standing().enrolled(move.kind)) >= methods.method(move.kind).most:
        return gate.see(url_for("security.new_phone"))

    def done(_token: str | None) -> Response:
        flash("method_added", "success")
        return gate.see(url_for("security.new_phone"))

    place = Place(url_for("security.add_phone"), url_for("security.new_phone"))
    return setup.set_up(move.kind, place, url_for("security.send_code", method=move.kind), done)


@security.route("/new-phone/<int:id>/remove", methods=["GET", "POST"])
def remove_phone(id: int) -> ResponseReturnValue:
    """Remove the old phone; a page gone back to, when it is gone, leads on."""
    move, back = _move(), url_for("security.new_phone")
    factor = next((row for row in move.old if row.id == id), None) if move else None
    if move is None or factor is None or move.stage is Stage.ADD:
        return gate.see(back)
    place = Place(url_for("security.remove_phone", id=id), back)
    answer = change(
        place,
        f"{move.kind}.remove {id}",
        lambda session, now: factors.remove(session, standing(), factor.kind, now, factor_id=id),
        "app_removed",
    )
    return answer or render_template("security/remove.html", factor=factor, place=place)


def _move() -> Move | None:
    """The move of the first method that lives on a phone."""
    kinds = [kind for kind in setup.on_offer() if methods.method(kind).moves and standing().enrolled(kind)]
    if not kinds:
        return None
    return moving.move(kinds[0], standing().enrolled(kinds[0]), methods.method(kinds[0]).most, clock.now())
