"""The extension objects, bare, and what `create_app` puts beside them; `create_app` wires them."""

from typing import TYPE_CHECKING, cast

from flask import current_app
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect

from config import Settings
from portal.crypto import KeyRing
from portal.database import Base

if TYPE_CHECKING:
    from portal.access.passwords import Hasher

db = SQLAlchemy(model_class=Base, session_options={"autoflush": False, "expire_on_commit": False})
migrate = Migrate(render_as_batch=True)
login = LoginManager()
csrf = CSRFProtect()


def settings() -> Settings:
    """The settings this application was made with."""
    return cast(Settings, current_app.extensions["portal.settings"])


def keys() -> KeyRing:
    """The data keys: encryption and keyed hashes."""
    return cast(KeyRing, current_app.extensions["portal.keys"])


def hasher() -> "Hasher":
    """Hashes passwords and recovery codes, a few at a time."""
    return cast("Hasher", current_app.extensions["portal.hasher"])
