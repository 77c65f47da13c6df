"""Commands that measure, cut and change texts."""

from __future__ import annotations

from tui.domain import script_texts
from tui.domain.errors import CommandError
from tui.domain.prompt import estimate_tokens
from tui.domain.safetext import clean_line
from tui.domain.script_values import length, read_number
from tui.slash.arguments import Arguments, Parameter
from tui.slash.command import Command
from tui.slash.context import Context

TEXT = Parameter("text", "the text; without it what the command before gave", rest=True)


async def measure(_context: Context, arguments: Arguments) -> str:
    """Count characters, or the items of a list or an object."""
    return str(length(arguments.text("text")))


async def part(_context: Context, arguments: Arguments) -> str:
    """Take a part of a text."""
    start, end = _place(arguments, "start"), _place(arguments, "end")
    return script_texts.part(arguments.text("text"), start or 0, end)


def _place(arguments: Arguments, name: str) -> float | None:
    typed = arguments.text(name).strip()
    number = read_number(typed)
    if typed and number is None:
        raise CommandError(
            f"{name} cannot be {clean_line(typed, 40)!r}",
            hint="it is a place, such as 3, or -3 from the end",
            column=arguments.column(name),
        )
    return number


async def upper(_context: Context, arguments: Arguments) -> str:
    """Make capital letters of all letters."""
    return arguments.text("text").upper()


async def lower(_context: Context, arguments: Arguments) -> str:
    """Make small letters of all letters."""
    return arguments.text("text").lower()


async def from_sentence(_context: Context, arguments: Arguments) -> str:
    """Leave out an unfinished sentence at the beginning."""
    return script_texts.from_sentence(arguments.text("text"))


async def to_sentence(_context: Context, arguments: Arguments) -> str:
    """Leave out an unfinished sentence at the end."""
    return script_texts.to_sentence(arguments.text("text"))


async def to_tokens(_context: Context, arguments: Arguments) -> str:
    """Keep as much as fits into a number of tokens."""
    from_end = arguments.text("direction") == "end"
    limit = arguments.number("limit") or 0
    return script_texts.to_tokens(arguments.text("text"), limit, from_end=from_end)


async def tokens(_context: Context, arguments: Arguments) -> str:
    """Estimate the tokens of a text."""
    return str(estimate_tokens(arguments.text("text")))


async def count(context: Context, _arguments: Arguments) -> str:
    """Estimate the tokens of what the model would be sent."""
    return str((await context.services.chats.prompt(context.session)).tokens)


def commands() -> tuple[Command, ...]:
    """The commands of this family."""
    return (*_measuring(), *_cutting(), *_changing())


def _measuring() -> tuple[Command, ...]:
    return (
        Command(
            "len",
            "count the characters of a text, or the items of a list or an object",
            measure,
            (TEXT,),
            example="/len [1, 2, 3]",
            returns="the number",
        ),
        Command(
            "tokens",
            "estimate how many tokens a text has",
            tokens,
            (TEXT,),
            example="/tokens How many tokens is this?",
            returns="the number",
        ),
        Command(
            "count",
            "estimate how many tokens the model would be sent of this chat",
            count,
            example="/count | /echo",
            returns="the number",
        ),
    )


def _cutting() -> tuple[Command, ...]:
    return (
        Command(
            "substr",
            "take a part of a text",
            part,
            (
                Parameter(
                    "start", "where it begins, from 0; -3: so many before the end", named=True
                ),
                Parameter("end", "the first that is left out; -3: so many at the end", named=True),
                TEXT,
            ),
            example="/substr start=-4 end=-1 good morning",
            returns="that part",
        ),
        Command(
            "trimstart",
            "leave out an unfinished sentence at the beginning of a text",
            from_sentence,
            (TEXT,),
            example="/trimstart of a sentence. And here is another.",
            returns="the text from its first whole sentence",
        ),
        Command(
            "trimend",
            "leave out an unfinished sentence at the end of a text",
            to_sentence,
            (TEXT,),
            example="/trimend A sentence. And the beginning of",
            returns="the text up to its last whole sentence",
        ),
        Command(
            "trimtokens",
            "keep the start or the end of a text, up to a number of tokens (estimated)",
            to_tokens,
            (
                Parameter(
                    "limit", "the most tokens that are left", "number", named=True, required=True
                ),
                Parameter(
                    "direction",
                    "what is kept",
                    "choice",
                    ("start", "end"),
                    named=True,
                    default="end",
                ),
                TEXT,
            ),
            example="/messages 0-last | /trimtokens limit=500 direction=end",
            returns="what is left",
        ),
    )


def _changing() -> tuple[Command, ...]:
    return (
        Command(
            "upper",
            "make capital letters of all letters",
            upper,
            (TEXT,),
            aliases=("uppercase", "to-upper"),
            example="/upper hello",
            returns="the text",
        ),
        Command(
            "lower",
            "make small letters of all letters",
            lower,
            (TEXT,),
            aliases=("lowercase", "to-lower"),
            example="/lower HELLO",
            returns="the text",
        ),
    )
