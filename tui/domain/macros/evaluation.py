"""From the tree to text: each macro once, left to right, and its result never looked at again."""

from __future__ import annotations

from dataclasses import dataclass

from tui.domain.errors import AppError
from tui.domain.macros import shorthand
from tui.domain.macros.declaration import Call
from tui.domain.macros.environment import Environment
from tui.domain.macros.registry import find
from tui.domain.macros.shorthand import Shorthand
from tui.domain.macros.syntax import (
    Head,
    Macro,
    Part,
    body,
    ends,
    head,
    parse,
    plain,
    trimmed,
)
from tui.domain.variables import is_true

DEPTH = 25
"""How deep macros may stand in each other; deeper ones stay as typed."""
MOST_CHARACTERS = 10_000_000
"""How much the macros of a text may give together; then the others stay as typed. A variable that
is added to itself doubles each time."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of the result."""

    text: str
    typed: bool = True
    """Whether it stood in the text itself; what a macro gave is never touched."""


TRIM = Piece("")
"""Takes itself and the newlines around it away."""

Pieces = list[Piece]


def expand(text: str, environment: Environment) -> str:
    """Put in what the macros of a text stand for.

    Never raises: what cannot be expanded stays as typed. Takes time in proportion to the text.

    Args:
        text: Written by a person or by a character's author.
        environment: What the macros read, and the variables that they may change.
    """
    if "{" not in text and "}" not in text and "<" not in text:
        return text
    if environment.prose and "{{" not in plain(text):
        return text
    return joined(_Evaluator(text, environment).run(parse(text, tags=not environment.prose), 0))


def joined(pieces: Pieces) -> str:
    """The pieces as one text; newlines that were typed beside a `{{trim}}` go."""
    done: Pieces = []
    eats = False
    for piece in pieces:
        text = piece.text
        if piece is TRIM:
            _eat_newlines(done)
            eats = True
        elif eats and piece.typed:
            text = text.lstrip("\r\n")
        if text:
            done.append(Piece(text, piece.typed))
            eats = False
    return "".join(piece.text for piece in done)


def _eat_newlines(done: Pieces) -> None:
    while done and done[-1].typed:
        left = done.pop().text.rstrip("\r\n")
        if left:
            done.append(Piece(left))
            return


def argument(pieces: Pieces) -> str:
    """An argument as its macro gets it: without the blanks that were typed around it."""
    pieces = list(pieces)
    while pieces and pieces[0].typed and pieces[0] is not TRIM:
        left = pieces[0].text.lstrip()
        pieces[:1] = [Piece(left)] if left else []
        if left:
            break
    while pieces and pieces[-1].typed and pieces[-1] is not TRIM:
        left = pieces.pop().text.rstrip()
        if left:
            pieces.append(Piece(left))
            break
    return joined(pieces)


