"""Every number: how often, how long, how many. `flask --app wsgi portal limits` prints them.

A limit is a sentence; its windows are counted in `access/counting.py`. Nothing here asks the database.
"""

from datetime import timedelta

from portal.access.limit_sentences import Hit, Limit, pausing, per, span, waiting

CODE_DIGITS = 6
CODE_LIFE = span("10 minutes")  # from its own sending; NIST SP 800-63B-4, 3.1.3.2 allows ten
CODES_IN_A_ROW = 50  # wrong ones, then the method refuses: P(guess) 1.5e-4 for an app, 2e-4 by mail
APPS = 5
RECOVERY_CODES = 10
FEW_RECOVERY_CODES = 3
PASSWORD_MOST = 256  # code points
NAME_MOST = 60
STEP = 30  # seconds of a TOTP code (RFC 6238)
STEPS_ASIDE = 1  # accepted before and after the present one (R6)

SET_UP_LIFE = span("30 minutes")
RESET_LIFE = span("30 minutes")
FIRST_PASSWORD_LIFE = span("72 hours")  # the link for a user whom the operator made
OPEN_LINK_LIFE = span("72 hours")  # the link that opens a closed method
RECOVERY_LINK_LIFE = span("30 minutes")  # the link by which who has lost everything begins the wait
RECOVERY_WAIT = span("48 hours")
RECOVERY_WAIT_BY_MAILBOX = span("72 hours")  # where every method is in the mailbox: its reader has nothing else to fear
RECOVERY_LIFE = span("72 hours")  # from the end of the wait: long enough for a weekend
RECOVERY_REMINDERS = span("24 hours")  # how often the owner is told while the wait lasts …
RECOVERY_LAST_REMINDER = span("1 hour")  # … and once more so long before its end
NOT_ME_LIFE = span("72 hours")  # the link "This wasn't me", and how long a method that was removed can come back
ACTIVITY_PAGE = 25  # lines of the log on one page
STAFF_INVITATION_LIFE = span("72 hours")  # the link by which somebody of the support desk begins
STAFF_IDLE = span("15 minutes")  # they see other people's accounts: NIST SP 800-63B-4 asks as much at its highest level
STAFF_SIGN_IN_LIFE = span("8 hours")  # a working day
APPROVAL_LIFE = span("72 hours")  # how long a support case waits for its second person: over a weekend
REGISTRATION_LIFE = span("30 minutes")
HALF_IN = span("30 minutes")
IDLE = span("60 minutes")
SIGN_IN_LIFE = span("12 hours")
BROWSER_KNOWN = span("180 days")  # from its last finished sign-in with the address
SEEN_EVERY = span("1 minute")
SIGN_INS = 10  # finished ones at once
DEVICES = 5  # remembered ones of a user; the oldest gives way
DEVICE_GRACE = span("60 seconds")  # a device's token of before, for a second tab
ABANDONED = span("10 minutes")  # after a right password, or the last code asked for, without a second factor
WRONG_CODES_TOLD = 3  # in one sign-in whose password was right
FAILURES_TOLD = 5  # before a sign-in that is finished
THROTTLED_AT = 100  # wrong passwords in a row
CLOCK_SEARCH = span("24 hours")  # how far off the doctor looks: 5 758 more codes, so 1 typo in 174 is taken for a clock
CHECK_UP_EVERY = span("180 days")  # "Could you still get in?" is asked
CHECK_UP_PUT_OFF = span("30 days")  # by "Not now"
NEW_PHONE = span("24 hours")  # an app counts as the new phone's, in which to remove the old one's
CONFIRMATION_LIFE = span("10 minutes")
SECOND_FACTOR_FRESH = span("15 minutes")


# Passwords. A right one gives its try back.
PASSWORD_WAITS = waiting(
    "wrong passwords",
    "passwords",
    "wrong passwords for one address, known or not",
    "5 free, then 30 seconds, 1 minute, 2 minutes, 4 minutes, 8 minutes, 15 minutes; forgotten after 1 hour",
)
PASSWORDS = per("passwords", "passwords", "wrong passwords for one address, known or not", "20 per hour")
PASSWORDS_IN_A_ROW = waiting(
    "passwords in a row",
    "passwords",
    "wrong passwords for one address until a finished sign-in: from the hundredth, twenty a day",
    "100 free, then 72 minutes; forgotten after 60 days",  # 24 h / 20 = 72 min
)
# Strangers who burn an address's tries leave its owner these. When they are used up, the browser shares the others.
PASSWORDS_IN_KNOWN_BROWSER = per(
    "passwords in a known browser",
    "passwords",
    "wrong passwords for one address in a browser that is known there, which count on nothing else of the address",
    "10 per day",
)
PASSWORDS_BY_NETWORK = per(
    "passwords by network",
    "network",
    "wrong passwords from one network address",
    "10 per 5 minutes, 50 per hour",
    halved=True,
)
POSTS_BY_NETWORK = per(
    "posts by network",
    "requests",
    "passwords sent from one network address",
    "300 per minute",
    refused_too=True,
    halved=True,
)
# Leaked pairs of address and password, tried one after the other. Counted once a password was wrong, never given back.
ADDRESSES_BY_NETWORK = pausing(
    "addresses by network",
    "network",
    "different addresses, known or not, with a wrong password from one network address",
    "10 per 10 minutes, then 15 minutes",
    halved=True,
)
ADDRESS_BY_NETWORK = per(
    "one of the addresses by network", "network", "one address as one of those different addresses", "1 per 10 minutes"
)
ALARM = pausing(
    "alarm",
    "network",
    "wrong passwords in the whole portal; meanwhile whatever counts a network address allows half as many",
    "1000 per 5 minutes, then 15 minutes",
)
CONFIRMATIONS = per(
    "confirmations", "passwords", "wrong passwords in one sign-in, which then ends", "10 per 15 minutes"
)

