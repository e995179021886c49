"""What happens twice: buttons pressed twice, pages gone back to, a second tab that answers late."""

from datetime import timedelta

from tests.people import People, Person

APP = "6-digit verification code"


def confirm_twice(person: Person, path: str) -> list[str]:
    """Come in, and press "Confirm password" twice before the change at this path. The buttons that are there then."""
    person.come_in()
    person.browser.open(path)
    where, data = person.browser.ready("Confirm password", {"Password": person.password})
    for _ in range(2):
        assert person.browser.post(where, data).headers["Location"] == path
    return person.browser.open(path).buttons


def test_the_password_sent_twice_switches_nothing_off(cleo: Person) -> None:
    """R14: only "Deactivate" does, after the page that asks for it."""
    assert "Deactivate" in confirm_twice(cleo, "/security/email/disable")
    assert "Deactivate" in cleo.browser.open("/security").section("Email").get_text()


def test_the_password_sent_twice_blames_no_new_one(ben: Person) -> None:
    """R14: before a new password too, it leads to the page that asks for it."""
    assert "Change password" in confirm_twice(ben, "/security/password")


def test_deactivate_without_the_password_leads_to_the_password(cleo: Person) -> None:
    """A page left open past the ten minutes: no error is blamed on an empty form."""
    cleo.come_in()
    cleo.browser.open("/security/email/disable")
    cleo.browser.press("Confirm password", {"Password": cleo.password})
    cleo.portal.age(timedelta(minutes=11))
    page = cleo.browser.press("Deactivate")
    assert page.heading == "Confirm password"
    assert page.problems == []


def test_the_address_typed_again_keeps_the_code_on_its_way(ada: Person) -> None:
    """Back and "Continue" once more: the one code that was sent is still the one that is asked for."""
    for _ in range(2):
        ada.browser.open("/register")
        ada.browser.press("Continue", {"Email address": ada.email})
    page = ada.browser.press("Continue", {"Confirmation code": ada.mailed_code()})
    assert page.path == "/register/details"


def test_the_password_typed_again_keeps_the_code_on_its_way(people: People) -> None:
    """The same browser, the same customer, half in: one sign-in, not two."""
    dora = people.customer("dora", "email")
    dora.sign_in()
    page = dora.sign_in()
    assert page.path == "/sign-in/verify/email"
    assert dora.browser.press("Verify code", {"One-time code": dora.mailed_code()}).path == "/"


def test_a_sign_in_page_that_outlived_its_sign_in_still_signs_in(ben: Person) -> None:
    """The new cookie is not taken back with the old one."""
    ben.sign_in()
    ben.browser.open("/sign-in")
    ben.portal.age(timedelta(minutes=31))
    page = ben.browser.press("Sign in", {"Email address": ben.email, "Password": ben.password})
    assert page.path == "/sign-in/verify/totp"
    assert ben.browser.press("Verify code", {APP: ben.app_code()}).path == "/"


def test_a_late_answer_to_the_old_token_takes_no_new_one_away(ben: Person) -> None:
    """A second tab that was loading while the code was typed."""
    ben.sign_in()
    before = ben.browser.tab()
    ben.browser.press("Verify code", {APP: ben.app_code()})
    before.open("/security")
    assert "Set-Cookie" not in before.page.answer.history[0].headers


def test_new_recovery_codes_concern_no_sign_in_of_before(ben: Person) -> None:
    """R5, R14: while one browser saves a new set, another that was in already neither sees nor remakes it."""
    ben.come_in()
    other = ben.browser.another()
    ben.come_in(other)
    ben.browser.open("/security/recovery-codes/new")
    ben.browser.press("Confirm password", {"Password": ben.password})
    assert ben.browser.press("Make new recovery codes").path == "/onboarding/recovery-codes"
    assert other.open("/onboarding/recovery-codes").path == "/"
    assert other.open("/security").status == 200


def test_a_right_code_begins_the_methods_count_anew(ben: Person) -> None:
    """limits: success with the method is what resets its wrong codes."""
    for _ in range(2):
        ben.sign_in()
        for _ in range(9):
            ben.browser.press("Verify code", {APP: ben.wrong_code()})
        assert ben.browser.press("Verify code", {APP: ben.app_code()}).path == "/"
        ben.browser.press("Sign out")
