"""Macros that tell the time."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

from tui.domain.macros.declaration import Call, Declaration
from tui.domain.macros.moments import formatted, in_words

_OFFSET = re.compile(r"UTC([+-])(\d{1,2})(?::?(\d{2}))?", re.IGNORECASE | re.ASCII)


def _now(call: Call) -> datetime:
    return call.environment.clock()


def _time(call: Call) -> str | None:
    if not call.arguments:
        return formatted(_now(call), "LT")
    match = _OFFSET.fullmatch(call.arguments[0].replace(" ", ""))
    if match is None:
        return None
    ahead = timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
    if ahead >= timedelta(days=1):
        return None
    zone = timezone(ahead if match[1] == "+" else -ahead)
    return formatted(_now(call).astimezone(zone), "LT")


def _between(call: Call) -> str | None:
    try:
        one, other = (datetime.fromisoformat(each) for each in call.arguments)
        gap = one.astimezone() - other.astimezone()
    except (ValueError, OverflowError, OSError):
        return None
    words = in_words(gap)
    return f"in {words}" if gap > timedelta() else f"{words} ago"


MACROS = (
    Declaration("time", "the time, 3:05 PM; elsewhere with UTC+2", _time, "[::UTC+2]", 0, 1),
    Declaration("date", "the date, November 28, 2026", lambda c: formatted(_now(c), "LL")),
    Declaration("weekday", "the day of the week", lambda c: formatted(_now(c), "dddd")),
    Declaration("isotime", "the time, 15:05", lambda c: formatted(_now(c), "HH:mm")),
    Declaration("isodate", "the date, 2026-11-28", lambda c: formatted(_now(c), "YYYY-MM-DD")),
    Declaration(
        "datetimeformat",
        "date and time as you like: YYYY MMMM MM DD dddd HH hh mm ss A; [text] stands as it is",
        lambda c: formatted(_now(c), c.arguments[0]),
        "::FORMAT",
        1,
        1,
    ),
    Declaration(
        "timeDiff",
        "how far the first of two times is from the second, in words",
        _between,
        "::2026-11-28T15:05::2026-11-27",
        2,
        2,
    ),
)
