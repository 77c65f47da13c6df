"""Commands about quick replies: using, listing, showing, importing them."""

from __future__ import annotations

import json
from dataclasses import replace

from tui.domain.errors import CommandError, ConfigError
from tui.domain.quick_reply import QuickReplySet
from tui.domain.safetext import clean_line
from tui.slash.arguments import Arguments, Parameter
from tui.slash.builtins import quick_making
from tui.slash.builtins import quick_parameters as takes
from tui.slash.command import Command
from tui.slash.context import Context
from tui.slash.picture_path import path_of
from tui.slash.quick import named, press, set_of, there_are
from tui.slash.scope import Value

_MOST_NOTED = 60


async def use(context: Context, arguments: Arguments) -> Value:
    """Do what a click on a button does."""
    wanted, column = arguments.text("reply").strip(), arguments.column("reply")
    if not wanted.isdecimal():
        return await press(context, await named(context, wanted, column))
    buttons = await context.services.quick_replies.buttons()
    if int(wanted) >= len(buttons):
        hint = f"they go from 0 to {len(buttons) - 1}" if buttons else "/qr-set-on shows a set's"
        raise CommandError(f"there is no button {wanted}", hint=hint, column=column)
    return await press(context, buttons[int(wanted)])


async def set_default(context: Context, arguments: Arguments) -> None:
    """Give an argument a value for when it was not given."""
    scope, key = context.frame.scope, arguments.text("key")
    if not scope.has_argument(key):
        scope.given = {**scope.given, key: arguments.value("value") or ""}


# Sets


async def toggle(context: Context, arguments: Arguments) -> None:
    """Show a set's buttons, or hide them."""
    wanted = await set_of(context, arguments)
    await _show(context, wanted, not await context.services.quick_replies.is_shown(wanted))


async def show(context: Context, arguments: Arguments) -> None:
    """Show a set's buttons."""
    await _show(context, await set_of(context, arguments), arguments.flag("visible"))


async def hide(context: Context, arguments: Arguments) -> None:
    """Hide a set's buttons."""
    await _show(context, await set_of(context, arguments), on=False)


async def _show(context: Context, wanted: QuickReplySet, on: bool) -> None:
    await context.services.quick_replies.show(wanted, on)
    context.front.sync()


async def list_sets(context: Context, arguments: Arguments) -> str:
    """Give the names of the sets."""
    quick = context.services.quick_replies
    sets = list(await quick.sets())
    if arguments.text("source") == "global":
        sets = [each for each in sets if await quick.is_shown(each)]
    return json.dumps([each.name for each in sets], ensure_ascii=False)


async def list_replies(context: Context, arguments: Arguments) -> str:
    """Give the labels of a set's replies; without a set show everything there is."""
    quick = context.services.quick_replies
    if arguments.text("set").strip():
        labels = [each.label for each in (await set_of(context, arguments)).replies]
        return json.dumps(labels, ensure_ascii=False)
    lines = []
    for each in await quick.sets():
        shown = "" if await quick.is_shown(each) else " (not shown)"
        listed = ", ".join(clean_line(reply.label, 40) for reply in each.replies[:_MOST_NOTED])
        more = f" and {left} more" if (left := len(each.replies) - _MOST_NOTED) > 0 else ""
        lines.append(f"{clean_line(each.name, 60)}{shown}: {listed}{more}")
    for line in (*lines, *quick.problems) or (there_are([]),):
        context.front.note(line)
    return json.dumps([each.name for each in quick.known], ensure_ascii=False)


async def take_in(context: Context, arguments: Arguments) -> str:
    """Import a set that SillyTavern exported."""
    try:
        taken = await context.services.quick_replies.take_in(path_of(arguments.text("FILE")))
    except ConfigError as error:  # a path that was mistyped, most likely: it can be mended
        column = arguments.column("FILE")
        raise CommandError(error.message, hint=error.hint, column=column) from error
    context.front.sync()
    count = len(taken.replies)
    replies = "1 quick reply" if count == 1 else f"{count} quick replies"
    context.front.note(
        f"imported {clean_line(taken.name, 60)}: {replies}. Each script asks before its first run,"
        " and none runs by itself"
    )
    return taken.name


def commands() -> tuple[Command, ...]:
    """The commands of this family."""
    return (*_using(), *_showing(), *quick_making.commands())


def _using() -> tuple[Command, ...]:
    return (
        Command(
            "qr",
            "do what a quick reply's button does",
            use,
            (takes.BUTTON,),
            example="/qr 0",
            returns="its result",
            runs=True,
        ),
        Command(
            "qr-arg",
            "in a quick reply: the value of an argument that was not given",
            set_default,
            (takes.KEY, takes.VALUE),
            example="/qr-arg name you | /echo hello {{arg::name}}",
        ),
        Command(
            "qr-import",
            "take over a set of quick replies that SillyTavern exported",
            take_in,
            (Parameter("FILE", "its JSON file", "path", rest=True, required=True),),
            example="/qr-import travel.json",
            returns="the set's name",
        ),
    )


def _showing() -> tuple[Command, ...]:
    one = (takes.SET,)
    visible = (takes.VISIBLE, takes.SET)
    return (
        Command(
            "qr-set",
            "show a set of quick replies as buttons, or hide them",
            toggle,
            visible,
            aliases=("qrset",),
            example="/qr-set My replies",
        ),
        Command(
            "qr-set-on",
            "show a set of quick replies as buttons",
            show,
            visible,
            example="/qr-set-on My replies",
        ),
        Command(
            "qr-set-off",
            "hide the buttons of a set of quick replies",
            hide,
            one,
            example="/qr-set-off My replies",
        ),
        Command(
            "qr-set-list",
            "list the sets of quick replies",
            list_sets,
            (takes.SOURCE,),
            example="/qr-set-list | /echo",
            returns="a list of names",
        ),
        Command(
            "qr-list",
            "list the quick replies of a set, or show all there are",
            list_replies,
            (replace(takes.SET, required=False),),
            example="/qr-list My replies",
            returns="a list of labels",
        ),
    )
