"""Somebody else's rows asked for by number, and fields that no form has."""

import re

import pytest
import requests

from tests.attacks.rows import about
from tests.attacks.test_t12_the_gate import paths
from tests.journeys.ways import come_in_remembered
from tests.people import People, Person

EXTRA = {
    "id": "1",
    "user_id": "1",
    "account_id": "1",
    "role": "admin",
    "is_admin": "1",
    "email_verified": "1",
    "email_key": "mallory@example.org",
    "password_hash": "x",
    "primary_method": "none",
    "confirmed_at": "2026-01-01",
    "raised_at": "2026-01-01",
    "confirmed_for": "totp.disable",
    "wrong_codes": "0",
    "last_step": "0",
    "secret": "AAAA",
}


def numbers(person: Person) -> list[int]:
    """The numbers of all that is theirs."""
    return sorted({row[0] for rows in about(person).values() for row in rows})


@pytest.mark.parametrize("way", ["GET", "POST"])
def test_nobody_s_number_opens_another_s_app(cleo: Person, people: People, way: str) -> None:
    """T48: on every route that carries a number: 404, or back to what is one's own where Back must do no harm (the move
    to a new phone), or to the support desk's sign-in; nothing of theirs has changed or is shown."""
    ben = people.customer("ben", "totp", "totp")
    come_in_remembered(ben)
    cleo.come_in()
    cleo.browser.open("/security")
    before = about(ben)
    data = {"csrf_token": cleo.browser.token(), "password": cleo.password, "name": "Mine now"}
    rules = [
        rule.rule
        for rule in cleo.portal.app.url_map.iter_rules()
        if "<int:id>" in rule.rule and way in (rule.methods or set())
    ]
    own, tables = about(cleo), ("factors", "sign_ins", "devices")
    mine = {row[0] for table in tables for row in own[table]}  # on a young database a number may be both's
    rows = {row[0] for table in tables for row in before[table]} - mine
    assert rows & {row[0] for row in before["factors"]}
    for path in [rule.replace("<method>", "totp").replace("<int:id>", str(row)) for rule in rules for row in rows]:
        answer = cleo.browser.post(path, data) if way == "POST" else _asked(cleo, path)
        if path.startswith("/security/new-phone/"):
            assert (answer.status_code, answer.headers.get("Location")) == (303, "/security/new-phone"), path
        elif path.startswith("/staff/"):
            assert (answer.status_code, answer.headers.get("Location")) == (303, "/staff/sign-in"), path
        else:
            assert answer.status_code == 404, path
        assert ben.email not in answer.text
    assert len(rules) >= 2
    assert about(ben) == before


def _asked(person: Person, path: str) -> requests.Response:
    return person.browser.http.get(person.portal.base + path, allow_redirects=False)


def test_one_s_own_number_under_another_method_is_nothing(cleo: Person) -> None:
    """T48: the number must fit the method in the path."""
    cleo.come_in()
    app = next(row[0] for row in about(cleo)["factors"] if row[2] == "totp")
    assert cleo.browser.open(f"/security/email/{app}/remove").status == 404
    assert cleo.browser.open(f"/security/totp/{app}/remove").status == 200


def test_a_confirmation_for_one_s_own_app_removes_no_other(people: People) -> None:
    """T48, T26: the password typed for one's own number opens no other's."""
    ben, cleo = people.customer("ben", "totp", "totp"), people.customer("cleo", "totp", "totp")
    mine, theirs = about(cleo)["factors"][0][0], about(ben)["factors"][0][0]
    cleo.come_in()
    cleo.browser.open(f"/security/totp/{mine}/remove")
    cleo.browser.press("Confirm password", {"Password": cleo.password})
    before = about(ben)
    _, data = cleo.browser.ready("Remove")
    assert cleo.browser.post(f"/security/totp/{theirs}/remove", data).status_code == 404
    assert about(ben) == before


def test_no_page_shows_another_s_facts(cleo: Person, people: People) -> None:
    """T48: every page open to cleo, with the numbers of ben's rows in its query and its path."""
    ben = people.customer("ben", "totp")
    cleo.come_in()
    for path in [path for path in paths(cleo) if not path.startswith("/demo")]:
        asked = path if "/1/" not in path else path.replace("/1/", f"/{numbers(ben)[0]}/")
        page = cleo.browser.http.get(
            f"{cleo.portal.base}{asked}", params={"id": numbers(ben)[0], "user_id": ben.user().id}
        )
        assert ben.email not in page.text, path


def test_fields_that_no_form_has_change_nothing(cleo: Person) -> None:
    """T48: on every POST route, with what might be columns; the customer's rows stay as they are."""
    cleo.come_in()
    cleo.browser.open("/security")
    before = about(cleo)
    token = cleo.browser.token()
    for path in paths(cleo):
        if not re.match("/sign-out|/sign-in$|/register|/security/check-up", path):  # whose button needs no field
            cleo.browser.post(path, {"csrf_token": token, **EXTRA})
    assert about(cleo) == before


def test_registering_takes_name_and_password_alone(ada: Person) -> None:
    """T48: neither another address nor a proof can be slipped in at the last step."""
    ada.browser.open("/register")
    ada.browser.press("Continue", {"Email address": ada.email})
    ada.browser.press("Continue", {"Confirmation code": ada.mailed_code()})
    path, data = ada.browser.ready("Create account", {"Your name": "Ada", "Password": ada.password})
    ada.browser.post(path, data | EXTRA | {"email": "mallory@example.org", "proved_at": "2026-01-01"})
    assert (ada.user().email, ada.user().primary_method) == (ada.email, None)
    assert about(ada)["factors"] == []
