"""Help, open to all."""

from tests.smoke.pages.base import Screen


class TwoFactorHelp(Screen):
    path = "/help/two-factor"
    heading = "What is Two Factor Authentication (2FA)?"
