"""What every second factor must supply; a new one is tested here without a line more."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, render_template
from markupsafe import Markup

from config import ROOT
from portal import methods
from portal.access import codes, factors, second_factor
from portal.access.problems import CodeExpired, CodeUsed, CodeWrong
from portal.database import write
from portal.extensions import keys, settings
from portal.methods.base import CodeMark, Evidence, Mark, Method, StepMark
from tests.customers import Customer, Visit, enrolled, make, wrong

TEMPLATES = ROOT / "templates" / "methods"
FILES = ["label.txt", "wizard_label.txt", "way.txt", "icon.svg"]
FILES += ["choice.html", "card.html", "setup.html", "check.html", "help.html"]
EMAIL = "somebody.long@example.org"

pytestmark = pytest.mark.parametrize("kind", list(methods.REGISTRY))


@pytest.fixture
def who(app: Flask, kind: str, now: datetime) -> Customer:
    """A customer with this method on."""
    return make("Cleo", EMAIL, kind, now=now)


@pytest.fixture
def visit(who: Customer, now: datetime) -> Visit:
    return who.half_in(now)


def judge(kind: str, visit: Visit, answer: str, now: datetime) -> Mark:
    rows = [row for row in enrolled(visit.standing.user_id) if row.kind == kind]
    sent = codes.sent(codes.by_sign_in(visit.standing, second_factor.SIGN_IN))
    return methods.method(kind).judge(answer, Evidence(factors.evidence(rows), sent), keys(), now)


def facts(method: Method) -> Mapping[str, Any]:
    return method.setup_facts(method.new_secret(), EMAIL, "Example Company")


def test_its_name_is_the_only_key(kind: str) -> None:
    """Module, template folder, path, setting, stored value."""
    method = methods.method(kind)
    assert method.name == kind
    assert type(method).__module__ == f"portal.methods.{kind}"
    assert kind.isidentifier()
    assert len(kind) <= 16


@pytest.mark.parametrize("name", FILES)
def test_it_brings_its_words_and_its_picture(kind: str, name: str) -> None:
    assert (TEMPLATES / kind / name).read_text().strip()


def test_its_labels_are_one_line_and_its_picture_is_beside_words(kind: str) -> None:
    labels = [(TEMPLATES / kind / name).read_text().strip() for name in ("label.txt", "wizard_label.txt")]
    assert all("\n" not in label and "<" not in label for label in labels)
    assert 'aria-hidden="true"' in (TEMPLATES / kind / "icon.svg").read_text()


def test_no_two_methods_share_a_label(kind: str) -> None:
    for name in ("label.txt", "wizard_label.txt"):
        labels = [_read(TEMPLATES / other / name) for other in methods.REGISTRY]
        assert labels.count(_read(TEMPLATES / kind / name)) == 1


def _read(path: Path) -> str:
    return path.read_text().strip()


def test_it_is_ready_with_the_default_settings(app: Flask, kind: str) -> None:
    assert methods.method(kind).ready(settings()) is True


def test_its_hint_masks_the_address(kind: str) -> None:
    """Whoever has the password alone learns no address by it."""
    hint = methods.method(kind).hint(EMAIL)
    assert (hint is None) is not methods.method(kind).sends
    assert hint is None or ("somebody" not in hint and "long" not in hint and "***" in hint)


def test_its_hint_is_as_long_for_every_address(kind: str) -> None:
    """The number of stars would tell the address's length."""
    hints = [methods.method(kind).hint(f"{local}@example.org") or "" for local in ("s", "so", "somebody.long")]
    assert len({len(hint) for hint in hints}) == 1


def test_a_user_may_have_one_at_least(kind: str) -> None:
    assert methods.method(kind).most >= 1


def test_what_moves_to_a_new_phone_is_on_the_old_and_may_stand_beside_it(kind: str) -> None:
    """The new one is set up before the old one is removed."""
    method = methods.method(kind)
    assert not method.moves or (method.on_phone and method.most > 1)


def test_each_secret_is_new_and_long_enough(kind: str) -> None:
    """RFC 4226, 4: 160 bits."""
    secrets = [methods.method(kind).new_secret() for _ in range(5)]
    assert secrets == [None] * 5 or len({secret for secret in secrets if secret and len(secret) >= 20}) == 5


@pytest.mark.parametrize("wizard", [True, False])
def test_its_set_up_page_shows_its_facts(app: Flask, kind: str, wizard: bool, now: datetime) -> None:
    """S4.3, S4.5, S2.12: once without and once with the box for the code."""
    shown = facts(methods.method(kind))
    page = setup_page(app, kind, shown, now, wizard=wizard)
    assert all(str(Markup.escape(value)) in page for value in shown.values())
    assert page.count("<h1>") == 1


def setup_page(app: Flask, kind: str, shown: Mapping[str, Any], now: datetime, *, wizard: bool) -> str:
    sending = codes.Sending(False, 0, None, 0, None, None)
    places = dict.fromkeys(("action", "send_url", "code_url", "back_url"), "/onboarding")
    with app.test_request_context("/onboarding", base_url=settings().base_url):
        return render_template(
            f"methods/{kind}/setup.html",
            layout="layouts/entrance.html",
            wizard=wizard,
            kind=kind,
            facts=shown,
            entering=False,
            sending=sending,
            email=EMAIL,
            server_time=now,
            **places,
        )


def test_a_right_answer_is_marked_and_the_mark_is_spent(kind: str, who: Customer, visit: Visit, now: datetime) -> None:
    """The method finds it right; what spends it is shared."""
    answer = who.answer(kind, visit, now)
    mark = judge(kind, visit, answer, now)
    assert isinstance(mark, CodeMark if methods.method(kind).sends else StepMark)
    assert judge(kind, visit, answer, now) == mark, "judging alone spends nothing"
    with write() as session:
        second_factor.spend(session, mark, codes.by_sign_in(visit.standing, second_factor.SIGN_IN), now)
    with pytest.raises(CodeUsed):
        judge(kind, visit, answer, now)


def test_a_wrong_answer_is_wrong(kind: str, who: Customer, visit: Visit, now: datetime) -> None:
    answer = who.answer(kind, visit, now)
    with pytest.raises(CodeWrong):
        judge(kind, visit, wrong(answer), now)


def test_an_old_answer_is_not_right(kind: str, who: Customer, visit: Visit, now: datetime) -> None:
    answer = who.answer(kind, visit, now)
    with pytest.raises((CodeWrong, CodeExpired)):
        judge(kind, visit, answer, now + timedelta(minutes=11))


def test_without_evidence_every_answer_is_wrong(app: Flask, kind: str, now: datetime) -> None:
    with pytest.raises(CodeWrong):
        methods.method(kind).judge("000000", Evidence((), ()), keys(), now)
