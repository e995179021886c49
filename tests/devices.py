"""Remembered devices as the rules know them: cookies and rows, without a browser or a server."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import select

from portal.access import devices, sign_ins
from portal.access.devices import Recognised
from portal.access.where import Where
from portal.database import write
from portal.extensions import db
from portal.models import Device, Event
from tests.customers import HERE, Customer, Visit


def on(cookie: str) -> Where:
    """The browser that holds this cookie."""
    return replace(HERE, remembered=devices.family_hash(cookie))


def remember(who: Customer, now: datetime) -> str:
    """A sign-in in a browser that is remembered from now on. Its cookie."""
    standing, cookie = who.half_in(now).standing, devices.new_cookie()
    with write() as session:
        sign_ins.lock_user(session, who.user_id)
        sign_ins.raise_sign_in(session, standing, "totp", now)
        devices.remember(session, standing, cookie, now)
    return cookie.text


def come_back(who: Customer, cookie: str, now: datetime) -> Recognised:
    """The right password, in the browser that holds this cookie."""
    standing = replace(who.half_in(now).standing, where=on(cookie))
    return devices.recognise(standing, cookie, now)


def come_in_on(who: Customer, cookie: str, now: datetime) -> tuple[Visit, str]:
    """The same, when nothing but the password is asked for: the sign-in, and the cookie that the browser holds then."""
    found = come_back(who, cookie, now)
    assert found.token, "asked for a code"
    return Visit(found.token, on(cookie)), found.cookie.text if found.cookie else cookie


def remembered(who: Customer) -> list[Device]:
    """Their rows, the oldest first."""
    rows = select(Device).where(Device.user_id == who.user_id).order_by(Device.id)
    return list(db.session.scalars(rows.execution_options(populate_existing=True)))


def device_log(who: Customer) -> list[tuple[str, dict[str, object]]]:
    """What the log says of somebody's devices, the oldest first."""
    rows = select(Event.kind, Event.facts).where(Event.user_id == who.user_id, Event.kind.startswith("device"))
    return [(kind, facts) for kind, facts in db.session.execute(rows.order_by(Event.id))]
