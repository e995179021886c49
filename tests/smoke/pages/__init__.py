"""The portal's pages as a tester meets them: one class a page, found by roles and by the words that customers read.

No class knows markup, paths beyond its own, or the portal's code, so they serve any tool that drives Playwright:

    SignIn(page).open().sign_in("ada@example.org", "a quiet green teapot")
    SecondStep(page).enter_app_code("123456")
    Account(page).sign_out()
"""

from tests.smoke.pages.account import Account, Overview
from tests.smoke.pages.activity import Activity, ForgottenPassword, NewPassword, NotMe, ShutOut
from tests.smoke.pages.base import Screen
from tests.smoke.pages.entrance import LostAccess, OtherWays, RecoveryCode, Registration, SecondStep, SignIn
from tests.smoke.pages.help import TwoFactorHelp
from tests.smoke.pages.security import CheckUp, Devices, NewPhone, Preferences, RecoveryCodes, Security, SignIns
from tests.smoke.pages.wizard import Choice, Password, SaveCodes, SetUpApp, SetUpEmail

__all__ = [
    "Account",
    "Activity",
    "CheckUp",
    "Choice",
    "Devices",
    "ForgottenPassword",
    "LostAccess",
    "NewPassword",
    "NewPhone",
    "NotMe",
    "OtherWays",
    "Overview",
    "Password",
    "Preferences",
    "RecoveryCode",
    "RecoveryCodes",
    "Registration",
    "SaveCodes",
    "Screen",
    "SecondStep",
    "Security",
    "SetUpApp",
    "SetUpEmail",
    "ShutOut",
    "SignIn",
    "SignIns",
    "TwoFactorHelp",
]
