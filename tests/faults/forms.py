"""Every kind of form that changes something, filled in and ready to be pressed, each by somebody of their own."""

from collections.abc import Callable
from dataclasses import dataclass

from requests import Response

from tests.journeys.ways import APP, APP_FIELD, EMAIL, SEND, ask_to_register, choose, prove_mailbox, register
from tests.people import NEW_PASSWORD, People, Person


@dataclass
class Form:
    """A form that can be pressed, and pressed again; `leads` is where a good press leads. Each press is a connection of
    its own, for one that has been idle so long may be closed at that very moment."""

    name: str
    leads: str
    press: Callable[[], Response]


def forms(people: People) -> list[Form]:
    """All of them."""
    return [make(people) for make in _MADE]


def _form(person: Person, leads: str, button: str, answers: dict[str, str | bool] | None = None) -> Form:
    path, data = person.browser.ready(button, answers)
    name = f"{button!r} on {person.browser.page.path}"
    return Form(name, leads, lambda: person.browser.tab().post(path, data))


def _app_form(person: Person, leads: str, button: str) -> Form:
    """A form that asks for the app's code: each press types the one that the app shows then."""
    path, data = person.browser.ready(button, {APP_FIELD: "000000"})
    name = f"{button!r} on {person.browser.page.path}"

    def press() -> Response:
        person.step = 0  # nothing it showed was ever used
        return person.browser.tab().post(path, data | {"code": person.app_code()})

    return Form(name, leads, press)


def _password(people: People) -> Form:
    ben = people.customer("ben", "totp")
    ben.browser.open("/sign-in")
    return _form(ben, "/sign-in/verify/totp", "Sign in", {"Email address": ben.email, "Password": ben.password})


def _address(people: People) -> Form:
    ada = people.somebody("ada")
    ada.browser.open("/register")
    return _form(ada, "/register/confirm", "Continue", {"Email address": ada.email})


def _address_code(people: People) -> Form:
    ada = people.somebody("ada")
    ask_to_register(ada)
    return _form(ada, "/register/details", "Continue", {"Confirmation code": ada.mailed_code()})


def _details(people: People) -> Form:
    ada = people.somebody("ada")
    ask_to_register(ada)
    prove_mailbox(ada)
    return _form(ada, "/onboarding", "Create account", {"Your name": ada.name, "Password": ada.password})


def _first_app(people: People) -> Form:
    ada = people.somebody("ada")
    register(ada)
    choose(ada, APP)
    ada.take_key()
    ada.browser.press("Continue")
    return _app_form(ada, "/onboarding/recovery-codes", "Submit")


def _sending(people: People) -> Form:
    ada = people.somebody("ada")
    register(ada)
    choose(ada, EMAIL)
    return _form(ada, "/onboarding/email", SEND)


def _app_code(people: People) -> Form:
    ben = people.customer("ben", "totp")
    ben.sign_in()
    return _app_form(ben, "/", "Verify code")


def _mailed_code(people: People) -> Form:
    fay = people.customer("fay", "email")
    fay.sign_in()
    return _form(fay, "/", "Verify code", {"One-time code": fay.mailed_code()})


def _recovery_code(people: People) -> Form:
    ben = people.customer("ben", "totp")
    ben.sign_in()
    ben.browser.open("/sign-in/recovery-code")
    return _form(ben, "/", "Verify code", {"Recovery code": ben.codes[0]})


def _inside(people: People, path: str) -> Person:
    cleo = people.customer("cleo", "totp", "email")
    cleo.come_in()
    cleo.browser.open(path)
    return cleo


def _confirming(people: People) -> Form:
    cleo = _inside(people, "/security/email/disable")
    return _form(cleo, "/security/email/disable", "Confirm password", {"Password": cleo.password})


def _deactivating(people: People) -> Form:
    cleo = _inside(people, "/security/email/disable")
    cleo.browser.press("Confirm password", {"Password": cleo.password})
    return _form(cleo, "/security", "Deactivate")


def _new_password(people: People) -> Form:
    cleo = _inside(people, "/security/password")
    cleo.browser.press("Confirm password", {"Password": cleo.password})
    return _form(cleo, "/security", "Change password", {"New password": NEW_PASSWORD})


def _reset(people: People) -> Form:
    ben = people.customer("ben", "totp")
    ben.browser.open(ben.forget_password())
    return _form(ben, "/sign-in", "Save password", {"New password": NEW_PASSWORD})


def _signing_out(people: People) -> Form:
    return _form(_inside(people, "/security"), "/sign-in", "Sign out")


_MADE = (
    _password,
    _address,
    _address_code,
    _details,
    _first_app,
    _sending,
    _app_code,
    _mailed_code,
    _recovery_code,
    _confirming,
    _deactivating,
    _new_password,
    _reset,
    _signing_out,
)
