"""What the portal never does: a danger that isn't there needs no defence, as long as it stays away."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from config import ROOT
from tests.house.sources import imports, modules, name, tree

# Which modules reach out of their process, and by what.
OUTWARD = {
    "portal.cli.serve": {"socket", "subprocess"},  # the port it listens on; its own parts
    "portal.delivery.smtp": {"smtplib", "ssl"},
}
REACHES = {"socket", "subprocess", "smtplib", "ssl", "http", "requests", "httpx", "aiohttp", "urllib3", "ftplib"}
# Which modules compute with secrets, and by what. docs/asvs.md says what for.
CRYPTOGRAPHY = {
    "portal.access.mailed_links": {"itsdangerous"},
    "portal.access.passwords": {"argon2"},
    "portal.access.recovery_codes": {"secrets"},
    "portal.crypto": {"hashlib", "hmac", "secrets", "cryptography"},
    "portal.methods.totp": {"hmac", "secrets", "pyotp"},
    "portal.web.headers": {"secrets"},
    "portal.web.metrics": {"hmac"},
    "portal.web.signing": {"hashlib", "itsdangerous"},
}
COMPUTES = {"hashlib", "hmac", "secrets", "cryptography", "argon2", "itsdangerous", "pyotp", "jwt", "random", "uuid"}
UNPACKS = {"pickle", "marshal", "shelve", "yaml", "xml", "lxml", "ctypes", "importlib"}
# What a script could be misled by: markup from text, code from text, what stays in the browser, other sites, merging.
MISLED = (
    *("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"),
    *("localStorage", "sessionStorage", "indexedDB", "document.cookie"),
    *("fetch(", "XMLHttpRequest", "postMessage", '"paste"', "Object.assign", "__proto__"),
)


def _used(wanted: set[str]) -> dict[str, set[str]]:
    """The modules that import any of these, with what they import of them."""
    found = {name(path): {imported.split(".")[0] for imported in imports(path)} & wanted for path in modules()}
    return {module: used for module, used in found.items() if used}


def _calls() -> Iterator[tuple[str, ast.Call]]:
    for path in modules():
        yield from ((name(path), node) for node in ast.walk(tree(path)) if isinstance(node, ast.Call))


def test_nothing_but_mail_reaches_out() -> None:
    """No address that somebody sent is ever asked, and no answer sends the portal elsewhere."""
    assert _used(REACHES) == OUTWARD
    assert not any("urllib.request" in imported for path in modules() for imported in imports(path))


def test_few_modules_compute_with_secrets() -> None:
    """And the document names each of them."""
    assert _used(COMPUTES) == CRYPTOGRAPHY
    inventory = (ROOT / "docs/asvs.md").read_text()
    assert [module for module in CRYPTOGRAPHY if f"`{module.replace('.', '/')}.py`" not in inventory] == []


def test_nothing_is_unpacked_that_could_run() -> None:
    assert _used(UNPACKS) == {}


def test_every_pattern_is_written_in_the_code() -> None:
    """None is made of what a customer typed."""
    made = [
        f"{module}: {ast.unparse(call)}"
        for module, call in _calls()
        if ast.unparse(call.func).startswith("re.") and not isinstance(call.args[0], ast.Constant)
    ]
    assert made == []


def test_no_text_from_outside_becomes_a_template_or_a_format() -> None:
    """What is filled in stands in the code: a constant, by its name."""
    filled = [
        f"{module}: {ast.unparse(call)}"
        for module, call in _calls()
        if ast.unparse(call.func).rpartition(".")[2]
        in ("format", "format_map", "from_string", "render_template_string")
        and not ast.unparse(call.func).partition(".")[0].isupper()
    ]
    assert filled == []


@pytest.mark.parametrize("path", sorted((ROOT / "static").rglob("*.js")), ids=lambda path: path.name)
def test_the_script_shows_texts_and_keeps_nothing(path: Path) -> None:
    script = path.read_text()
    assert [word for word in MISLED if word in script] == []
