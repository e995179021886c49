"""Every form and every address, given what no customer types: never a mistake of the portal's, and never a row that
changes otherwise than by the button that was pressed. In this process, so that thousands are looked at."""

import pytest
from flask import Flask

from tests.attacks.hostile import IDS, TEXTS, WORDS, Sent, encoded, everything
from tests.attacks.hostile_visit import Found, Make, Visit
from tests.house import desk_states, device_states, lasting_states, link_states, lost_states, operator_states, states
from tests.house.scenes import SHOWN
from tests.house.states import confirmed

# The pages that hold every form there is, and what a customer types there; the other fields are left as they stand.
PAGES: list[tuple[Make, str, dict[str, str]]] = [
    (states.outside, "/sign-in", {}),
    (states.outside, "/register", {"email": "somebody.0@example.org"}),
    (states.registering, "/register/confirm", {}),
    (states.registered, "/register/details", {"name": "Ada", "password": "a quiet green teapot"}),
    (states.at_mailbox, "/onboarding/address", {}),
    (states.choosing, "/onboarding/totp", {"password": "a quiet green teapot"}),
    (states.setting_up, "/onboarding/totp?step=code", {}),
    (states.setting_up, "/onboarding/email", {}),
    (states.enrol_code_sent, "/onboarding/email", {}),
    (states.saving_codes, "/onboarding/recovery-codes", {"saved": "y"}),
    (states.codes_unsaved, "/onboarding/recovery-codes", {}),
    (lasting_states.codes_used_up, "/onboarding/recovery-codes", {"password": "a quiet green teapot"}),
    (states.at_check, "/sign-in/verify/totp", {}),
    (states.at_check, "/sign-in/other", {}),
    (states.at_check, "/sign-in/recovery-code", {}),
    (states.sign_in_code_sent, "/sign-in/verify/email", {}),
    (states.inside_with_two, "/security/preferences", {"primary": "email"}),
    (states.inside, "/security/email/enable", {"password": "a quiet green teapot"}),
    (states.switching_on, "/security/totp/enable?step=code", {}),
    (states.switching_on, "/security/email/enable", {}),
    (states.inside_with_two, "/security/email/disable", {"password": "a quiet green teapot"}),
    (confirmed("email.disable"), "/security/email/disable", {}),
    (states.inside_with_closed, "/security/totp/open", {"password": "a quiet green teapot"}),
    (confirmed("totp.open"), "/security/totp/open", {}),
    (states.inside_with_two_apps, "/security/totp/{id}/rename", {"name": "My phone"}),
    (confirmed("totp.remove {id}"), "/security/totp/{id}/remove", {}),
    (confirmed("recovery_codes.new"), "/security/recovery-codes/new", {}),
    (confirmed("password.change"), "/security/password", {"new_password": "seven loud copper kettles"}),
    (states.proving_again, "/sign-in/verify/totp", {}),
    (states.inside, "/", {}),
    (states.inside, "/security/check-up", {"next": "/security"}),
    (lasting_states.about_to_move, "/security/new-phone/add", {"password": "a quiet green teapot"}),
    (lasting_states.about_to_remove, "/security/new-phone/{id}/remove", {}),
    (device_states.inside_on_device, "/", {}),
    (device_states.inside_twice, "/security/sign-ins", {}),
    (device_states.inside_on_device, "/security/devices", {}),
    (device_states.inside_on_device, "/security/devices/{id}/rename", {"name": "Kitchen"}),
    (link_states.open_link_followed, "/sign-in/open", {}),
    (link_states.not_me_followed, "/not-me", {}),
    (states.at_check, "/sign-in/lost-access", {}),
    (lost_states.begin_link_followed, "/sign-in/lost-access/begin", {}),
    (lost_states.stop_link_followed, "/sign-in/lost-access/stop", {}),
    (lost_states.waiting_inside, "/security/recovery-codes", {}),
    (states.outside, "/staff/sign-in", {}),
    (desk_states.invitation_followed, "/staff/welcome", {"new_password": "seven loud copper kettles"}),
    (desk_states.setting_up, "/staff/set-up", {"password": "a quiet green teapot"}),
    (desk_states.key_shown, "/staff/set-up?step=code", {}),
    (desk_states.at_check, "/staff/sign-in/verify", {}),
    (desk_states.support, "/staff", {"email": "somebody.0@example.org"}),
    (desk_states.customer_found, "/staff/look-ups/{id}/case", {"reason": "phone stolen"}),
    (desk_states.customer_found, "/staff/look-ups/{id}/sign-out", {"reason": "a stranger is in"}),
    (desk_states.customer_found, "/staff/look-ups/{id}", {}),
    (desk_states.case_to_approve, "/staff/cases/{id}", {}),
    (states.outside, "/password/forgot", {"email": "somebody.0@example.org"}),
    (states.forgotten, "/password/reset", {"new_password": "seven loud copper kettles"}),
    (operator_states.first_password, "/password/reset", {"new_password": "seven loud copper kettles"}),
]