# Codes. A right one begins its user's and method's count anew; one that has been used already gives its try back.
CODES = per(
    "codes",
    "codes",
    "wrong codes for one user and method, or one registration",
    "10 per 15 minutes, 20 per hour, 50 per day",
)
CODES_BY_NETWORK = per(
    "codes by network", "network", "wrong codes from one network address", "20 per 5 minutes, 50 per hour", halved=True
)
# Nobody can open a mailbox's proof again as a method is, so it waits: from the fiftieth in a row, one try a day.
ADDRESS_CODES_IN_A_ROW = waiting(
    "address codes in a row",
    "codes",
    "wrong codes for the mailbox of a user without a method, until a right one",
    "50 free, then 1 day; forgotten after 60 days",
)
RECOVERY_BY_SIGN_IN = per(
    "recovery codes by sign-in", "recovery codes", "wrong recovery codes in one sign-in", "5 per day"
)
RECOVERY_BY_NETWORK = per(
    "recovery codes by network", "network", "wrong recovery codes from one network address", "20 per hour", halved=True
)

# Sending.
COOLDOWN = waiting(
    "sending",
    "sending",
    "codes sent to one user, before there is one to one address, for one purpose",
    "1 free, then 60 seconds, 120 seconds, 300 seconds; forgotten after 1 hour",
)
SENT_TO_ADDRESS = per(
    "sent to an address",
    "sending",
    "mails sent to one address without a password: codes to register, links to reset one",
    "3 per hour, 6 per day",
)
SENT_BY_NETWORK = per(
    "sent by network",
    "sending",
    "mails asked for without a password from one network address",
    "10 per hour",
    halved=True,
)
SENT_TO_USER = per("sent to a user", "sending", "codes sent to one user", "10 per hour, 30 per day")
SENT_IN_SIGN_IN = per("sent in a sign-in", "sending", "codes sent in one sign-in until it is finished", "5 per day")
RESETS = per("password resets", "sending", "links to reset the password of one address", "3 per hour, 5 per day")
RECOVERY_LINKS = per(
    "lost access links",
    "lost access",
    "links by which one user who has lost everything begins the wait",
    "3 per hour, 5 per day",
)
RECOVERIES = per("lost access", "lost access", "waits of one user who has lost everything", "2 per 365 days")
SUPPORT_CASES = per(
    "support cases",
    "support cases",
    "cases that support opens for one user; another takes an admin",
    "2 per 365 days",
)
LOOK_UPS = per(
    "look-ups", "look ups", "customers that one member of the desk looks up, found or not", "30 per hour, 100 per day"
)
REGISTRATIONS = per(
    "registrations by network",
    "registrations",
    "registrations from one network address",
    "10 per hour, 20 per day",
    halved=True,
)
NOTICES = per(
    "notices", "sending", "mailed notices of one kind to one user; of a change every one is mailed", "1 per hour"
)

ALL = [value for value in list(globals().values()) if isinstance(value, Limit)]
WINDOWS = {window.name: (limit, window) for limit in ALL for window in limit.windows}
# After which count a counter makes wait, and how long; None: after as many as are allowed.
WAITS: list[tuple[str, int | None, timedelta]] = [
    *((w.name, least, wait) for _, w in WINDOWS.values() for least, wait in reversed(w.waits)),
    *((w.name, None, w.pause) for _, w in WINDOWS.values() if w.pause),
]


def password_hits(key: str) -> tuple[Hit, ...]:
    """What is counted for wrong passwords of one address, given by its key; a finished sign-in forgets it."""
    return tuple(Hit(limit, f"address {key}") for limit in (PASSWORD_WAITS, PASSWORDS, PASSWORDS_IN_A_ROW))


def known_browser_hit(key: str, device: bytes | None) -> Hit:
    """What is counted instead in a browser that is known with the address, by the hash of its mark."""
    return Hit(PASSWORDS_IN_KNOWN_BROWSER, f"address {key} in {(device or b'').hex()}")
