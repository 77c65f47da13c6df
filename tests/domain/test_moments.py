from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from tui.domain.macros import Environment, expand
from tui.domain.macros.document import markdown
from tui.domain.macros.moments import formatted, in_words

THEN = datetime(2026, 1, 2, 0, 4, 5, 67_000, tzinfo=timezone(timedelta(hours=-3, minutes=-30)))


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("YYYY-MM-DD HH:mm:ss.SSS", "2026-01-02 00:04:05.067"),
        ("M/D/YY h:m:s a A", "1/2/26 12:4:5 am AM"),
        ("dddd ddd dd d E", "Friday Fri Fr 5 5"),
        ("Do MMMM, MMM; DDD DDDD Q W WW", "2nd January, Jan; 2 002 1 1 01"),
        ("L; LL; LLL; LLLL; LT; LTS", "01/02/2026; January 2, 2026; January 2, 2026 12:04 AM; "
         "Friday, January 2, 2026 12:04 AM; 12:04 AM; 12:04:05 AM"),
        ("[at H] H, [[x]", "at H 0, [x"),
        ("X x", "1767324845 1767324845067"),
        ("", ""),
    ],
)  # fmt: skip
def test_a_time_is_written_by_a_format(form: str, text: str) -> None:
    assert formatted(THEN, form) == text


@pytest.mark.parametrize(("day", "text"), [(1, "1st"), (3, "3rd"), (11, "11th"), (23, "23rd")])
def test_days_have_their_endings(day: int, text: str) -> None:
    assert formatted(THEN.replace(day=day), "Do") == text


def test_a_zone_is_written_as_it_is() -> None:
    assert formatted(THEN, "Z") in ("-03:30", formatted(THEN.astimezone(), "Z"))
    assert formatted(datetime(2026, 1, 1, tzinfo=UTC).astimezone(UTC), "ZZ")


@pytest.mark.parametrize(
    ("gap", "words"),
    [
        (timedelta(seconds=44), "a few seconds"),
        (timedelta(seconds=-60), "a minute"),
        (timedelta(minutes=44), "44 minutes"),
        (timedelta(minutes=80), "an hour"),
        (timedelta(hours=21), "21 hours"),
        (timedelta(hours=30), "a day"),
        (timedelta(days=25), "25 days"),
        (timedelta(days=40), "a month"),
        (timedelta(days=200), "7 months"),
        (timedelta(days=400), "a year"),
        (timedelta(days=4000), "11 years"),
    ],
)
def test_how_long_something_is_in_words(gap: timedelta, words: str) -> None:
    assert in_words(gap) == words


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{{timeDiff::2026-01-02::2026-01-01}}", "in a day"),
        ("{{timeDiff::2026-01-01T10:00::2026-01-01T12:00}}", "2 hours ago"),
        ("{{timeDiff::then::now}}", "{{timeDiff::then::now}}"),
        ("{{timeDiff::0001-01-01::9999-12-31T23:59:59+00:00}}", None),
    ],
)
def test_the_difference_of_two_times(text: str, said: str | None) -> None:
    assert expand(text, Environment()) == said or said is None


def test_the_guide_is_the_one_that_the_declarations_make() -> None:
    kept = Path(__file__).resolve().parents[2] / "docs" / "macros.md"

    assert kept.read_text("utf-8") == markdown()
