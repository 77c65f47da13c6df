"""Running quick replies: by name, by a click, as commands of their own; and asking first."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from tui.domain.errors import CommandError
from tui.domain.quick_reply import Found, QuickReplySet, every
from tui.domain.safetext import clean_line
from tui.slash.arguments import Arguments
from tui.slash.command import Command
from tui.slash.context import Broken, Context
from tui.slash.fuzzy import did_you_mean
from tui.slash.scope import Value

_COMMAND = re.compile(r"[A-Za-z][\w-]*")
_SUMMARY = 100


async def named(context: Context, name: str, column: int) -> Found:
    """The quick reply of a name. Raises CommandError: there is none."""
    quick = context.services.quick_replies
    found = await quick.find(name)
    if found is None:
        known = [
            spelling for each in every(quick.known) for spelling in (each.reply.label, each.name)
        ]
        raise CommandError(
            f"there is no quick reply and no script in a variable {clean_line(name, 60)!r}",
            hint=did_you_mean(name, [*context.frame.scope.known(), *known])
            or "/qr-create and /let make one",
            column=column,
        )
    return found


async def set_of(context: Context, arguments: Arguments) -> QuickReplySet:
    """The set that `set` names. Raises CommandError: there is none."""
    name = arguments.text("set").strip()
    quick = context.services.quick_replies
    found = await quick.get(name)
    if found is None:
        names = [each.name for each in quick.known]
        raise CommandError(
            f"there is no set of quick replies {clean_line(name, 40)!r}",
            hint=did_you_mean(name, names) or there_are(names),
            column=arguments.column("set"),
        )
    return found


def there_are(names: Sequence[str]) -> str:
    """A hint that lists what there is."""
    if not names:
        return "there is none yet: /qr-create makes one"
    return "there are: " + ", ".join(clean_line(name, 40) for name in names[:8])


async def run_reply(context: Context, found: Found, given: Mapping[str, Value]) -> Value:
    """Run a quick reply for a script; text goes into the prompt.

    Args:
        context: Of the command that runs it.
        found: The reply.
        given: Arguments by name, for `{{arg::name}}`.

    Returns:
        Its last command's result.

    Raises:
        CommandError: It may not run, or something in it cannot; located in it.
        AppError: A command in it failed.
    """
    if not found.reply.is_script:
        await _write(context, found, "")
        return ""
    await _allowed(context, found)
    return await _run(context, found, found.reply.script, given)


async def press(context: Context, found: Found) -> Value:
    """Do what a click on its button does. Raises as `run_reply`."""
    among, script = found.among, found.reply.script
    draft = context.front.draft() if among.with_draft else ""
    joined = _joined(script, draft, before=among.before_draft)
    if among.insert or not found.reply.is_script or not joined.lstrip().startswith("/"):
        await _write(context, found, draft)
        return ""
    await _allowed(context, found)
    return await _run(context, found, joined, {})


def _joined(text: str, draft: str, *, before: bool) -> str:
    if not draft.strip():
        return text
    return f"{text} {draft}" if before else f"{draft} {text}"


async def _write(context: Context, found: Found, draft: str) -> None:
    """Put it into the prompt, and send it unless that would run it or its set says no.

    Its macros are replaced when it is sent, once, as in what was typed.
    """
    joined = _joined(found.reply.script, draft, before=found.among.before_draft)
    send = not found.among.insert and not joined.lstrip().startswith("/")
    if send:
        await _allowed(context, found)
    await context.front.write(joined, send=send, instead=bool(draft.strip()))


async def _run(context: Context, found: Found, text: str, given: Mapping[str, Value]) -> Value:
    # What was not given is nothing, as `*` says: a reply can be run with and without arguments.
    given = {"*": "", **given}
    with context.frame.breakable():
        try:
            return await context.frame.run(text, given=given, name=clean_line(found.name, 60))
        except Broken as broken:
            return broken.value


async def _allowed(context: Context, found: Found) -> None:
    """Ask the first time when it is from elsewhere, and again when it was changed."""
    quick = context.services.quick_replies
    if await quick.may_run(found):
        return
    name = clean_line(found.name, 60)
    lines = ["sends this text as your message"]
    if found.reply.is_script:
        lines = context.frame.effects(found.reply.script, name)
    question = "\n".join([f"{name} comes from elsewhere. It", *(f"- {each}" for each in lines)])
    if not await context.front.allow(question, found.reply.script):
        raise CommandError(f"{name} was not allowed to run", hint="nothing of it was done")
    await quick.allow(found)


def commands_of(sets: Sequence[QuickReplySet]) -> Iterator[Command]:
    """The replies whose label can be a command's name, as commands."""
    for found in every(sets):
        if _COMMAND.fullmatch(found.reply.label):
            summary = found.reply.title or f"quick reply of {found.among.name}"
            yield Command(
                found.reply.label,
                clean_line(summary, _SUMMARY),
                _Running(found.name),
                example=f"/{found.reply.label}",
                returns="its result",
                takes_any_name=True,
                runs=True,
            )


class _Running:
    """The handler of such a command: finds the reply as it is by then."""

    def __init__(self, name: str) -> None:
        self._name = name

    async def __call__(self, context: Context, arguments: Arguments) -> Value:
        found = await named(context, self._name, 0)
        return await run_reply(context, found, arguments.extra)
