"""Every page in every state, with its heading: the one list that the tests of pages walk."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from bs4 import BeautifulSoup
from flask import Flask, render_template, template_rendered
from jinja2 import Template

from portal import clock
from portal.access import limits
from tests.house import desk_states, device_states, lasting_states, link_states, lost_states, operator_states, states
from tests.house.conftest import Inside
from tests.house.states import State, confirmed

Make = Callable[[], State]
LOST = "I have lost everything"
APP_PAGE, APP_CODE = "Set up your authentication app", "Enter the code from your app"

# Who, where, what stands over the page.
SHOWN: list[tuple[Make, str, int, str]] = [
    (states.outside, "/sign-in", 200, "Sign in"),
    (states.outside, "/register", 200, "Create an account"),
    (states.outside, "/help", 200, "Help"),
    (states.inside, "/help", 200, "Help"),
    (states.outside, "/help/two-factor", 200, "What is Two Factor Authentication (2FA)?"),
    (states.choosing, "/help/two-factor", 200, "What is Two Factor Authentication (2FA)?"),
    (states.inside, "/help/two-factor", 200, "What is Two Factor Authentication (2FA)?"),
    (states.outside, "/demo/inbox", 200, "Demo inbox"),
    (states.registering, "/register/confirm", 200, "Check your email"),
    (states.registered, "/register/details", 200, "Your name and password"),
    (states.at_mailbox, "/onboarding/address", 200, "Check your email"),
    (states.choosing, "/onboarding", 200, "Multi-factor authentication"),
    (states.choosing, "/onboarding/totp", 200, "Confirm password"),
    (states.setting_up, "/onboarding/totp", 200, APP_PAGE),
    (states.setting_up, "/onboarding/totp?step=code", 200, APP_CODE),
    (states.setting_up, "/onboarding/email", 200, "Set up Email MFA"),
    (states.enrol_code_sent, "/onboarding/email", 200, "Set up Email MFA"),
    (states.at_check, "/sign-in/verify/totp", 200, APP_CODE),
    (states.at_check, "/sign-in/verify/email", 200, "Check your email"),
    (states.at_check, "/sign-in/other", 200, "Try another way"),
    (states.at_check, "/sign-in/recovery-code", 200, "Recovery code"),
    (states.sign_in_code_sent, "/sign-in/verify/email", 200, "Check your email"),
    (states.at_closed_method, "/sign-in/verify/totp", 403, "This method takes no codes for now"),
    (link_states.open_link_followed, "/sign-in/open", 200, "Open Authentication app again"),
    (states.outside, "/sign-in/open", 410, "This link does not work any more"),
    (states.outside, "/sign-in/lost-access", 200, LOST),
    (states.at_check, "/sign-in/lost-access", 200, LOST),
    (states.inside, "/sign-in/lost-access", 200, LOST),
    (lost_states.lost_link_sent, "/sign-in/lost-access", 200, "Check your email"),
    (lost_states.waiting, "/sign-in/lost-access", 200, "The wait has begun"),
    (lost_states.only_support, "/sign-in/lost-access", 200, "Support has to help this time"),
    (lost_states.begin_link_followed, "/sign-in/lost-access/begin", 200, "Begin the wait of 48 hours"),
    (lost_states.begun_link_followed, "/sign-in/lost-access/begin", 200, "The wait has begun"),
    (lost_states.wait_over_link_followed, "/sign-in/lost-access/begin", 200, "The wait is over"),
    (states.outside, "/sign-in/lost-access/begin", 410, "This link does not work any more"),
    (lost_states.stop_link_followed, "/sign-in/lost-access/stop", 200, "Stop the wait"),
    (states.outside, "/sign-in/lost-access/stop", 410, "This link does not work any more"),
    (lost_states.wait_over, "/onboarding/address", 200, "The wait is over"),
    (lost_states.wait_over, "/sign-in/other", 200, "Try another way"),
    (lost_states.waiting_inside, "/", 200, "Welcome, Somebody"),
    (link_states.not_me_followed, "/not-me", 200, "Was it not you?"),
    (link_states.not_me_about_an_addition, "/not-me", 200, "Was it not you?"),
    (states.outside, "/not-me", 410, "This link does not work any more"),
    (states.outside, "/not-me/done", 200, "Everybody is shut out"),
    (link_states.inside_with_activity, "/security/activity", 200, "Activity"),
    (link_states.inside_with_activity, "/security/activity?show=warnings", 200, "Activity"),
    (link_states.inside_with_activity, "/security/activity?before=20200101T000000000000-1-1", 200, "Activity"),
    (states.saving_codes, "/onboarding/recovery-codes", 200, "Your recovery codes"),
    (states.codes_unsaved, "/onboarding/recovery-codes", 200, "Make your recovery codes"),
    (lasting_states.codes_used_up, "/onboarding/recovery-codes", 200, "Make your recovery codes"),
    (states.inside, "/", 200, "Welcome, Somebody"),
    (states.inside_with_few_codes, "/", 200, "Welcome, Somebody"),
    (states.inside_without_codes, "/", 200, "Welcome, Somebody"),
    (states.inside, "/security", 200, "Security and access"),
    (states.inside_by_email, "/security", 200, "Security and access"),
    (states.inside_with_two, "/security", 200, "Security and access"),
    (states.inside_with_two_apps, "/security", 200, "Security and access"),
    (states.inside_with_closed, "/security", 200, "Security and access"),
    (states.inside_without_codes, "/security", 200, "Security and access"),
    (states.inside_with_two, "/security/preferences", 200, "Preferences"),
    (states.inside, "/security/check-up", 200, "Could you still get in?"),
    (states.inside_by_email, "/security/check-up", 200, "Could you still get in?"),
    (states.inside_with_two, "/security/check-up", 200, "Could you still get in?"),
    (states.inside_with_two_apps, "/security/check-up", 200, "Could you still get in?"),
    (states.inside_with_closed, "/security/check-up", 200, "Could you still get in?"),
    (states.inside_without_codes, "/security/check-up", 200, "Could you still get in?"),
    (lasting_states.about_to_move, "/security/new-phone", 200, "I have a new phone"),
    (lasting_states.about_to_move, "/security/new-phone/add", 200, "Confirm password"),
    (states.inside_with_two_apps, "/security/new-phone", 200, "Remove the old phone"),
    (lasting_states.about_to_remove, "/security/new-phone/{id}/remove", 200, "Remove App 1"),
    (lasting_states.no_room, "/security/new-phone", 200, "Make room for the new phone"),
    (states.inside, "/security/new-phone", 200, "Your phone is set up"),
    (states.inside, "/security/email/enable", 200, "Confirm password"),
    (states.switching_on, "/security/totp/enable", 200, APP_PAGE),
    (states.switching_on, "/security/totp/enable?step=code", 200, APP_CODE),
    (states.switching_on, "/security/email/enable", 200, "Set up codes by email"),
    (confirmed("email.disable"), "/security/email/disable", 200, "Deactivate Email"),
    (confirmed("totp.open"), "/security/totp/open", 200, "Open Authentication app again"),
    (states.inside_with_two_apps, "/security/totp/{id}/rename", 200, "Rename this app"),
    (confirmed("totp.remove {id}"), "/security/totp/{id}/remove", 200, "Remove App 2"),
    (states.inside, "/security/recovery-codes", 200, "Recovery codes"),
    (states.inside_without_codes, "/security/recovery-codes", 200, "Recovery codes"),
    (confirmed("recovery_codes.new"), "/security/recovery-codes/new", 200, "Make new recovery codes"),
    (states.proving_again, "/sign-in/verify/totp", 200, APP_CODE),
    (states.proving_again, "/sign-in/verify/email", 200, "Check your email"),
    (states.outside, "/password/forgot", 200, "Forgotten your password?"),
    (states.outside, "/password/forgot/sent", 200, "Check your email"),
    (states.forgotten, "/password/reset", 200, "Choose a new password"),
    (operator_states.first_password, "/password/reset", 200, "Choose your password"),
    (operator_states.wizard_shut, "/onboarding/closed", 200, "Support has to open this first"),
    (states.outside, "/password/reset", 410, "This link does not work any more"),
    (states.mailbox_spent, "/sign-in/other", 200, "Try another way"),
    (states.mailbox_spent, "/sign-in/verify/email", 403, "A code by email does not count this time"),
    (confirmed("password.change"), "/security/password", 200, "Change password"),
    (states.inside, "/security/sign-ins", 200, "Your sign-ins"),
    (device_states.inside_twice, "/security/sign-ins", 200, "Your sign-ins"),
    (device_states.inside_on_device, "/security/sign-ins", 200, "Your sign-ins"),
    (states.inside, "/security/devices", 200, "Remembered devices"),
    (device_states.inside_on_device, "/security/devices", 200, "Remembered devices"),
    (device_states.inside_on_device, "/security/devices/{id}/rename", 200, "Rename this device"),
    (desk_states.helped_by_support, "/sign-in/lost-access", 200, "Support has opened a case for you"),
    (states.outside, "/staff/sign-in", 200, "Sign in to the support desk"),
    (desk_states.invitation_followed, "/staff/welcome", 200, "Choose your password"),
    (states.outside, "/staff/welcome", 410, "This link does not work any more"),
    (desk_states.setting_up, "/staff/set-up", 200, "Confirm password"),
    (desk_states.key_shown, "/staff/set-up", 200, APP_PAGE),
    (desk_states.key_shown, "/staff/set-up?step=code", 200, APP_CODE),
    (desk_states.without_app, "/staff/no-app", 200, "Your app is missing"),
    (desk_states.at_check, "/staff/sign-in/verify", 200, APP_CODE),
    (desk_states.support, "/staff", 200, "Customers"),
    (desk_states.case_opened, "/staff", 200, "Customers"),
    (desk_states.case_to_approve, "/staff", 200, "Customers"),
    (desk_states.customer_found, "/staff/look-ups/{id}/case", 200, "Open a recovery case"),
    (desk_states.customer_found, "/staff/look-ups/{id}/sign-out", 200, "End all sign-ins"),
    (desk_states.customer_found, "/staff/look-ups/{id}", 200, "Customer"),
    (desk_states.customer_by_mail_found, "/staff/look-ups/{id}", 200, "Customer"),
    (desk_states.case_opened, "/staff/cases/{id}", 200, "Recovery case"),
    (desk_states.case_to_approve, "/staff/cases/{id}", 200, "Recovery case"),
    (desk_states.case_begun, "/staff/cases/{id}", 200, "Recovery case"),
    (desk_states.admin, "/staff/plots", 200, "Plots"),
    (desk_states.support, "/staff/plots", 403, "This page is not yours"),
    (desk_states.support, "/staff/nowhere", 404, "There is no page at this address"),
    (states.inside, "/nowhere", 404, "There is no page at this address"),
    (states.inside, "/sign-out", 405, "This address takes no such request"),
]

# Who, where, which answers, what stands over the page then.
ANSWERED: list[tuple[Make, str, dict[str, str], int, str]] = [
    (states.outside, "/sign-in", {}, 422, "Sign in"),
    (states.outside, "/sign-in", {"email": "a@example.org", "password": "wrong"}, 422, "Sign in"),
    (states.outside, "/register", {"email": "nonsense"}, 422, "Create an account"),
    (states.registering, "/register/confirm", {"code": "12"}, 422, "Check your email"),
    (states.registered, "/register/details", {}, 422, "Your name and password"),
    (states.registered, "/register/details", {"name": "A", "password": "short"}, 422, "Your name and password"),
    (states.at_mailbox, "/onboarding/address", {}, 422, "Check your email"),
    (states.choosing, "/onboarding/totp", {"password": ""}, 422, "Confirm password"),
    (states.setting_up, "/onboarding/totp", {"code": "abc"}, 422, APP_CODE),
    (states.enrol_code_sent, "/onboarding/email", {}, 422, "Set up Email MFA"),
    (states.at_check, "/sign-in/verify/totp", {}, 422, APP_CODE),
    (states.at_check, "/sign-in/verify/email", {}, 422, "Check your email"),
    (states.at_check, "/sign-in/recovery-code", {"code": "A"}, 422, "Recovery code"),
    (lost_states.wait_over, "/onboarding/address", {"code": "12"}, 422, "The wait is over"),
    (states.saving_codes, "/onboarding/recovery-codes", {}, 422, "Your recovery codes"),
    (
        lasting_states.codes_used_up,
        "/onboarding/recovery-codes/new",
        {"password": "wrong"},
        422,
        "Make your recovery codes",
    ),
    (states.inside, "/security/email/enable", {"password": "wrong"}, 422, "Confirm password"),
    (states.inside_with_two, "/security/preferences", {}, 422, "Preferences"),
    (states.inside_with_two_apps, "/security/totp/{id}/rename", {"name": " "}, 422, "Rename this app"),
    (device_states.inside_on_device, "/security/devices/{id}/rename", {"name": " "}, 422, "Rename this device"),
    (states.outside, "/password/forgot", {}, 422, "Forgotten your password?"),
    (states.forgotten, "/password/reset", {"new_password": "short"}, 422, "Choose a new password"),
    (confirmed("password.change"), "/security/password", {"new_password": "short"}, 422, "Change password"),
    (states.last_method, "/security/totp/disable", {}, 409, "This is your only method"),
    (states.refused, "/sign-in/verify/totp", {"code": "000000"}, 429, "Too many tries"),
    (states.outside, "/staff/sign-in", {}, 422, "Sign in to the support desk"),
    (desk_states.invitation_followed, "/staff/welcome", {"new_password": "short"}, 422, "Choose your password"),
    (desk_states.at_check, "/staff/sign-in/verify", {"code": "12"}, 422, APP_CODE),
    (desk_states.support, "/staff", {"email": "nobody@example.org"}, 422, "Customers"),
    (desk_states.customer_found, "/staff/look-ups/{id}/case", {}, 422, "Open a recovery case"),
    (desk_states.customer_found, "/staff/look-ups/{id}/sign-out", {}, 422, "End all sign-ins"),
    (desk_states.case_opened, "/staff/cases/{id}/approve", {}, 403, "This page is not yours"),
    (states.outside, "/sign-in", {"csrf_token": "forged"}, 403, "This page was open too long"),
    (states.outside, "/register", {"email": "x" * 70_000}, 413, "That was too much at once"),
]


@dataclass(frozen=True)
class Scene:
    """One page as it came, read."""

    name: str
    status: int
    expected: tuple[int, str]
    html: str
    templates: frozenset[str]

    @cached_property
    def soup(self) -> BeautifulSoup:
        return BeautifulSoup(self.html, "html5lib")


def walk(app: Flask) -> Iterator[Scene]:
    """Every page once."""
    for make, path, status, heading in SHOWN:
        yield _scene(app, make, path, None, (status, heading))
    for make, path, data, status, heading in ANSWERED:
        yield _scene(app, make, path, data, (status, heading))
    with app.app_context():
        answers = link_states.password_shut()
    yield _scene(app, states.outside, "/sign-in", answers, (403, "Choose a new password"))
    yield from _rare(app)


def _scene(app: Flask, make: Make, path: str, data: dict[str, str] | None, expected: tuple[int, str]) -> Scene:
    with app.app_context():
        state = make()
    browser, path = Inside(app, state), path.format(id=state.id)
    seen: set[str] = set()

    def note(_app: Flask, template: Template, **_: object) -> None:
        seen.add(template.name or "")

    with template_rendered.connected_to(note, app):
        answer = browser.open(path) if data is None else browser.send(path, data)
    name = f"{'GET' if data is None else 'POST'} {path} ({make.__name__})"
    return Scene(name, answer.status_code, expected, answer.text, frozenset(seen))


def _rare(app: Flask) -> Iterator[Scene]:
    """The error pages that nothing above brings about."""
    for key in ("bad_request", "busy", "broken", "origin", "registration_closed"):
        with app.test_request_context(base_url=app.extensions["portal.settings"].base_url):
            html = render_template("errors/page.html", status=500, key=key)
        yield Scene(f"error {key}", 500, (500, ""), html, frozenset())
    for what in sorted({limit.what for limit in limits.ALL}):
        with app.test_request_context(base_url=app.extensions["portal.settings"].base_url):
            html = render_template("errors/limited.html", until=clock.now(), what=what)
        yield Scene(f"too many {what}", 429, (429, "Too many tries"), html, frozenset())
