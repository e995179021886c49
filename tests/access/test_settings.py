"""The settings: what each one takes, and that a bad value stops the start with its name."""

from dataclasses import fields
from pathlib import Path

import pytest

from config import BadSetting, Settings, variable
from portal import create_app

KEY = "a key that is long enough: 32 characters"
KEYS = KEY.replace(" ", "-")
DEVELOPMENT = {"PORTAL_ENV": "development", "PORTAL_SECRET_KEYS": KEYS, "PORTAL_DATA_KEYS": KEYS}
PRODUCTION = {
    "PORTAL_BASE_URL": "https://portal.example.com",
    "PORTAL_SECRET_KEYS": KEYS,
    "PORTAL_DATA_KEYS": KEYS,
    "PORTAL_MAIL_SERVER": "mail.example.com",
    "PORTAL_MAIL_SENDER": "portal@example.com",
    "PORTAL_SUPPORT": "help@example.com",
}
# Settings that take any text.
FREE = {"mail_server", "mail_username", "mail_password", "mail_sender", "company", "support"}
FREE |= {"apps_recommended", "apps", "metrics_token"}
BAD = [
    ("PORTAL_ENV", "test"),
    ("PORTAL_ENV", ""),
    ("PORTAL_ENV", "Production"),
    ("PORTAL_BASE_URL", ""),
    ("PORTAL_BASE_URL", "portal.example.com"),
    ("PORTAL_BASE_URL", "ftp://portal.example.com"),
    ("PORTAL_BASE_URL", "https://"),
    ("PORTAL_BASE_URL", "https://portal.example.com/path"),
    ("PORTAL_BASE_URL", "https://portal.example.com?x=1"),
    ("PORTAL_BASE_URL", "https://portal.example.com#x"),
    ("PORTAL_BASE_URL", "https://ada@portal.example.com"),
    ("PORTAL_BASE_URL", "https://portal.example.com:port"),
    ("PORTAL_BASE_URL", "https://[portal"),
    ("PORTAL_DATABASE_URL", ""),
    ("PORTAL_DATABASE_URL", "portal.db"),
    ("PORTAL_DATABASE_URL", "sqlite"),
    ("PORTAL_DATABASE_URL", "postgres://portal@localhost/portal"),
    ("PORTAL_SECRET_KEYS", ""),
    ("PORTAL_SECRET_KEYS", "short"),
    ("PORTAL_SECRET_KEYS", f"{KEYS} short"),
    ("PORTAL_DATA_KEYS", " "),
    ("PORTAL_DATA_KEYS", f"short,{KEYS}"),
    ("PORTAL_MAIL_PORT", "smtp"),
    ("PORTAL_MAIL_PORT", "-25"),
    ("PORTAL_MAIL_PORT", "²"),
    ("PORTAL_MAIL_PORT", "65536"),
    ("PORTAL_MAIL_TLS", "ssl"),
    ("PORTAL_PROXIES", "one"),
    ("PORTAL_PROXIES", ""),
    ("PORTAL_PROXIES", "1.5"),
    ("PORTAL_REGISTRATION", "maybe"),
    ("PORTAL_TIME_ZONE", "Europe/Atlantis"),
    ("PORTAL_TIME_ZONE", ""),
    ("PORTAL_TIME_ZONE", "/etc/passwd"),
    ("PORTAL_LOGO", "/nowhere/logo.svg"),
    ("PORTAL_LOGO", __file__),
    ("PORTAL_COLOUR", "blue"),
    ("PORTAL_COLOUR", "#12345"),
    ("PORTAL_COLOUR", "#1d4ed8; } body { display: none"),
    ("PORTAL_TERMS_URL", "javascript:alert(1)"),
    ("PORTAL_PRIVACY_URL", "data:text/html,x"),
    ("PORTAL_APP_STORE_ANDROID", "javascript:alert(1)"),
    ("PORTAL_APP_STORE_IOS", "store"),
    ("PORTAL_APP_STORE_HUAWEI", "//example.com"),
    ("PORTAL_METHODS", ""),
    ("PORTAL_METHODS", "pigeon"),
    ("PORTAL_METHODS", "totp,pigeon"),
    ("PORTAL_DESK_APPROVALS", "three"),
    ("PORTAL_DESK_APPROVALS", ""),
    ("PORTAL_PASSWORD_LENGTH", "7"),
    ("PORTAL_PASSWORD_LENGTH", "long"),
    ("PORTAL_PASSWORD_LENGTH", "257"),
    ("PORTAL_REMEMBER_DAYS", "91"),
    ("PORTAL_REMEMBER_DAYS", "-1"),
    ("PORTAL_REMEMBER_DAYS", "a month"),
    ("PORTAL_ARGON2", "65536"),
    ("PORTAL_ARGON2", "65536,3,x"),
    ("PORTAL_ARGON2", "8,1,2"),
    ("PORTAL_ARGON2", "8,0,1"),
    ("PORTAL_ARGON2", "8,1,0"),
]


def test_every_setting_that_can_be_bad_is_tried() -> None:
    assert {name for name, _ in BAD} == {variable(f) for f in fields(Settings) if f.name not in FREE}


@pytest.mark.parametrize(("name", "value"), BAD)
def test_a_bad_value_stops_the_start_with_its_name(name: str, value: str) -> None:
    with pytest.raises(BadSetting, match=rf"^{name}\b"):
        create_app(Settings.load({**DEVELOPMENT, name: value}))


def test_production_needs_no_more_than_this() -> None:
    settings = Settings.load(PRODUCTION)
    assert not settings.development
    assert settings.https
    assert settings.argon2 == (65536, 3, 1)


