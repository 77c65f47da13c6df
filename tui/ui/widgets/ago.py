"""Times for people, short enough for a list."""

from __future__ import annotations

from datetime import datetime

_MINUTE, _HOUR = 60, 3600


def ago(then: float, now: float) -> str:
    """How long ago, or on which day, in the local time zone.

    Args:
        then: Seconds since the epoch.
        now: The same, for the present.
    """
    passed = now - then
    if passed < _MINUTE:
        return "just now"
    if passed < _HOUR:
        return f"{passed // _MINUTE:.0f} min ago"
    day, today = datetime.fromtimestamp(then), datetime.fromtimestamp(now)
    days = (today.date() - day.date()).days
    if days == 0:
        return f"{day:%H:%M}"
    if days == 1:
        return f"yesterday {day:%H:%M}"
    if day.year == today.year:
        return f"{day.day} {day:%b %H:%M}"
    return f"{day.day} {day:%b %Y}"
