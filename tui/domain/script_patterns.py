r"""Regular expressions of scripts: JavaScript's, from people unknown, so never for long.

A pattern is written `/…/flags` or without slashes. It is rewritten for the `regex` package, which
can be told to stop; what that package has beyond JavaScript is refused or taken as plain text.
`\w`, `\d` and `\b` know the letters and digits of all scripts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic

from tui.domain.errors import CommandError
from tui.domain.safetext import clean_line

_SECONDS = 1.0
_LONGEST = 5_000
"""Characters of a pattern."""
_LARGEST = 10_000
"""Pieces of a pattern when what is repeated a fixed number of times is written out."""
_MOST = 300_000
"""Groups of all matches together."""
_LONGEST_RESULT = 10_000_000

_SLASHES = re.compile(r"/(.+)/([dgimsuvy]*)", re.DOTALL)
_TOKEN = re.compile(
    r"""
    \\u\{(?P<code>[0-9a-fA-F]{1,6})\} | \\k<(?P<name>\w+)> | \\c(?P<control>[A-Za-z])
    | \\[pP]\{[^}]*\} | \\(?P<escaped>.)
    | \[(?P<inside>(?:\\.|[^\]\\])*)\]
    | (?P<open>\((?:\?(?:[:=!]|<[=!]|<[^\W\d]\w*>|[ims]*(?:-[ims]+)?:))?)
    | \{(?P<least>\d{1,9})(?:,\d{0,9})?\}
    | .
    """,
    re.DOTALL | re.VERBOSE,
)
_KNOWN = frozenset("bBdDwWsSnrtfvxu0123456789")
_PUT_IN = re.compile(r"\$(?:(\$)|(&)|(\d\d?)|<(\w+)>)")


@dataclass(frozen=True, slots=True)
class Found:
    """A match."""

    start: int
    end: int
    groups: tuple[str | None, ...]
    """The whole first; None: that group is not in the match."""
    names: dict[str, str | None]


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern as written in a script, taken apart."""

    source: str
    flags: str = ""

    @property
    def everywhere(self) -> bool:
        """Whether all matches are meant and not only the first."""
        return "g" in self.flags


def read_pattern(text: str) -> Pattern:
    """A pattern in slashes with flags behind, or without both."""
    match = _SLASHES.fullmatch(text)
    if match is None or len(set(match.group(2))) < len(match.group(2)):
        return Pattern(text)
    return Pattern(match.group(1), match.group(2))


def find(pattern: Pattern, text: str, seconds: float = _SECONDS) -> list[Found]:
    """The matches in a text: all with the flag `g`, else the first.

    It works without keeping other threads waiting.

    Raises:
        CommandError: The pattern cannot be read, or takes too long.
    """
    import regex  # noqa: PLC0415 - only a few scripts need it

    flags = regex.V0
    for letter, flag in (("i", regex.IGNORECASE), ("m", regex.MULTILINE), ("s", regex.DOTALL)):
        flags |= flag if letter in pattern.flags else 0
    found: list[Found] = []
    deadline = monotonic() + seconds
    try:
        compiled = regex.compile(translate(pattern), flags)
        for match in compiled.finditer(text, timeout=seconds, concurrent=True):
            if "y" in pattern.flags and match.start() != (found[-1].end if found else 0):
                break
            groups = (match.group(), *match.groups())
            found.append(Found(match.start(), match.end(), groups, match.groupdict()))
            if not pattern.everywhere:
                break
            if monotonic() > deadline or len(found) * len(groups) > _MOST:
                raise TimeoutError
    except TimeoutError:
        raise CommandError(
            "the pattern takes too long", hint="repetitions within repetitions often do"
        ) from None
    except (regex.error, RecursionError, ValueError, OverflowError) as error:
        raise _unreadable(pattern, str(error)) from None
    return found


def _unreadable(pattern: Pattern, why: str) -> CommandError:
    return CommandError(
        f"{clean_line(pattern.source, 40)!r} is no regular expression", hint=clean_line(why, 80)
    )


def translate(pattern: Pattern) -> str:
    """The pattern as the `regex` package wants it. Raises CommandError: it cannot be taken."""
    if len(pattern.source) > _LONGEST:
        raise CommandError(f"a pattern has at most {_LONGEST} characters")
    pieces: list[str] = []
    sizes, last = [0], 0
    for match in _TOKEN.finditer(pattern.source):
        token = match.group()
        if match.group("least"):
            # Such a repetition is written out when it is compiled, and those within it as well.
            times = max(int(match.group("least")), 1)
            sizes[-1] += last * (times - 1)
            last *= times
        elif match.group("open"):
            sizes.append(0)
        elif token == ")" and len(sizes) > 1:
            last = max(sizes.pop(), 1)
            sizes[-1] += last
        else:
            last = 1
            sizes[-1] += 1
        if sizes[-1] > _LARGEST:
            raise CommandError("the pattern repeats something too often")
        if token == "(" and pattern.source[match.end() : match.end() + 1] in ("?", "*"):
            raise _unreadable(pattern, "it has a kind of group that is not known here")
        pieces.append(_translated(match, multiline="m" in pattern.flags))
    return "".join(pieces)


def _translated(match: re.Match[str], *, multiline: bool) -> str:
    token = match.group()
    if match.group("inside") is not None:
        return _translated_set(match.group("inside"))
    if token.startswith("\\"):
        return _translated_escape(match)
    if token == "$":
        return "$" if multiline else r"\Z"
    # A brace that counts nothing is one; `regex` has other uses for it.
    return r"\{" if token == "{" else token


def _translated_escape(match: re.Match[str]) -> str:
    token, escaped = match.group(), match.group("escaped")
    if match.group("code"):
        return _letter(int(match.group("code"), 16))
    if match.group("control"):
        return _letter(ord(match.group("control")) % 32)
    if match.group("name"):
        return f"(?P={match.group('name')})"
    plain = escaped is not None and (escaped.isalpha() or escaped == "_") and escaped not in _KNOWN
    return re.escape(escaped) if plain else token


def _letter(code: int) -> str:
    return re.escape(chr(code)) if code <= 0x10FFFF else r"(?!)"


def _translated_set(inside: str) -> str:
    if inside == "":
        return r"(?!)"
    if inside == "^":
        return r"[\s\S]"
    pieces = (
        # A bracket within a set opens nothing in JavaScript.
        r"\[" if match.group() == "[" else _translated(match, multiline=True)
        for match in _TOKEN.finditer(inside)
    )
    return f"[{''.join(pieces)}]"


def replaced(text: str, found: Sequence[Found], news: Sequence[str]) -> str:
    """The text with each match replaced.

    Raises:
        CommandError: It would be longer than anybody can want.
    """
    pieces: list[str] = []
    at = 0
    for match, new in zip(found, news, strict=True):
        pieces += (text[at : match.start], new)
        at = match.end
    pieces.append(text[at:])
    if sum(map(len, pieces)) > _LONGEST_RESULT:
        raise too_long()
    return "".join(pieces)


def put_in(template: str, match: Found) -> str:
    """What replaces a match: `$&` is all of it, `$1` a group, `$<name>` a named one, `$$` a `$`.

    Raises:
        CommandError: It would be longer than anybody can want.
    """
    pieces: list[str] = []
    at = 0
    for each in _PUT_IN.finditer(template):
        pieces += (template[at : each.start()], _stands_for(each, match))
        at = each.end()
    pieces.append(template[at:])
    if sum(map(len, pieces)) > _LONGEST_RESULT:
        raise too_long()
    return "".join(pieces)


def _stands_for(each: re.Match[str], match: Found) -> str:
    dollar, whole, number, name = each.groups()
    if dollar:
        return "$"
    if whole:
        return match.groups[0] or ""
    if name:
        return (match.names.get(name) or "") if match.names else each.group()
    if 0 < int(number) < len(match.groups):
        return match.groups[int(number)] or ""
    if 0 < int(number[0]) < len(match.groups):
        return (match.groups[int(number[0])] or "") + number[1:]
    return each.group()


def plain_matches(wanted: str, text: str) -> list[Found]:
    """Every occurrence of a text; of an empty one there is none. Raises CommandError: too many."""
    if text.count(wanted) > _MOST:
        raise too_long()
    places = re.finditer(re.escape(wanted), text) if wanted else ()
    return [Found(each.start(), each.end(), (wanted,), {}) for each in places]


def replaced_plainly(text: str, old: str, new: str) -> str:
    """The text with every occurrence of a text replaced. Raises CommandError: far too long."""
    if len(text) + text.count(old) * (len(new) - len(old)) > _LONGEST_RESULT:
        raise too_long()
    return text.replace(old, new)


def too_long() -> CommandError:
    """The error that says that a text would outgrow what can be held."""
    return CommandError(
        f"the result would have more than {_LONGEST_RESULT:,} characters",
        hint="replace less at once",
    )
