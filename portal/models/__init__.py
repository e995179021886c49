"""The tables: columns and constraints, no rules. Every time is UTC; every expiry is a column.

An index stands where a query needs one; foreign keys go with their parent's row.
"""

from portal.models.base import ADDRESS
from portal.models.devices import Device
from portal.models.factors import Code, Factor, RecoveryCode, RecoverySet, RemovedFactor
from portal.models.messages import DemoMail, Message
from portal.models.records import Counter, Event
from portal.models.recoveries import Recovery
from portal.models.sign_ins import SignIn
from portal.models.support import LookUp, SupportCase
from portal.models.users import Registration, ResetLink, User

__all__ = [
    "ADDRESS",
    "Code",
    "Counter",
    "DemoMail",
    "Device",
    "Event",
    "Factor",
    "LookUp",
    "Message",
    "Recovery",
    "RecoveryCode",
    "RecoverySet",
    "Registration",
    "RemovedFactor",
    "ResetLink",
    "SignIn",
    "SupportCase",
    "User",
]
