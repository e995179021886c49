"""Ways that several stories go: to the wizard, through it, to a change under "Security and access"."""

import re
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

import zxingcpp
from PIL import Image, ImageDraw
from sqlalchemy import func, select

from portal.extensions import db
from portal.models import Message
from tests.browser import Browser, Page
from tests.people import Person

APP, EMAIL = "Google Authenticator", "Email MFA"  # in the wizard
APP_FIELD, EMAIL_FIELD = "6-digit verification code", "One-time code"
DO_NOT_ASK = "Don't ask again on this device"
SEND, RESEND = "Send one-time code via Email", "Resend one-time code via Email"
CLOCK = re.compile(r"\b\d\d:\d\d UTC\b")
RECOVERY_CODE = re.compile(r"^[0-9A-HJKMNP-TV-Z]{4}(?:-[0-9A-HJKMNP-TV-Z]{4}){3}$", re.MULTILINE)


def ask_to_register(person: Person) -> Page:
    """Type the address of somebody who wants an account."""
    person.browser.open("/register")
    return person.browser.press("Continue", {"Email address": person.email})


def prove_mailbox(person: Person) -> Page:
    """Type the code from the mail that came."""
    return person.browser.press("Continue", {"Confirmation code": person.mailed_code()})


def register(person: Person) -> Page:
    """Become a customer, up to the wizard."""
    ask_to_register(person)
    prove_mailbox(person)
    return person.browser.press("Create account", {"Your name": person.name, "Password": person.password})


def confirm_password(person: Person) -> Page:
    return person.browser.press("Confirm password", {"Password": person.password})


def choose(person: Person, heading: str) -> Page:
    """Choose a method, in the wizard or under "Security and access", and confirm the password."""
    person.browser.press("Activate", under=heading)
    return confirm_password(person)


def finish_app(person: Person, button: str = "Submit") -> Page:
    """From the page with the key: type the key into the app, and its code into the page."""
    person.take_key()
    person.browser.press("Continue")
    return person.browser.press(button, {APP_FIELD: person.app_code()})


def finish_email(person: Person, button: str = "Submit") -> Page:
    """From the page that sends: have a code sent, and type it."""
    person.browser.press(SEND)
    return person.browser.press(button, {EMAIL_FIELD: person.mailed_code()})


def save_codes(person: Person) -> Page:
    """Keep the recovery codes, and press "Finish"."""
    person.codes = codes_on(person.browser.page)
    return person.browser.press("Finish", {"I have saved my recovery codes": True})


def finish_wizard(person: Person) -> Page:
    """The same for a newcomer, who then reads what would help if something were lost."""
    save_codes(person)
    return person.browser.press("Continue to the portal")


def come_in_by_recovery_code(person: Person) -> Page:
    """Sign in, and type the next recovery code of the list."""
    person.sign_in()
    person.browser.open("/sign-in/recovery-code")
    return person.browser.press("Verify code", {"Recovery code": person.codes.pop(0)})


def codes_on(page: Page) -> list[str]:
    """The recovery codes in the page's main part, one on each line of its text."""
    main = page.soup.main
    assert main, f"no main part on {page.path}"
    lines = "\n".join(line.strip() for line in main.get_text().splitlines())
    return RECOVERY_CODE.findall(lines)


def scan(page: Page) -> dict[str, str]:
    """Hold a phone's camera before the QR code: what it says, by name, with the whole address as "uri"."""
    drawn = page.soup.select_one("svg.qr")
    assert drawn, f"no QR code on {page.path}"
    size = int(str(drawn["viewbox"] if drawn.has_attr("viewbox") else drawn["viewBox"]).split()[2])
    picture = Image.new("L", (size * 4, size * 4), 255)
    pen = ImageDraw.Draw(picture)
    dark = str(drawn.select("path")[1]["d"])
    for x, y, length in (map(int, run) for run in re.findall(r"M(\d+) (\d+)h(\d+)v1", dark)):
        pen.rectangle((x * 4, y * 4, (x + length) * 4 - 1, y * 4 + 3), fill=0)
    uri = zxingcpp.read_barcodes(picture)[0].text
    parts = urlsplit(uri)
    assert (parts.scheme, parts.netloc) == ("otpauth", "totp")
    return {"uri": uri, **{name: values[0] for name, values in parse_qs(parts.query).items()}}


def second_tab(browser: Browser) -> Browser:
    """A second tab of the same browser: whatever cookie one gets, the other has too."""
    tab = browser.another()
    tab.http.cookies = browser.http.cookies
    return tab


def messages(person: Person) -> int:
    """How many messages were ever put into the outbox for somebody, sent or not, beside notices."""
    with person.portal.app.app_context():
        mine = (Message.address == person.email, Message.template != "notice")
        return db.session.scalars(select(func.count(Message.id)).where(*mine)).one()


def to_security(person: Person) -> Page:
    """Follow the user menu."""
    return person.browser.open(person.browser.page.links["Security and access"])


def card(page: Page, heading: str) -> str:
    """The words of one method's card."""
    return " ".join(page.section(heading).get_text(" ").split())


def clock(moment: datetime) -> str:
    return f"{moment:%H:%M} UTC"


def come_in_remembered(person: Person, browser: Browser | None = None) -> Page:
    """Sign in to the end by the app, with the box ticked that has the browser remembered."""
    browser = browser or person.browser
    person.sign_in(browser)
    return browser.press("Verify code", {APP_FIELD: person.app_code(), DO_NOT_ASK: True})
