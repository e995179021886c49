"""The customer portal."""

from flask import Flask, has_request_context
from werkzeug.middleware.proxy_fix import ProxyFix

from config import ROOT, BadSetting, Settings
from portal import database, extensions, methods
from portal.access import limits
from portal.access.passwords import Hasher
from portal.cli import commands
from portal.crypto import KeyRing
from portal.delivery import smtp
from portal.web import (
    activity,
    browser,
    check_up,
    cookies,
    desk,
    devices,
    errors,
    gate,
    headers,
    lost_access,
    metrics,
    new_phone,
    not_me,
    open_method,
    passwords,
    plots,
    register,
    times,
    verify,
)
from portal.web.auth import auth
from portal.web.demo import demo
from portal.web.help import help_pages
from portal.web.numbers import RowNumber
from portal.web.onboarding import onboarding
from portal.web.pages import pages
from portal.web.security import security
from portal.web.signing import Sessions
from portal.web.staff import staff
from portal.web.visitor import at_desk, visitor

BODY = 64 * 1024  # bytes of a request; no form here needs more
PARTS = 100
# Flask-Login's own remember cookie is never read: no browser can send a cookie of this name.
NO_COOKIE = ";"
# Modules that add their routes to a blueprint of another.
ROUTES = (
    activity,
    check_up,
    desk,
    devices,
    lost_access,
    metrics,
    new_phone,
    not_me,
    open_method,
    passwords,
    plots,
    register,
    verify,
)


def create_app(settings: Settings | None = None) -> Flask:
    """The application for these settings, or for the environment's. Raises `config.BadSetting`."""
    settings = settings or Settings.load()
    if unknown := set(settings.methods) - methods.REGISTRY.keys():
        raise BadSetting(f"PORTAL_METHODS names no method of the portal: {', '.join(sorted(unknown))}")
    app = Flask(
        "portal",
        root_path=str(ROOT / "portal"),
        template_folder=ROOT / "templates",
        static_folder=ROOT / "static",
    )
    app.config.update(_flask_config(settings))
    app.session_interface = Sessions()
    app.extensions["portal.settings"] = settings
    app.extensions["portal.keys"] = KeyRing(settings.data_keys)
    app.extensions["portal.hasher"] = Hasher(settings.argon2)
    if settings.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies)  # type: ignore[method-assign]
    _extend(app)
    smtp.install(app, settings)
    _protect(app)
    app.url_map.converters["int"] = RowNumber
    for blueprint in (pages, help_pages, auth, onboarding, security, staff, *([demo] if settings.development else [])):
        app.register_blueprint(blueprint)
    _furnish(app, settings)
    errors.register(app)
    app.cli.add_command(commands)
    return app


def _flask_config(settings: Settings) -> dict[str, object]:
    newest, *older = settings.secret_keys
    return {
        "SECRET_KEY": newest,
        "SECRET_KEY_FALLBACKS": older,
        "SESSION_COOKIE_NAME": cookies.session_name(settings.https),
        "SESSION_COOKIE_SECURE": settings.https,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "TRUSTED_HOSTS": [settings.host],
        "MAX_CONTENT_LENGTH": BODY,
        "MAX_FORM_MEMORY_SIZE": BODY,
        "MAX_FORM_PARTS": PARTS,
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": database.engine_options(settings.database_url),
        "REMEMBER_COOKIE_NAME": NO_COOKIE,
        "WTF_CSRF_TIME_LIMIT": None,  # as long as the browser's session; `headers.check_origin` guards beside it
        "WTF_CSRF_SSL_STRICT": False,  # the same check, by Origin instead of Referer
    }


def _extend(app: Flask) -> None:
    extensions.db.init_app(app)
    extensions.migrate.init_app(app, extensions.db, directory=str(ROOT / "migrations"))
    extensions.login.init_app(app, add_context_processor=False)
    extensions.login.session_protection = None
    with app.app_context():
        database.prepare(extensions.db.engine)


def _protect(app: Flask) -> None:
    """Before every request, in this order: its number, its host, where it comes from, whether the step is due, its form
    and its CSRF token."""
    app.before_request(headers.number)
    app.before_request(headers.check_host)
    app.before_request(headers.check_origin)
    app.before_request(gate.guard)
    app.before_request(headers.check_form)
    extensions.csrf.init_app(app)
    app.after_request(headers.add)
    app.after_request(gate.forget_dead_token)


def _furnish(app: Flask, settings: Settings) -> None:
    """What every template knows."""
    app.jinja_env.globals.update(settings=settings, limits=limits)
    app.jinja_env.filters.update(
        clock=times.clock,
        day=times.day,
        day_and_clock=times.day_and_clock,
        iso=times.iso,
        minutes=times.minutes,
        hours=times.hours,
        moment=times.moment,
        browser=browser.describe,
    )
    app.context_processor(lambda: {"visitor": visitor(), "at_desk": has_request_context() and at_desk()})
