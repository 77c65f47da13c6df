"""Times as text: by a format of moment.js's letters, and how long something is in words."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_LONG: Mapping[str, str] = {
    "LTS": "h:mm:ss A",
    "LT": "h:mm A",
    "LLLL": "dddd, MMMM D, YYYY h:mm A",
    "LLL": "MMMM D, YYYY h:mm A",
    "LL": "MMMM D, YYYY",
    "L": "MM/DD/YYYY",
}
"""The longer forms as an American writes them, whatever the system's language: so a prompt does
not depend on the machine."""


def _ordinal(number: int) -> str:
    tens = number % 100
    ending = "th" if 11 <= tens <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _zone(now: datetime, between: str) -> str:
    minutes = int((now.astimezone().utcoffset() or timedelta()).total_seconds()) // 60
    hours, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else '+'}{hours:02}{between}{rest:02}"


def _hour(now: datetime) -> int:
    return now.hour % 12 or 12


_FIELDS: Mapping[str, Callable[[datetime], object]] = {
    "YYYY": lambda now: f"{now.year:04}",
    "YY": lambda now: f"{now.year % 100:02}",
    "Q": lambda now: (now.month + 2) // 3,
    "MMMM": lambda now: _MONTHS[now.month - 1],
    "MMM": lambda now: _MONTHS[now.month - 1][:3],
    "MM": lambda now: f"{now.month:02}",
    "M": lambda now: now.month,
    "DDDD": lambda now: f"{now.timetuple().tm_yday:03}",
    "DDD": lambda now: now.timetuple().tm_yday,
    "Do": lambda now: _ordinal(now.day),
    "DD": lambda now: f"{now.day:02}",
    "D": lambda now: now.day,
    "dddd": lambda now: _DAYS[now.weekday()],
    "ddd": lambda now: _DAYS[now.weekday()][:3],
    "dd": lambda now: _DAYS[now.weekday()][:2],
    "d": lambda now: now.isoweekday() % 7,
    "E": lambda now: now.isoweekday(),
    "WW": lambda now: f"{now.isocalendar().week:02}",
    "W": lambda now: now.isocalendar().week,
    "HH": lambda now: f"{now.hour:02}",
    "H": lambda now: now.hour,
    "hh": lambda now: f"{_hour(now):02}",
    "h": _hour,
    "mm": lambda now: f"{now.minute:02}",
    "m": lambda now: now.minute,
    "ss": lambda now: f"{now.second:02}",
    "s": lambda now: now.second,
    "SSS": lambda now: f"{now.microsecond // 1000:03}",
    "A": lambda now: "AM" if now.hour < 12 else "PM",
    "a": lambda now: "am" if now.hour < 12 else "pm",
    "ZZ": lambda now: _zone(now, ""),
    "Z": lambda now: _zone(now, ":"),
    "X": lambda now: int(now.timestamp()),
    "x": lambda now: int(now.timestamp() * 1000),
}
_TOKEN = re.compile(
    r"\[([^\]]*)\]|(" + "|".join(sorted([*_FIELDS, *_LONG], key=len, reverse=True)) + ")"
)


def formatted(now: datetime, form: str) -> str:
    """A time by a format.

    Args:
        now: The time, of a zone where the format asks for one.
        form: Letters as moment.js has them (https://momentjs.com/docs/#/displaying/format/);
            text in square brackets stands as it is.
    """

    def field(match: re.Match[str]) -> str:
        token = match[2]
        if token is None:
            return match[1]
        if token in _LONG:
            return formatted(now, _LONG[token])
        return str(_FIELDS[token](now))

    return _TOKEN.sub(field, form)


_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_STEPS: tuple[tuple[float, float, str], ...] = (
    (45, 1, "a few seconds"),
    (90, 1, "a minute"),
    (45 * _MINUTE, _MINUTE, "{} minutes"),
    (90 * _MINUTE, 1, "an hour"),
    (22 * _HOUR, _HOUR, "{} hours"),
    (36 * _HOUR, 1, "a day"),
    (26 * _DAY, _DAY, "{} days"),
    (45 * _DAY, 1, "a month"),
    (320 * _DAY, 30.44 * _DAY, "{} months"),
    (548 * _DAY, 1, "a year"),
    (float("inf"), 365.25 * _DAY, "{} years"),
)
"""Up to how many seconds which words are used, and what is counted in them."""


def in_words(gap: timedelta) -> str:
    """How long something is, roughly: "a few seconds", "2 hours", "a day"."""
    seconds = abs(gap.total_seconds())
    _, unit, words = next(step for step in _STEPS if seconds < step[0])
    return words.format(round(seconds / unit))
