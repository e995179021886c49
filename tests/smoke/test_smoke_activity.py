"""What the owner reads of their account, and how they shut everybody out. Each journey with JavaScript and without."""

import json
import re
from pathlib import Path

from playwright.sync_api import expect

from tests.people import NEW_PASSWORD
from tests.smoke import acts
from tests.smoke.cast import Cast
from tests.smoke.conftest import Visit
from tests.smoke.customers import APP, EMAIL
from tests.smoke.pages import Activity, NewPassword, NotMe, Overview, Security, ShutOut, SignIn


def test_ben_reads_what_happened_and_takes_it_along(cast: Cast, visit: Visit) -> None:
    """Filtered, and as a file."""
    ben = cast.customer("ben", APP)
    page = visit(ben)
    acts.sign_in_by_app(page, ben)
    Security(page).open().link("See the activity").click()
    activity = Activity(page).here()
    expect(activity.main).to_contain_text("Signed in with the password and Authentication app")
    activity.show("Changes")
    expect(activity.main).not_to_contain_text("Signed in with")
    activity.show("Sign-ins")
    expect(activity.lines.first).to_contain_text("Signed in with")
    saved = activity.download("List (JSON)")
    assert re.fullmatch(r"activity-\d{4}-\d\d-\d\d\.json", saved.suggested_filename)
    assert {entry["group"] for entry in json.loads(Path(saved.path()).read_text())} == {"sign-ins"}
    assert activity.download("Table (CSV)").suggested_filename.endswith(".csv")


def test_ben_turns_the_pages(cast: Cast, visit: Visit) -> None:
    """Each line once, and back to the newest."""
    ben = cast.customer("ben", APP)
    cast.fill_log(ben)
    page = visit(ben)
    acts.sign_in_by_app(page, ben)
    activity = Activity(page).open()
    activity.show("Changes")
    expect(activity.lines).to_have_count(25)
    activity.link("Older").click()
    expect(activity.lines).to_have_count(5)
    activity.link("Back to the newest").click()
    expect(activity.lines).to_have_count(25)


def test_cleo_says_it_was_not_her(cast: Cast, visit: Visit) -> None:
    """In another browser than the one that is signed in; by a new password and her app she is back, and so is Email."""
    cleo = cast.customer("cleo", APP, EMAIL, mails=True, keeps=False)
    stranger, hers = visit(cleo), visit(cleo)
    acts.sign_in_by_app(stranger, cleo)
    Security(stranger).open().deactivate(EMAIL, cleo.password)
    hers.goto(cleo.mailed_link("/not-me/", after="Email was deactivated"))
    NotMe(hers).here().shut_everybody_out()
    forgotten = ShutOut(hers).here().choose_password()
    Security(stranger).open()
    expect(SignIn(stranger).here().main).to_contain_text("“This was not me” was chosen")
    SignIn(stranger).sign_in(cleo.email, cleo.password)
    expect(stranger.get_by_role("heading", level=1)).to_have_text("Choose a new password")
    forgotten.ask(cleo.email)
    hers.goto(cleo.mailed_link("/password/reset/"))
    cleo.password = NEW_PASSWORD
    NewPassword(hers).here().choose(cleo.password)
    acts.sign_in_by_app(hers, cleo)
    Overview(hers).here()
    expect(Security(hers).open().button("Deactivate", under=EMAIL)).to_be_visible()