class _Evaluator:
    """Expands one text."""

    def __init__(self, text: str, environment: Environment) -> None:
        self._source = text
        self._digest = ""
        self._environment = environment
        self._once: set[str] = set()
        self._room = MOST_CHARACTERS

    def run(self, parts: list[Part], depth: int) -> Pieces:
        """Expand siblings in order.

        Args:
            parts: Text and macros.
            depth: In how many macros they stand.
        """
        pairs = self._pairs(parts) if depth < DEPTH else {}
        done: Pieces = []
        at = 0
        while at < len(parts):
            part = parts[at]
            if isinstance(part, str):
                done.append(Piece(part))
            elif at in pairs:
                end = pairs[at]
                done.extend(self._enclosing(part, parts[at + 1 : end], depth))
                at = end
            else:
                done.extend(self._single(part, depth))
            at += 1
        return done

    def _pairs(self, parts: list[Part]) -> dict[int, int]:
        return ends(parts, self._takes_text)

    def _takes_text(self, begun: Head) -> bool:
        declared = None if begun.name in self._environment.values else find(begun.name)
        return declared is not None and declared.takes(len(begun.arguments) + 1)

    def _single(self, macro: Macro, depth: int) -> Pieces:
        if depth >= DEPTH or self._room <= 0:
            return self._typed(macro)
        short = shorthand.parse(macro.parts)
        if short is not None:
            found = self._variable(short, depth)
            return self._typed(macro) if found is None else self._made(found)
        begun = head(macro)
        if begun is None:
            return [Piece("{{"), *self.run(macro.parts, depth + 1), Piece("}}")]
        if begun.name == "//":
            return []
        if begun.name == "if" and len(begun.arguments) == 2:
            return self._branch(begun, begun.arguments[1], depth)
        return self._called(macro, begun, None, depth)

    def _typed(self, macro: Macro) -> Pieces:
        return [Piece(plain(self._source[macro.start : macro.end]))]

    def _enclosing(self, macro: Macro, inside: list[Part], depth: int) -> Pieces:
        """A macro with an end, `{{/name}}`, and what stands between the two."""
        begun = head(macro)
        if begun is None:  # cannot be: it has an end
            return self.run(inside, depth + 1)
        if begun.name == "if":
            return self._branch(begun, inside, depth)
        inside = inside if begun.keeps else body(inside)
        if begun.name == "trim":
            return self.run(inside, depth + 1)
        return self._called(macro, begun, inside, depth)

    def _called(self, macro: Macro, begun: Head, inside: list[Part] | None, depth: int) -> Pieces:
        """Call a macro with its arguments; the text that it encloses is the last of them."""
        pieces = [self.run(each, depth + 1) for each in begun.arguments]
        arguments = [argument(each) for each in pieces]
        whole = None if inside is None else self.run(inside, depth + 1)
        if whole is not None:
            arguments.append(joined(whole))
        result = None if begun.closes else self._result(begun.name, arguments, macro.start)
        if result is not None:
            return result
        if macro.tag:
            return [Piece(macro.tag)]
        typed: Pieces = [Piece("{{" + begun.opening)]
        for at, each in enumerate(pieces):
            typed.extend([Piece(begun.separator), *each] if at else each)
        end = [*whole, Piece(f"{{{{/{begun.name}}}}}")] if whole is not None else []
        return [*typed, Piece("}}"), *end]

    def _result(self, name: str, arguments: list[str], start: int) -> Pieces | None:
        """What a call gives; None where it stays as typed."""
        try:
            if name in self._environment.values:
                return None if arguments else self._made(self._given(name))
            declared = find(name)
            if declared is None or declared.run is None or not declared.takes(len(arguments)):
                return None
            if name == "trim" and not arguments:
                return [TRIM]
            found = declared.run(Call(self._environment, arguments, self._place(start)))
        except AppError:
            return None
        return None if found is None else self._made(found)

    def _made(self, text: str) -> Pieces:
        self._room -= len(text)
        return [Piece(text, typed=False)]

    def _given(self, name: str) -> str:
        if name == "original" and name in self._once:
            return ""
        self._once.add(name)
        value = self._environment.values[name]
        return value if isinstance(value, str) else value()

    def _place(self, start: int) -> str:
        if not self._digest:
            import hashlib  # noqa: PLC0415 - rarely needed, and takes OpenSSL along

            self._digest = hashlib.sha256(self._source.encode("utf-8", "replace")).hexdigest()
        return f"{self._digest}:{start}"

    def _variable(self, short: Shorthand, depth: int) -> str | None:
        def value() -> str:
            return argument(self.run(short.value, depth + 1))

        try:
            return shorthand.run(short, self._environment, value)
        except AppError:
            return None

    # Conditions

    def _branch(self, begun: Head, inside: list[Part], depth: int) -> Pieces:
        """Expand the one part of a text that a condition chooses, and not the other."""
        middle = self._else(inside)
        holds = self._holds(begun.arguments[0], depth)
        chosen = inside[:middle] if holds else inside[middle + 1 :]
        return self.run(chosen if begun.keeps else body(chosen), depth + 1)

    def _else(self, inside: list[Part]) -> int:
        """Where `{{else}}` stands, outside of conditions in the text; its length: nowhere."""
        pairs = self._pairs(inside)
        at = 0
        while at < len(inside):
            part = inside[at]
            begun = head(part) if isinstance(part, Macro) else None
            if begun is not None and begun.name == "else" and not begun.closes:
                return at
            at = pairs.get(at, at) + 1
        return at

    def _holds(self, condition: list[Part], depth: int) -> bool:
        parts, inverted = trimmed(condition), False
        if parts and isinstance(parts[0], str) and parts[0].startswith("!"):
            bare = parts[0].lstrip("! \t\r\n")
            inverted = parts[0][: len(parts[0]) - len(bare)].count("!") % 2 == 1
            parts = trimmed([bare, *parts[1:]])
        if len(parts) == 1 and isinstance(parts[0], str):
            text = self._bare(parts[0], depth)
        else:
            text = argument(self.run(parts, depth + 1))
        return is_true(text) != inverted

    def _bare(self, text: str, depth: int) -> str:
        """A condition without brackets: a variable, a macro's name, or just text."""
        short = shorthand.parse([text])
        if short is not None:
            return self._variable(short, depth) or ""
        begun = head(Macro(0, 0, [text]))
        if begun is None or begun.closes:
            return text
        arguments = [joined([Piece(str(part)) for part in trimmed(e)]) for e in begun.arguments]
        result = self._result(begun.name, arguments, 0)
        return text if result is None else joined(result)
