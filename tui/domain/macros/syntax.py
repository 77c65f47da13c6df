"""From text to a tree of macros: brackets matched, nothing evaluated, in one pass.

Whatever is no macro, an opening bracket without its closing one included, is text. The tree is
made without recursion, so that nesting costs nothing here; who walks it minds its depth.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

_TOKEN = re.compile(r"\\[{}]|\{{2,}|\}{2,}|<(?:user|bot|char|group|charifnotgroup)>", re.IGNORECASE)
_ESCAPED = re.compile(r"\\([{}])")
_TAGS = {"bot": "char", "charifnotgroup": "group"}
_HEAD = re.compile(
    r"\s*(?P<flags>(?:[!?~>#]\s*)*)"
    r"(?:(?P<comment>//)|(?P<close>/\s*)?(?P<name>[a-z][\w-]*)(?=\s|:|\Z))",
    re.IGNORECASE | re.ASCII,
)
_ZONE = re.compile(r"\s*time_(UTC[+-]\d[\d:]*)\s*", re.IGNORECASE | re.ASCII)


@dataclass(slots=True, eq=False)
class Macro:
    """`{{...}}` or a tag, with its inside; whether it means something is decided later."""

    start: int
    """Where in the text, in characters."""
    end: int
    parts: list[Part]
    """Its inside: text without escapes, and macros."""
    tag: str = ""
    """As typed, for `<USER>` and its like."""
    begun: Head | None = None
    """What `head` made of it, once it was asked."""
    looked_at: bool = False


Part = str | Macro


@dataclass(slots=True)
class Head:
    """The beginning of a macro, taken apart."""

    name: str
    """Lower case; `//` for a comment."""
    opening: str = ""
    """All that stands before the arguments, as typed."""
    separator: str = ""
    """What stands between the arguments."""
    arguments: list[list[Part]] = field(default_factory=list)
    keeps: bool = False
    """`#`: the text between it and its end keeps its outer spaces and indentation."""
    closes: bool = False
    """`{{/name}}`."""


def parse(text: str, *, tags: bool = True) -> list[Part]:
    """Take a text apart.

    Args:
        text: Any text.
        tags: Whether `<USER>` and its like count.
    """
    opened: list[Macro] = [Macro(0, 0, [])]
    at = 0
    for match in _TOKEN.finditer(text):
        token, inside = match.group(), opened[-1].parts
        if token[0] == "<" and not tags:
            continue
        _text(inside, text[at : match.start()])
        at = match.end()
        if token[0] == "\\":
            _text(inside, token[1])
        elif token[0] == "<":
            name = token[1:-1].lower()
            tag = Macro(match.start(), at, [_TAGS.get(name, name)], token)
            inside.append(tag)
        elif token[0] == "{":
            _text(inside, token[2:])
            opened.append(Macro(at - 2, at, []))
        else:
            _close(opened, token, match.start())
    _text(opened[-1].parts, text[at:])
    parts = opened[0].parts
    for macro in opened[1:]:
        _text(parts, "{{")
        parts.extend(macro.parts)
    return parts


def _close(opened: list[Macro], token: str, start: int) -> None:
    """End as many macros as the run of closing brackets has pairs for."""
    pairs = min(len(token) // 2, len(opened) - 1)
    for done in range(1, pairs + 1):
        macro = opened.pop()
        macro.end = start + 2 * done
        opened[-1].parts.append(macro)
    _text(opened[-1].parts, token[2 * pairs :])


def _text(parts: list[Part], text: str) -> None:
    if text:
        parts.append(text)


def plain(text: str) -> str:
    """A piece of the source as the text that it stands for."""
    return _ESCAPED.sub(r"\1", text)


def merged(parts: list[Part]) -> list[Part]:
    """The same with one text where several stand side by side."""
    done: list[Part] = []
    run: list[str] = []
    for part in parts:
        if isinstance(part, str):
            run.append(part)
            continue
        if run:
            done.append("".join(run))
            run = []
        done.append(part)
    if run:
        done.append("".join(run))
    return done


def head(macro: Macro) -> Head | None:
    """Take the beginning apart; None when it is no macro's, or when `|` stands in it.

    `|` is kept for filters, which do not exist yet.
    """
    if not macro.looked_at:
        macro.begun, macro.looked_at = _head(merged(macro.parts)), True
    return macro.begun


def _head(parts: list[Part]) -> Head | None:
    first = parts[0] if parts else ""
    if not isinstance(first, str) or any(isinstance(each, str) and "|" in each for each in parts):
        return None
    zone = _ZONE.fullmatch(first)
    if zone and len(parts) == 1:
        return Head("time", first[: zone.start(1)], "::", [[first[zone.start(1) :]]])
    match = _HEAD.match(first)
    if match is None or (not match["comment"] and match.end() == len(first) and len(parts) > 1):
        return None
    found = Head(
        "//" if match["comment"] else match["name"].lower(),
        keeps="#" in match["flags"],
        closes=bool(match["close"]),
    )
    rest = first[match.end() :]
    colons = rest.lstrip()
    found.separator = "::" if colons.startswith("::") else ":" if colons.startswith(":") else " "
    begins = len(rest) - len(colons) + len(found.separator.strip())
    found.opening = first[: match.end() + begins]
    after: list[Part] = [rest[begins:], *parts[1:]]
    if found.separator == "::":
        found.arguments = _split(after)
    elif found.separator == ":" or trimmed(after):
        found.arguments = [after]
    else:
        found.opening = first
    return found


def _split(parts: list[Part]) -> list[list[Part]]:
    arguments: list[list[Part]] = [[]]
    for part in parts:
        if isinstance(part, str):
            here, *others = part.split("::")
            _text(arguments[-1], here)
            arguments.extend([other] if other else [] for other in others)
        else:
            arguments[-1].append(part)
    return arguments


def trimmed(parts: list[Part]) -> list[Part]:
    """The same without the blanks that were typed at both ends."""
    parts = merged(parts)
    if parts and isinstance(parts[0], str):
        parts[0] = parts[0].lstrip()
    if parts and isinstance(parts[-1], str):
        parts[-1] = parts[-1].rstrip()
    return [each for each in parts if each]


_INDENT = re.compile(r"(?<=\n)[ \t]*")


def body(parts: list[Part]) -> list[Part]:
    """What stands between a macro and its end, without outer blanks and common indentation.

    The first line that is not blank says how far the lines are indented; nothing is cut where it
    begins right behind the bracket.
    """
    parts = merged(parts)
    margin = _margin(parts)
    if margin:
        cut = re.compile(rf"(?<=\n)[ \t]{{1,{margin}}}")
        parts = [cut.sub("", each) if isinstance(each, str) else each for each in parts]
    return trimmed(parts)


def _margin(parts: list[Part]) -> int:
    first = parts[0] if parts else ""
    if not isinstance(first, str) or first.split("\n", 1)[0].strip():
        return 0
    blank = len(first) - len(first.lstrip())
    return len(first[:blank].rpartition("\n")[2]) if "\n" in first[:blank] else 0


def ends(parts: list[Part], takes_body: Callable[[Head], bool]) -> dict[int, int]:
    """Which macros of a list have an end in it, `{{/name}}`: places of both.

    Args:
        parts: Siblings.
        takes_body: Whether a macro of that beginning can have a text of its own.
    """
    closing = [at for at, part in enumerate(parts) if _closes(part)]
    if not closing:
        return {}
    found: dict[int, int] = {}
    waiting: list[tuple[str, int]] = []
    count: dict[str, int] = {}
    for at, part in enumerate(parts):
        begun = head(part) if isinstance(part, Macro) and not part.tag else None
        if begun is None:
            continue
        if begun.closes and count.get(begun.name):
            name, start = waiting.pop()
            count[name] -= 1
            while name != begun.name:
                name, start = waiting.pop()
                count[name] -= 1
            found[start] = at
        elif not begun.closes and takes_body(begun):
            waiting.append((begun.name, at))
            count[begun.name] = count.get(begun.name, 0) + 1
    return found


def _closes(part: Part) -> bool:
    return (
        isinstance(part, Macro)
        and bool(part.parts)
        and isinstance(part.parts[0], str)
        and part.parts[0].lstrip().startswith("/")
    )


def uses(text: str, name: str) -> bool:
    """Tell whether `{{name}}` (lower case, without arguments) occurs in the text."""
    waiting = parse(text)
    while waiting:
        part = waiting.pop()
        if isinstance(part, Macro):
            begun = head(part)
            if begun and begun.name == name and not begun.arguments and not begun.closes:
                return True
            waiting.extend(part.parts)
    return False