SIGN_OUTS = {"auth.sign_out": "/", "staff.sign_out": "/staff"}  # each on every page; attacked where one begins
IN_QUERIES = (
    "NUL",
    "a header more",
    "no UTF-8",
    "a lone surrogate",
    "encoded twice",
    "written from the right",
    "2^64",
    "a path",
    "a template",
    "a script",
)
NAMES = ("next", "step", "recipient", "id", "email", "code", "password", "csrf_token", "method", "q")


def _forms(visit: Visit, page: str) -> list[Found]:
    """The forms of a page, each kind once."""
    kinds = {form.kind: form for form in visit.forms() if SIGN_OUTS.get(form.endpoint, page) == page}
    return list(kinds.values())


@pytest.mark.parametrize(("make", "place", "typed"), PAGES, ids=[f"{m.__name__} {p}" for m, p, _ in PAGES])
def test_no_answer_breaks_a_form(quiet_portal: Flask, make: Make, place: str, typed: dict[str, str]) -> None:
    """T48: fields missing, doubled, hostile, too many, too long, in no form at all."""
    wrong: dict[str, str] = {}
    with Visit(quiet_portal, make, place) as visit:
        for form in _forms(visit, place):
            visit.learn(form, typed)
            fields = [(name, value.encode()) for name, value in form.fields]
            for name, sent in everything(fields):
                if told := visit.judge(form.action, sent):
                    wrong[f"{form.action}: {name}"] = told
    assert wrong == {}


def test_every_form_of_the_portal_is_attacked(quiet_portal: Flask) -> None:
    """No page, in whatever state, has a form that the list above leaves out; and no address takes a POST that no form
    sends."""
    attacked, there = set(), set()
    for make, page, _ in PAGES:
        with Visit(quiet_portal, make, page) as visit:
            attacked |= {form.kind for form in _forms(visit, page)}
    for make, page, status, _ in SHOWN:
        if status == 200:
            with Visit(quiet_portal, make, page) as visit:
                there |= {form.kind for form in visit.forms()}
    assert there - attacked == set()
    takes_post = {rule.endpoint for rule in quiet_portal.url_map.iter_rules() if "POST" in (rule.methods or ())}
    assert takes_post - {endpoint for endpoint, _ in attacked} == set()


def test_no_query_breaks_a_page(quiet_portal: Flask) -> None:
    """T48: every page there is, asked with hostile texts under every name that is used anywhere."""
    wrong: dict[str, str] = {}
    pages = {place: make for make, place, status, _ in SHOWN if status == 200}
    for place, make in pages.items():
        with Visit(quiet_portal, make, place) as visit:
            for name in IN_QUERIES:
                query = encoded([(asked, TEXTS[name]) for asked in NAMES])
                if told := visit.judge(place.format(id=visit.id), Sent(b"", None, query), "GET"):
                    wrong[f"{place}: {name}"] = told
    assert len(pages) > 30
    assert wrong == {}


@pytest.mark.parametrize("make", [states.outside, states.setting_up, states.at_check, states.inside_with_two_apps])
def test_no_path_breaks_a_page(quiet_portal: Flask, make: Make) -> None:
    """T48: every part of a path that may differ, with methods, numbers and tokens that there are none of; opened, and
    with a form."""
    wrong: dict[str, str] = {}
    form = Sent(encoded([("password", b"x"), ("code", b"1")]))
    with Visit(quiet_portal, make, "/sign-in") as visit:
        paths = visit.spelled(WORDS, IDS)
        for path in paths:
            for verb, sent in (("GET", Sent(b"", None)), ("POST", form)):
                if told := visit.judge(path, sent, verb):
                    wrong[f"{verb} {path[:100]}"] = told
    assert len(paths) > 100
    assert wrong == {}
