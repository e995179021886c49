"""Script in what customers may write, shown back on pages and in mails."""

import re

import pytest
from bs4 import BeautifulSoup

from tests.attacks.rows import about
from tests.attacks.test_t12_the_gate import paths
from tests.people import People, Person

pytestmark = pytest.mark.any_engine

PAYLOADS = [
    "<script>alert(1)</script>",
    "<ScRiPt src=//evil.example></sCrIpT>",
    '"><script>alert(1)</script>',
    "'><img src=x onerror=alert(1)>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<iframe src=javascript:alert(1)>",
    "<a href=javascript:alert(1)>x</a>",
    "<body onload=alert(1)>",
    "<style>*{display:none}</style>",
    "<link rel=stylesheet href=//evil>",
    "<meta http-equiv=refresh content=0>",
    "<base href=//evil.example/>",
    "<form action=//evil.example><input>",
    "</title><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "--><script>alert(1)</script>",
    '" onmouseover=alert(1) x="',
    "' onfocus=alert(1) autofocus '",
    "` onclick=alert(1) `",
    "{{ 7*7 }}{% raw %}{{ config }}",
    "${7*7}#{7*7}<%= 7*7 %>",
    "javascript:alert(1)//",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)",
    "\\x3cscript\\x3ealert(1)",
    "＜script＞alert(1)＜/script＞",
    "<!--<img src=--><img src=x onerror=1>",
    '<noscript><p title="</noscript><b>">',
    "<math><mtext></mtext><script>1",
]
TAGS = {"iframe", "base", "style", "noscript", "math", "textarea", "mtext", "img"}


def foreign(html: str, *, mail: bool = False) -> list[str]:
    """Whatever on a page no template of ours wrote."""
    soup = BeautifulSoup(html, "html5lib")
    found = [str(tag) for tag in soup.find_all(TAGS - ({"style"} if mail else set())) if "/logo" not in str(tag)]
    scripts = [str(tag) for tag in soup.find_all("script") if not str(tag.get("src", "")).startswith("/static/js/")]
    handlers = [str(tag) for tag in soup.find_all(True) if any(name.startswith("on") for name in tag.attrs)]
    links = [str(tag) for tag in soup.find_all(href=re.compile(r"^\s*(javascript|data):|evil", re.IGNORECASE))]
    return [*found, *scripts, *handlers, *links]


def call(person: Person, name: str) -> None:
    """Name everything that can be named: the person when registering, the app, the browser, with Email MFA as well."""
    browser = person.browser
    browser.http.headers["User-Agent"] = name.encode("ascii", "ignore").decode()
    browser.open("/register")
    browser.press("Continue", {"Email address": person.email})
    browser.press("Continue", {"Confirmation code": person.mailed_code()})
    browser.press("Create account", {"Your name": name, "Password": person.password})
    browser.press("Activate", under="Google Authenticator")
    browser.press("Confirm password", {"Password": person.password})
    person.take_key()
    browser.press("Continue")
    browser.press("Submit", {"6-digit verification code": person.app_code()})
    browser.press("Finish", {"I have saved my recovery codes": True})
    app = about(person)["factors"][0][0]
    browser.open(f"/security/totp/{app}/rename")
    browser.press("Save", {"Name of the app": name})


@pytest.mark.parametrize("payload", PAYLOADS, ids=range(len(PAYLOADS)))
def test_words_of_a_customer_stay_words(people: People, payload: str) -> None:
    """T47: on every page they can open and in every mail, a name is shown as it was typed and does nothing."""
    ada = people.somebody("ada")
    call(ada, payload)
    app = about(ada)["factors"][0][0]
    mine = [path.replace("/1/", f"/{app}/") for path in paths(ada) if not re.match("/(demo|static|.*telegram)", path)]
    shown = {path: ada.browser.http.get(ada.portal.base + path).text for path in mine}
    assert {path: foreign(page) for path, page in shown.items() if foreign(page)} == {}
    assert " ".join(payload.split()) in ada.browser.open("/").text
    assert " ".join(payload.split()) in ada.browser.open("/security/totp/enable").text


def test_mails_show_no_script_of_a_browser_s_name(people: People) -> None:
    """T47: the User-Agent is anybody's to write; a mail names only browsers it knows."""
    cleo = people.customer("cleo", "email")
    cleo.browser.http.headers["User-Agent"] = "<script>alert(1)</script> Firefox/1 <img src=x onerror=alert(1)>"
    cleo.sign_in()
    mail = cleo.mail()
    assert "alert" not in mail.html + mail.text
    assert foreign(mail.html, mail=True) == []


def test_the_demo_inbox_runs_nothing_either(people: People, eve: Person) -> None:
    """T47: it shows mails that strangers cause."""
    eve.browser.http.headers["User-Agent"] = "<script>alert(1)</script>"
    eve.browser.open("/register")
    eve.browser.press("Continue", {"Email address": eve.email})
    eve.mail()
    answer = eve.browser.http.get(f"{eve.portal.base}/demo/inbox")
    assert "<script>alert" not in answer.text
    assert "unsafe" not in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "path", ["/", "/sign-in", "/register", "/security", "/none", "/static/css/portal.css", "/healthz"]
)
def test_the_policy_lets_no_foreign_script_run(cleo: Person, path: str) -> None:
    """T47: nothing inline, nothing from elsewhere, no framing, no base, no plug-in, on every answer."""
    cleo.come_in()
    policy = cleo.browser.http.get(cleo.portal.base + path).headers["Content-Security-Policy"]
    said = dict(part.split(" ", 1) for part in policy.split("; "))
    assert "unsafe" not in policy
    assert "*" not in policy
    assert said["default-src"] == "'none'"
    assert said["script-src"] == said["style-src"] == "'self'"
    assert said["base-uri"] == said["frame-ancestors"] == "'none'"
    assert said["require-trusted-types-for"] == "'script'"


def test_no_script_reads_the_cookies(cleo: Person) -> None:
    """T47: they are HttpOnly."""
    cleo.sign_in()
    assert [cookie.name for cookie in cleo.browser.http.cookies if not cookie.has_nonstandard_attr("HttpOnly")] == []
