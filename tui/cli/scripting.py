"""`salon run`: a script without the app, its result on stdout, everything else on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from tui.cli.console import Console
from tui.cli.diagnostics import FAILED
from tui.cli.headless import HeadlessFront
from tui.cli.interaction import SilentInteraction
from tui.cli.options import Options
from tui.cli.serving import with_services
from tui.domain.character import Character, Persona
from tui.domain.chat import ChatSummary
from tui.domain.errors import AppError, CommandError
from tui.domain.safetext import clean, clean_line
from tui.services import Services
from tui.services.session import ChatSession
from tui.slash.builtins import default_registry
from tui.slash.checking import remarks
from tui.slash.context import Context
from tui.slash.fuzzy import did_you_mean
from tui.slash.interpreter import Interpreter, Outcome, read
from tui.slash.keeper import ChatKeeper
from tui.slash.quick import commands_of
from tui.slash.scope import Value

ABORTED = 3
"""Exit code of a script that ended itself with `/abort`."""
STDIN = "-"
_MOST_BYTES = 1_000_000
_SHORTEST_ID = 6
"""Letters of an id that are enough to mean it."""


def run(options: Options) -> int:
    """Run the script that was named. Returns the exit code."""
    console = Console()
    try:
        text = script_of(options.given.file, options.given.script)
        given = arguments_of(options.given.arg)
        return with_services(
            options, lambda services: _run(services, options, console, text, given), tidies=True
        )
    except CommandError as error:
        if options.given.json:  # who reads it waits for a line, also of what never began
            console.data(_json(Outcome(None), error))
        raise


async def _run(
    services: Services, options: Options, console: Console, text: str, given: dict[str, Value]
) -> int:
    """Read the script, then run it in its chat.

    Raises:
        CommandError: It cannot be run as it is, or there is no such chat: nothing happened.
    """
    registry = default_registry()
    registry.lend(commands_of(await services.quick_replies.sets()))
    for line in (*services.settings.problems, *services.quick_replies.problems):
        console.say(str(line))
    strict = services.settings.current.scripts.strict_escaping
    script = read(text, registry, strict=strict)
    if not script.calls:
        raise CommandError("the script has no command", hint="commands begin with /")
    for line in remarks(script, registry):
        console.say(line)
    async with _chat(services, options) as session:
        front = HeadlessFront(services, session, console, trust=options.given.trust)
        context = Context(services, session, SilentInteraction(console), front)
        outcome, failure = Outcome(None), None
        try:
            outcome = await Interpreter(registry, ChatKeeper(services)).run(
                text, context, given=given
            )
        except AppError as error:
            failure = error
        _tell(console, outcome, failure)
        if options.given.json:
            console.data(_json(outcome, failure, front.session, kept=_is_kept(options)))
        elif outcome.text:
            console.data(clean(outcome.text))
    if failure is not None:
        return FAILED
    return ABORTED if outcome.aborted else 0


def _tell(console: Console, outcome: Outcome, failure: AppError | None) -> None:
    if failure is not None:
        console.say(failure.line())
    if outcome.aborted and not outcome.aborted.quiet:
        console.say(f"aborted: {outcome.aborted.reason or 'by the script'}")


def _json(
    outcome: Outcome,
    failure: AppError | None,
    session: ChatSession | None = None,
    *,
    kept: bool = False,
) -> str:
    """One JSON object in ASCII; without a session of a script that never began."""
    is_over = failure is None and outcome.aborted is None
    return json.dumps(
        {
            "value": clean(outcome.text) if is_over else None,
            "aborted": outcome.aborted is not None,
            "reason": outcome.aborted.reason if outcome.aborted else None,
            "error": failure.line() if failure else None,
            "chat": session.chat.id if session is not None and kept else None,
            "title": None if session is None else session.chat.title,
            "messages": 0 if session is None else len(session),
        }
    )


# What was asked for


def script_of(file: str, script: str | None) -> str:
    """The text of the script. Raises CommandError: none, two, or a file that cannot be read."""
    if bool(file) == (script is not None):
        raise CommandError(
            "salon run takes one script", hint="a file, - for stdin, or -c '/command …'"
        )
    if script is not None:
        return script
    try:
        text = sys.stdin.read(_MOST_BYTES + 1) if file == STDIN else _text(Path(file))
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise CommandError(f"cannot read {clean_line(file)}", hint=reason) from error
    except UnicodeDecodeError as error:
        raise CommandError(f"{clean_line(file)} is not UTF-8 text") from error
    if len(text) > _MOST_BYTES:
        raise CommandError(f"{clean_line(file)} is larger than {_MOST_BYTES:,} bytes")
    first, newline, rest = text.removeprefix("\ufeff").partition("\n")
    # The line that lets a file be started as a program; its place stays, for errors behind it.
    return newline + rest if first.startswith("#!") else first + newline + rest


def _text(path: Path) -> str:
    with path.open("rb") as file:
        return file.read(_MOST_BYTES + 1).decode("utf-8")


def arguments_of(pairs: Sequence[str]) -> dict[str, Value]:
    """What `{{arg::name}}` stands for. Raises CommandError: not name=value."""
    given: dict[str, Value] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name.strip():
            raise CommandError(f"--arg {clean_line(pair, 40)}", hint="write --arg name=value")
        given[name.strip()] = value
    return given


# The chat


def _is_kept(options: Options) -> bool:
    return bool(options.given.chat) or options.given.new


@asynccontextmanager
async def _chat(services: Services, options: Options) -> AsyncIterator[ChatSession]:
    """The chat that was named, a new one, or one that is gone for good afterwards."""
    library, given = services.library, options.given
    character = _known("character", given.who, await library.characters())
    persona = _known("persona", given.persona, await library.personas())
    chosen = _pick(await library.summaries(), given.chat) if given.chat else None
    if chosen is not None:
        session = await library.open(chosen.id)
        if character:
            await library.set_character(session, character)
        if persona:
            await library.set_persona(session, persona)
        yield session
    elif _is_kept(options):
        if not given.new:
            raise CommandError(
                f"there is no chat {clean_line(given.chat, 40)!r}",
                hint="--new makes it; salon chats lists those there are",
            )
        session = await library.new(character, persona)
        if given.chat:
            await library.rename(session.chat.id, given.chat)
        yield session
    else:
        session = await library.new(character, persona, temporary=True)
        try:
            yield session
        finally:
            await library.forget(session.chat.id)


def _pick(summaries: Sequence[ChatSummary], wanted: str) -> ChatSummary | None:
    """The chat of that id or title; a script never goes on in one that is only like it."""
    folded = clean_line(wanted).strip().casefold()
    titled = [each for each in summaries if clean_line(each.title).casefold() == folded]
    by_id = [
        each
        for each in summaries
        if each.id == wanted or (len(wanted) >= _SHORTEST_ID and each.id.startswith(wanted))
    ]
    found = titled or by_id
    if len(found) > 1:
        ids = ", ".join(each.id[:8] for each in found[:6])
        raise CommandError(
            f"{len(found)} chats are called {clean_line(wanted, 40)!r}", hint=f"give the id: {ids}"
        )
    return found[0] if found else None


def _known(what: str, wanted: str, people: Sequence[Character] | Sequence[Persona]) -> str:
    """The id of a character or persona; empty when none was named."""
    if not wanted:
        return ""
    for each in people:
        if wanted.casefold() in (each.id.casefold(), each.name.casefold()):
            return each.id
    names = [clean_line(each.name, 40) for each in people]
    raise CommandError(
        f"there is no {what} {clean_line(wanted, 40)!r}",
        hint=did_you_mean(wanted, names) or f"there are: {', '.join(names)}",
    )
