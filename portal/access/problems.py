"""What can be wrong, as named errors that carry facts. The sentences stand in `templates/problems.html`,
one for each `key`."""

from datetime import datetime
from typing import ClassVar


class Problem(Exception):
    """Something the visitor can put right. `key` names its sentence; the facts are attributes."""

    key: ClassVar[str]


class AddressMissing(Problem):
    key = "address_missing"


class AddressBad(Problem):
    key = "address_bad"


class NameMissing(Problem):
    key = "name_missing"


class TextBad(Problem):
    """Control characters where a line of text belongs."""

    key = "text_bad"


class PasswordMissing(Problem):
    key = "password_missing"


class SignInWrong(Problem):
    """Address or password is wrong; which of the two is never said."""

    key = "sign_in_wrong"


class PasswordWrong(Problem):
    key = "password_wrong"


class PasswordCommon(Problem):
    key = "password_common"


class PasswordInContext(Problem):
    """The password is made of the customer's own name, address or the company's name."""

    key = "password_context"


class CodeMissing(Problem):
    key = "code_missing"


class CodeWrong(Problem):
    key = "code_wrong"


class CodeExpired(Problem):
    key = "code_expired"


class AlreadyUsed(Problem):
    """The answer was right, and has been used: that is no try."""


class CodeUsed(AlreadyUsed):
    key = "code_used"


class ClockOff(CodeWrong):
    """Wrong now, but what an app shows whose clock is so many `minutes` ahead (or behind, below zero)."""

    key = "clock_off"

    def __init__(self, minutes: int) -> None:
        self.minutes = minutes


class RecoveryCodeMissing(Problem):
    key = "recovery_code_missing"


class RecoveryCodeMistyped(Problem):
    key = "recovery_code_shape"


class RecoveryCodeWrong(Problem):
    key = "recovery_code_wrong"


class RecoveryCodeUsed(AlreadyUsed):
    key = "recovery_code_used"


class CustomerUnknown(Problem):
    """Nobody has the address. Only staff are told."""

    key = "customer_unknown"


class ReasonMissing(Problem):
    key = "reason_missing"


class CaseOpen(Problem):
    """Somebody has a case open already, their own or support's."""

    key = "case_open"


class CasesUsedUp(Problem):
    """Support has opened as many cases for this customer as it may without an admin."""

    key = "cases_used_up"


class BoxNotTicked(Problem):
    key = "box_not_ticked"


class ChoiceMissing(Problem):
    key = "choice_missing"


class TooShort(Problem):
    """Fewer characters than `least`."""

    def __init__(self, least: int) -> None:
        self.least = least


class TooLong(Problem):
    """More characters than `most`."""

    def __init__(self, most: int) -> None:
        self.most = most


class PasswordTooShort(TooShort):
    key = "password_short"


class PasswordTooLong(TooLong):
    key = "password_long"


class NameTooLong(TooLong):
    key = "name_long"


class ReasonTooLong(TooLong):
    key = "reason_long"


class CodeMistyped(Problem):
    """The answer has not the shape of a code of `length` digits; that is no try."""

    def __init__(self, length: int) -> None:
        self.length = length


class CodeTooShort(CodeMistyped):
    key = "code_short"


class CodeTooLong(CodeMistyped):
    key = "code_long"


class CodeNotDigits(CodeMistyped):
    key = "code_not_digits"


class Refused(Exception):
    """The visitor can't go on like this; a page of its own says what still works."""


class LimitReached(Refused):
    """Too often. `what` is the limit's subject in one word, `until` the moment it goes on."""

    def __init__(self, what: str, until: datetime) -> None:
        self.what = what
        self.until = until


class MethodClosed(Refused):
    """Too many wrong codes in a row: the method stays enrolled, and refuses until its owner opens it again."""

    def __init__(self, kind: str) -> None:
        self.kind = kind


class MailboxSpent(Refused):
    """The password was reset by mail, so a code by mail would be the same mailbox twice (R12)."""


class PasswordShut(Refused):
    """The password is right, and opens nothing: its owner said "This wasn't me", and has not chosen another yet."""


class Busy(Refused):
    """More passwords are being checked than this process may at once."""


class Gone(Refused):
    """What the request is about is not there, or not there any more."""


class WrongRole(Refused):
    """Somebody of the support desk asks for what their role may not see or do."""


class LastMethod(Refused):
    """The last method can't be switched off (R2)."""


class AddressTaken(Refused):
    """The address has an account already. Only the operator is told."""
