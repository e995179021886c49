"""No GET changes anything: not a row, whoever asks and wherever they stand."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import Row

from portal.database import Base
from portal.extensions import db
from tests.house import desk_states, device_states, lasting_states, lost_states, states
from tests.house.conftest import Inside
from tests.house.states import State, confirmed


def _rows(app: Flask) -> dict[str, list[Row[tuple[object, ...]]]]:
    """Every row of every table, as it stands."""
    with app.app_context():
        return {
            table.name: sorted(db.session.execute(table.select()).all(), key=repr)
            for table in Base.metadata.sorted_tables
        }


def _paths(app: Flask, id: int) -> list[str]:
    """Every address that takes GET, for each method."""
    rules = [rule.rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or set())]
    filled = [rule.replace("<int:id>", str(id)).replace("<path:filename>", "css/portal.css") for rule in rules]
    return [rule.replace("<method>", kind) for rule in filled for kind in ("totp", "email")]


@pytest.mark.parametrize(
    "make",
    [
        states.outside,
        states.registering,
        states.registered,
        states.at_mailbox,
        states.choosing,
        states.setting_up,
        states.at_check,
        states.at_closed_method,
        states.saving_codes,
        states.codes_unsaved,
        lasting_states.codes_used_up,
        states.inside,
        states.inside_with_two_apps,
        states.switching_on,
        device_states.inside_on_device,
        device_states.inside_twice,
        states.proving_again,
        lost_states.lost_link_sent,
        lost_states.begin_link_followed,
        lost_states.stop_link_followed,
        lost_states.waiting_inside,
        lost_states.wait_over,
        desk_states.invitation_followed,
        desk_states.setting_up,
        desk_states.customer_found,
        desk_states.case_to_approve,
        confirmed("email.disable"),
        confirmed("totp.open"),
        confirmed("recovery_codes.new"),
        confirmed("totp.remove {id}"),
    ],
)
def test_opening_every_page_leaves_every_row_as_it_was(house: Flask, make: Callable[[], State]) -> None:
    with house.app_context():
        state = make()
    browser, before = Inside(house, state), _rows(house)
    paths = _paths(house, state.id)
    assert len(paths) > 40
    for path in paths:
        assert browser.open(path).status_code < 500, path
    assert _rows(house) == before


def test_only_a_post_signs_out(house: Flask) -> None:
    with house.app_context():
        state = states.inside()
    browser = Inside(house, state)
    browser.open("/sign-out")
    assert browser.open("/").status_code == 200
