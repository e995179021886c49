"""The second factors on offer. A method is a module here, a folder under `templates/methods/`, and its name in the
setting `methods`; its name is the only key."""

from portal.methods.base import Method
from portal.methods.email import Email
from portal.methods.totp import Totp

REGISTRY: dict[str, Method] = {method.name: method for method in (Totp(), Email())}


def method(name: str) -> Method:
    """The method of that name. Raises `KeyError`."""
    return REGISTRY[name]
