"""Completion of what is no argument: macros, variables in them, and `/:name` with what it takes."""

from __future__ import annotations

import re

from tui.domain.safetext import clean_line
from tui.slash.cursor import Place
from tui.slash.offers import LABEL, Offer, Suggestion, Values, ranked

_LONGEST_MACRO = 200
_MACRO = re.compile(r"(?<!\\)\{\{(\w*)$")
_VARIABLE = re.compile(r"(?<!\\)\{\{(?:var|(?:get|set|add|inc|dec)(?:global)?var)::([^:{}|\s]*)$")


def short_run(place: Place, name: str, end: int, values: Values) -> list[Suggestion]:
    """Behind `/:`: names of what can be run, then what it takes."""
    typed = place.typed[end:]
    if not typed:
        known = [(each, "closure") for each in place.closures]
        offers = [offer for offer in (*known, *values("script")) if not _has_space(offer[0])]
        return [
            Suggestion(f"/:{value} ", place.start, f"/:{clean_line(value, LABEL)}", about)
            for value, about in ranked(name[1:], offers)
        ]
    start = end + len(typed) - len(typed.split(" ")[-1])
    begun, given = place.typed[start:], typed
    return [
        Suggestion(f"{each}=", start, f"{each}=")
        for each in place.closures.get(name[1:], ())
        if each.startswith(begun) and f" {each}=" not in given
    ]


def _has_space(text: str) -> bool:
    return any(letter.isspace() for letter in text)


def macros(place: Place, values: Values) -> list[Suggestion] | None:
    """Macros, or variables in one of theirs, where braces are open before the cursor; else None."""
    tail = place.typed[max(place.start, len(place.typed) - _LONGEST_MACRO) :]
    if match := _VARIABLE.search(tail):
        start = len(place.typed) - len(match.group(1))
        offers = variables(place, values)
        return [
            Suggestion(f"{value}}}}}", start, clean_line(value, LABEL), about)
            for value, about in ranked(match.group(1), offers)
        ]
    if match := _MACRO.search(tail):
        start = len(place.typed) - len(match.group())
        return [
            Suggestion(
                f"{{{{{value}" + ("" if value.endswith("::") else "}}"),
                start,
                f"{{{{{value}}}}}",
                about,
            )
            for value, about in ranked(match.group(1), values("macro"))
        ]
    return None


def variables(place: Place, values: Values) -> list[Offer]:
    """Variables: those that the script makes, then those of the chat and of all chats."""
    here = [(name, "of this script") for name in place.variables]
    return here + [offer for offer in values("variable") if offer[0] not in place.variables]
