"""Who may do what at the support desk.

Staff are users with a role, so that their passwords, apps, sign-ins and limits are ruled by the same code as everybody
else's. They are kept apart by their key: it begins with a word and a blank, which no address holds. So no page that
takes a customer's address (sign-in, registration, a forgotten password) can mean one of them. Somebody may be both: two
rows, two passwords, two apps.
"""

from portal.access.addresses import Address
from portal.access.problems import AddressBad
from portal.models import ADDRESS

SUPPORT, APPROVER, ADMIN = "support", "approver", "admin"
ROLES = (SUPPORT, APPROVER, ADMIN)
APPROVERS = (APPROVER, ADMIN)
REMOVED = "removed"  # was of the desk; the row stays, so that the log's numbers mean one person for ever


def staff_address(address: Address) -> Address:
    """The same address as that of somebody of the desk. Raises `AddressBad` when it is too long for that."""
    key = f"staff {address.key}"
    if len(key) > ADDRESS:
        raise AddressBad
    return Address(address.written, key)
