"""How a moment is shown: in the portal's zone, which is always named."""

from datetime import datetime, timedelta

from portal.extensions import settings


def clock(moment: datetime) -> str:
    """ "14:03 UTC" """
    return moment.astimezone(settings().time_zone).strftime("%H:%M %Z")


def day(moment: datetime) -> str:
    """ "22 November 2026" """
    local = moment.astimezone(settings().time_zone)
    return f"{local.day} {local:%B %Y}"


def day_and_clock(moment: datetime) -> str:
    """ "22 November 2026, 14:03 UTC" """
    return f"{day(moment)}, {clock(moment)}"


def iso(moment: datetime) -> str:
    """RFC 3339, for `datetime` attributes and scripts."""
    return moment.isoformat(timespec="seconds")


def moment(told: str) -> datetime:
    """A time as a mail's facts carry it (RFC 3339)."""
    return datetime.fromisoformat(told)


def hours(span: timedelta) -> int:
    """Whole hours of a span."""
    return minutes(span) // 60


def minutes(span: timedelta) -> int:
    """Whole minutes of a span."""
    return int(span.total_seconds()) // 60
