"""Commands that look for something in a text: a text, a pattern, a name."""

from __future__ import annotations

import asyncio

from tui.domain import script_fuzzy, script_patterns
from tui.domain.errors import CommandError
from tui.domain.script_patterns import Found, Pattern, read_pattern
from tui.domain.script_values import Json, read_container, write_json, write_value
from tui.slash.arguments import Arguments, Parameter
from tui.slash.builtins.texts import TEXT
from tui.slash.command import Command
from tui.slash.context import Context
from tui.slash.scope import Bound


async def replace(context: Context, arguments: Arguments) -> str:
    """Put something else where a text or a pattern is found."""
    text, wanted = arguments.text("text"), arguments.text("pattern")
    new = arguments.value("replacer")
    if arguments.text("mode") == "literal":
        if not isinstance(new, Bound):
            return script_patterns.replaced_plainly(text, wanted, str(new or ""))
        found = script_patterns.plain_matches(wanted, text)
    else:
        found = await _find(read_pattern(wanted), arguments)
    news = [
        str(await context.frame.run(new, given=_groups(match)))
        if isinstance(new, Bound)
        else script_patterns.put_in(str(new or ""), match)
        for match in found
    ]
    return script_patterns.replaced(text, found, news)


def _groups(match: Found) -> dict[str, str]:
    """What a closure is given: the match, its groups by number, those with a name by that."""
    numbered = {str(at): group or "" for at, group in enumerate(match.groups) if at}
    named = {name: group or "" for name, group in match.names.items()}
    return {**numbered, **named, "match": match.groups[0] or ""}


async def find(_context: Context, arguments: Arguments) -> str:
    """Look for a pattern and give what it found."""
    pattern = read_pattern(arguments.text("pattern"))
    found = [list[Json](match.groups) for match in await _find(pattern, arguments)]
    if pattern.everywhere:
        return write_json(list[Json](found))
    return write_json(found[0]) if found else ""


async def test(_context: Context, arguments: Arguments) -> str:
    """Say whether a pattern is found."""
    source = read_pattern(arguments.text("pattern"))
    once = Pattern(source.source, source.flags.replace("g", ""))
    return "true" if await _find(once, arguments) else "false"


async def _find(pattern: Pattern, arguments: Arguments) -> list[Found]:
    try:
        # In a thread, which lets the others work, so that Esc and the screen do.
        return await asyncio.to_thread(script_patterns.find, pattern, arguments.text("text"))
    except CommandError as error:
        error.column = arguments.column("pattern")
        raise


async def fuzzy(context: Context, arguments: Arguments) -> str:
    """Say which of several names stands in a text."""
    typed = arguments.text("list")
    listed = read_container(typed)
    if listed is None:
        listed = read_container(context.variable(typed) or "")
    if not isinstance(listed, list):
        raise CommandError(
            "list is no list of names",
            hint='write list=["one","two"], or a variable that holds such a list',
            column=arguments.column("list"),
        )
    names = [write_value(each) for each in listed]
    mode: script_fuzzy.Mode = "best" if arguments.text("mode") == "best" else "first"
    threshold = arguments.decimal("threshold")
    return await asyncio.to_thread(
        script_fuzzy.meant, arguments.text("text"), names, threshold or 0, mode
    )


_PATTERN = Parameter(
    "pattern", "a regular expression, /…/gi with flags or without", named=True, required=True
)


def commands() -> tuple[Command, ...]:
    """The commands of this family."""
    return (_replace(), *_finding(), _fuzzy())


def _replace() -> Command:
    return Command(
        "replace",
        "put something else where a text or a pattern is found",
        replace,
        (
            Parameter(
                "mode",
                "how pattern is meant",
                "choice",
                ("literal", "regex"),
                named=True,
                default="literal",
            ),
            Parameter(
                "pattern",
                "a text, every one of which is replaced; or a regular expression such as /blue/gi",
                named=True,
                required=True,
            ),
            Parameter(
                "replacer",
                "what is put there; $1 is a group; or a closure, given match=",
                "any",
                named=True,
            ),
            TEXT,
        ),
        aliases=("re",),
        example="/replace mode=regex pattern=/blue/gi replacer=red Blue houses and blue cars",
        returns="the new text",
    )


def _finding() -> tuple[Command, ...]:
    return (
        Command(
            "match",
            "look for a regular expression",
            find,
            (_PATTERN, TEXT),
            example=r'/match pattern="/color_(\w+)/g" color_green lamp color_blue',
            returns="a list of the match and its groups, or nothing; with g a list of such",
        ),
        Command(
            "test",
            "say whether a regular expression is found",
            test,
            (_PATTERN, TEXT),
            example="/test pattern=/castle/i We reached the Castle.",
            returns="true or false",
        ),
    )


def _fuzzy() -> Command:
    return Command(
        "fuzzy",
        "say which of several names stands in a text, though misspelt",
        fuzzy,
        (
            Parameter(
                "list", "the names as a list, or a variable with one", named=True, required=True
            ),
            Parameter(
                "threshold",
                "which share of a name may be wrong, from 0 to 1",
                "decimal",
                named=True,
                default="0.4",
            ),
            Parameter(
                "mode",
                "the first name that fits, or the one that fits best",
                "choice",
                ("first", "best"),
                named=True,
                default="first",
            ),
            TEXT,
        ),
        example='/fuzzy list=["castle","forest"] let us go to the casle',
        returns="the name, or nothing",
    )
