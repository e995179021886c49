"""Every address of the portal, what it takes and who may go there: the written table, so that none appears or
vanishes unnoticed."""

import re

import pytest
from flask import Flask

from portal.access.steps import Step
from portal.web.gate import declared
from tests.house import states
from tests.house.conftest import Inside

ALL = "everybody"
TABLE = """
/                                       GET       IN
/.well-known/change-password            GET       everybody
/brand.css                              GET       everybody
/demo/inbox                             GET       everybody
/demo/inbox.json                        GET       everybody
/healthz                                GET       everybody
/help                                   GET       everybody
/help/two-factor                        GET       everybody
/logo                                   GET       everybody
/metrics                                GET       everybody
/not-me                                 GET POST  everybody
/not-me/<token>                         GET       everybody
/not-me/done                            GET       everybody
/onboarding                             GET       SET_UP
/onboarding/<method>                    GET POST  SET_UP
/onboarding/<method>/send               POST      SET_UP
/onboarding/address                     GET POST  PROVE_ADDRESS RECOVER
/onboarding/address/send                POST      PROVE_ADDRESS RECOVER
/onboarding/closed                      GET       WAIT
/onboarding/recovery-codes              GET POST  SAVE_CODES
/onboarding/recovery-codes.txt          GET       SAVE_CODES
/onboarding/recovery-codes/new          POST      SAVE_CODES
/password/forgot                        GET POST  everybody
/password/forgot/sent                   GET       everybody
/password/reset                         GET POST  everybody
/password/reset/<token>                 GET       everybody
/readyz                                 GET       everybody
/register                               GET POST  everybody
/register/confirm                       GET POST  everybody
/register/confirm/send                  POST      everybody
/register/details                       GET POST  everybody
/security                               GET       IN
/security/<method>/<int:id>/remove      GET POST  IN
/security/<method>/<int:id>/rename      GET POST  IN
/security/<method>/disable              GET POST  IN
/security/<method>/enable               GET POST  IN
/security/<method>/enable/cancel        POST      IN
/security/<method>/enable/send          POST      IN
/security/<method>/open                 GET POST  IN
/security/activity                      GET       IN
/security/activity.csv                  GET       IN
/security/activity.json                 GET       IN
/security/check-up                      GET POST  IN
/security/devices                       GET       IN
/security/devices/<int:id>/forget       POST      IN
/security/devices/<int:id>/rename       GET POST  IN
/security/devices/forget-all            POST      IN
/security/lost-access/stop              POST      IN
/security/new-phone                     GET       IN
/security/new-phone/<int:id>/remove     GET POST  IN
/security/new-phone/add                 GET POST  IN
/security/password                      GET POST  IN
/security/preferences                   GET POST  IN
/security/recovery-codes                GET       IN
/security/recovery-codes/new            GET POST  IN
/security/sign-ins                      GET       IN
/security/sign-ins/<int:id>/end         POST      IN
/security/sign-ins/end-others           POST      IN
/sign-in                                GET POST  everybody
/sign-in/lost-access                    GET POST  SIGN_IN CHECK IN
/sign-in/lost-access/begin              GET POST  everybody
/sign-in/lost-access/begin/<token>      GET       everybody
/sign-in/lost-access/stop               GET POST  everybody
/sign-in/lost-access/stop/<token>       GET       everybody
/sign-in/open                           GET POST  everybody
/sign-in/open/<token>                   GET       everybody
/sign-in/other                          GET POST  CHECK RECOVER IN
/sign-in/recovery-code                  GET POST  CHECK RECOVER IN
/sign-in/verify                         GET       CHECK RECOVER IN
/sign-in/verify/<method>                GET POST  CHECK RECOVER IN
/sign-in/verify/<method>/send           POST      CHECK RECOVER IN
/sign-out                               POST      everybody
/sign-out/completely                    POST      everybody
/staff                                  GET POST  IN
/staff/cases/<int:id>                   GET       IN
/staff/cases/<int:id>/approve           POST      IN
/staff/cases/<int:id>/stop              POST      IN
/staff/look-ups/<int:id>                GET       IN
/staff/look-ups/<int:id>/case           GET POST  IN
/staff/look-ups/<int:id>/sign-out       GET POST  IN
/staff/no-app                           GET       PROVE_ADDRESS
/staff/plots                            GET       IN
/staff/set-up                           GET POST  SET_UP
/staff/sign-in                          GET POST  everybody
/staff/sign-in/verify                   GET POST  CHECK
/staff/sign-out                         POST      everybody
/staff/welcome                          GET POST  everybody
/staff/welcome/<token>                  GET       everybody
/static/<path:filename>                 GET       everybody
"""


def _written() -> set[str]:
    return {" ".join(line.split()) for line in TABLE.strip().splitlines()}


def _there(app: Flask) -> set[str]:
    with app.test_request_context():
        lines = set()
        for rule in app.url_map.iter_rules():
            steps = declared(rule.endpoint)
            open_at = ALL if steps == set(Step) else " ".join(step.name for step in Step if step in steps)
            taken = " ".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
            lines.add(f"{rule.rule} {taken} {open_at}")
        return lines


def test_the_map_of_addresses_is_the_written_one(house: Flask) -> None:
    """R1, S4.1: a new address must be written down here with the steps at which it is open."""
    assert _there(house) == _written()


def test_whatever_declares_nothing_needs_a_finished_sign_in(house: Flask) -> None:
    """Deny by default."""

    def undeclared() -> str:
        raise AssertionError("never called")

    with house.test_request_context():
        house.view_functions["undeclared"] = undeclared
        assert declared("undeclared") == {Step.IN}
        assert declared("no such endpoint") == {Step.IN}
        assert declared(None) == {Step.IN}
        del house.view_functions["undeclared"]


def test_paths_are_kebab_case_and_ids_are_numbers(house: Flask) -> None:
    words = re.compile(
        r"/(static/<path:filename>|\.well-known/change-password|([a-z]+(-[a-z]+)*(\.[a-z]+)?|<method>|<int:id>|<token>|/)*)"
    )
    assert [rule.rule for rule in house.url_map.iter_rules() if not words.fullmatch(rule.rule)] == []


def test_an_endpoint_is_called_after_its_place(house: Flask) -> None:
    """One view, one address: nothing is reached by two paths."""
    endpoints = [rule.endpoint for rule in house.url_map.iter_rules()]
    assert sorted(endpoints) == sorted(set(endpoints))


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE"])
def test_other_methods_change_nothing(house: Flask, method: str) -> None:
    with house.app_context():
        ben = states.inside()
    browser = Inside(house, ben)
    answer = browser.client.open("/security", method=method, headers={"Origin": browser.base}, base_url=browser.base)
    assert answer.status_code == 405