@pytest.mark.parametrize("name", PRODUCTION)
def test_production_has_no_default_for_what_must_be_chosen(name: str) -> None:
    """No default secret, address or mail server outside development."""
    with pytest.raises(BadSetting, match=rf"^{name} is required"):
        Settings.load({key: value for key, value in PRODUCTION.items() if key != name})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORTAL_BASE_URL", "http://portal.example.com"),
        ("PORTAL_ARGON2", "19455,2,1"),
        ("PORTAL_ARGON2", "65536,1,1"),
        ("PORTAL_MAIL_TLS", "none"),
    ],
)
def test_production_refuses_what_development_may(name: str, value: str) -> None:
    with pytest.raises(BadSetting, match=rf"^{name}\b"):
        Settings.load({**PRODUCTION, name: value})


def test_production_takes_the_floor_of_argon2() -> None:
    assert Settings.load({**PRODUCTION, "PORTAL_ARGON2": "19456,2,1"}).argon2 == (19456, 2, 1)


def test_whoever_says_nothing_gets_production() -> None:
    """Development is never on by mistake."""
    assert not Settings.load({key: value for key, value in PRODUCTION.items() if key != "PORTAL_ENV"}).development


@pytest.mark.parametrize("env", ["production", "development"])
def test_mail_to_another_machine_is_never_in_the_clear(env: str) -> None:
    with pytest.raises(BadSetting, match=r"^PORTAL_MAIL_TLS"):
        Settings.load(
            PRODUCTION | {"PORTAL_ENV": env, "PORTAL_MAIL_SERVER": "mail.example.com", "PORTAL_MAIL_TLS": "none"}
        )


@pytest.mark.parametrize(
    ("server", "tls"), [("mail.example.com", "starttls"), ("localhost", "none"), ("127.0.0.1", "none"), ("::1", "none")]
)
def test_mail_is_protected_unless_the_server_is_here(server: str, tls: str) -> None:
    assert Settings.load({**PRODUCTION, "PORTAL_MAIL_SERVER": server}).tls == tls


def test_an_unknown_name_stops_production() -> None:
    """PORTAL_PASSWORD_LENGHT must not be overlooked."""
    with pytest.raises(BadSetting, match=r"^PORTAL_PASSWORD_LENGHT "):
        Settings.load({**PRODUCTION, "PORTAL_PASSWORD_LENGHT": "14"})


def test_an_unknown_name_warns_in_development() -> None:
    with pytest.warns(UserWarning, match=r"^PORTAL_PASSWORD_LENGHT "):
        Settings.load({**DEVELOPMENT, "PORTAL_PASSWORD_LENGHT": "14"})


@pytest.mark.parametrize("name", ["PORTAL_SECRET_KEYS", "PORTAL_DATA_KEYS", "PORTAL_MAIL_PASSWORD"])
def test_a_secret_may_stand_in_a_file(name: str, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(f"{KEYS}-of-a-file\n")
    given = {key: value for key, value in PRODUCTION.items() if key != name}
    settings = Settings.load({**given, f"{name}_FILE": str(tmp_path / "secret")})
    assert f"{KEYS}-of-a-file" in str(getattr(settings, name.removeprefix("PORTAL_").lower()))


def test_a_file_that_is_not_there_stops_the_start_with_its_name() -> None:
    with pytest.raises(BadSetting, match=r"^PORTAL_MAIL_PASSWORD_FILE can't be read"):
        Settings.load({**PRODUCTION, "PORTAL_MAIL_PASSWORD_FILE": "/nowhere/secret"})


def test_a_secret_given_twice_stops_the_start(tmp_path: Path) -> None:
    """Nobody knows which of the two was meant."""
    (tmp_path / "secret").write_text(KEYS)
    with pytest.raises(BadSetting, match=r"^PORTAL_DATA_KEYS and PORTAL_DATA_KEYS_FILE"):
        Settings.load({**PRODUCTION, "PORTAL_DATA_KEYS_FILE": str(tmp_path / "secret")})


def test_what_is_no_secret_has_no_file() -> None:
    with pytest.raises(BadSetting, match=r"^PORTAL_COMPANY_FILE is no setting"):
        Settings.load({**PRODUCTION, "PORTAL_COMPANY_FILE": "/etc/hostname"})


def test_keys_are_read_newest_first() -> None:
    settings = Settings.load({**PRODUCTION, "PORTAL_DATA_KEYS": f"{KEYS}-2, {KEYS}-1\n{KEYS}-0"})
    assert settings.data_keys == tuple(f"{KEYS}-{n}".encode() for n in (2, 1, 0))


@pytest.mark.parametrize(
    ("given", "base"),
    [
        ("https://portal.example.com/", "https://portal.example.com"),
        ("HTTPS://Portal.Example.COM", "https://portal.example.com"),
        ("https://portal.example.com:443", "https://portal.example.com"),
        ("https://portal.example.com:8443", "https://portal.example.com:8443"),
    ],
)
def test_the_portals_address_is_written_as_browsers_write_it(given: str, base: str) -> None:
    """It is compared with the Origin of every form (RFC 6454, 6.2)."""
    assert Settings.load({**PRODUCTION, "PORTAL_BASE_URL": given}).base_url == base


def test_development_is_at_the_port_it_is_started_on() -> None:
    assert Settings.load({**DEVELOPMENT, "PORT": "9000"}).base_url == "http://localhost:9000"


def test_every_setting_is_explained_in_one_line() -> None:
    assert all(f.metadata["about"] and "\n" not in f.metadata["about"] for f in fields(Settings))
