"""What encrypts the apps' secrets: rows are swapped by whoever can write to the database, or a key is missing."""

import json
import secrets
from dataclasses import replace
from pathlib import Path

from sqlalchemy import select, update

from config import Settings
from portal import create_app
from portal.database import write
from portal.extensions import db
from portal.models import Factor
from tests.cli.conftest import Operator
from tests.people import People, Person
from tests.portal_for_tests import Portal, environment, free_port, fresh_database, running

APP = "6-digit verification code"


def type_code(person: Person, code: str) -> int:
    """Sign in anew, up to a code of the app. The answer's status."""
    person.browser = person.browser.another()
    person.sign_in()
    path, answers = person.browser.ready("Verify code", {APP: code})
    return person.browser.post(path, answers).status_code


def sealed(portal: Portal, person: Person) -> bytes:
    with portal.app.app_context():
        return db.session.scalars(select(Factor.secret).where(Factor.user_id == person.user().id)).one() or b""


def put(portal: Portal, person: Person, secret: bytes) -> None:
    with portal.app.app_context(), write() as session:
        session.execute(update(Factor).where(Factor.user_id == person.user().id).values(secret=secret))


def test_a_secret_moved_to_another_user_opens_nothing(portal: Portal, people: People) -> None:
    """T44: eve writes her app's secret into ben's row, and knows his password. Put back, both come in."""
    ben, eve = people.customer("ben", "totp"), people.customer("eve", "totp")
    bens, eves = sealed(portal, ben), sealed(portal, eve)
    put(portal, ben, eves)
    put(portal, eve, bens)
    assert [type_code(ben, eve.app_code()), type_code(eve, ben.app_code())] == [500, 500]
    assert [person.browser.open("/security").path for person in (ben, eve)] == ["/sign-in/verify/totp"] * 2
    put(portal, ben, bens)
    put(portal, eve, eves)
    assert [type_code(ben, ben.app_code()), type_code(eve, eve.app_code())] == [303, 303]


def test_without_the_key_nobody_counts_as_without_a_second_factor(tmp_path: Path) -> None:
    """T44: started with another data key, the portal lets nobody in, nor to the wizard; the check says why."""
    database = fresh_database("keyless", tmp_path)
    old = environment(database, free_port())
    with running(old | {"PORTAL_DATA_KEYS": secrets.token_urlsafe(32)}) as portal:
        before = create_app(Settings.load(old))
        ben = People(replace(portal, app=before, settings=Settings.load(old))).customer("ben", "totp")
        with before.app_context():
            db.engine.dispose()
        assert type_code(ben, ben.app_code()) == 500
        paths = ("/", "/security", "/onboarding", "/onboarding/totp")
        assert {ben.browser.open(path).path for path in paths} == {"/sign-in/verify/totp"}
        result = Operator(portal.app).types("check", "--json")
        words = [
            finding["words"] for finding in json.loads(result.stdout)["findings"] if finding["about"] == "data_keys"
        ]
        assert result.exit_code == 1
        assert words == ["1 factors need a key that is not among PORTAL_DATA_KEYS: put it back, behind the others"]
