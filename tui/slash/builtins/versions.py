"""Commands about the versions of replies, and about what the model gets of the chat."""

from __future__ import annotations

from tui.services import message_edits, swipes
from tui.slash.arguments import Arguments, Parameter
from tui.slash.builtins.imagine import another
from tui.slash.command import Command
from tui.slash.context import Context

_WHICH = Parameter("N", "the message's number, or several as 2-5; the last one if left out")
_NAME = Parameter("name", "only those of whoever is called so", named=True)


async def swipe(context: Context, arguments: Arguments) -> None:
    """Show another version of a reply; behind the last one a new one is generated."""
    session, number = context.session, arguments.number("mesId")
    index = None if number is None else context.position(number, arguments.column("mesId"))
    left = arguments.text("direction") == "left"
    if await swipes.swipe(session, "left" if left else "right", index):
        context.front.sync()
    else:
        context.must_be_shown()
        await another(context)


async def add_swipe(context: Context, arguments: Arguments) -> str:
    """Give the last reply a version of one's own."""
    switch = arguments.flag("switch")
    added = await swipes.add_swipe(context.session, arguments.text("text"), switch=switch)
    context.front.sync()
    return str(added)


async def delete_swipe(context: Context, arguments: Arguments) -> str:
    """Take a version of the last reply away."""
    shown = await swipes.delete_swipe(context.session, arguments.number("N"))
    context.front.sync()
    context.front.note("a version was deleted: /undo brings it back")
    return str(shown)


async def hide(context: Context, arguments: Arguments) -> None:
    """Keep messages from the model."""
    await _hide(context, arguments, hidden=True)


async def unhide(context: Context, arguments: Arguments) -> None:
    """Let the model have messages again."""
    await _hide(context, arguments, hidden=False)


async def _hide(context: Context, arguments: Arguments, *, hidden: bool) -> None:
    session, typed = context.session, arguments.text("N")
    focused = context.focused()
    chosen = typed or ("last" if focused is None else str(focused))
    indices = list(message_edits.read_range(chosen, len(session)))
    name = arguments.text("name").strip().casefold()
    if name:
        indices = [at for at in indices if session.message(at).name.casefold() == name]
    count = await message_edits.hide(session, indices, hidden=hidden)
    context.front.sync()
    which = f"#{indices[0]}" if len(indices) == 1 else f"{count} messages"
    done = "hidden from the model" if hidden else "sent to the model again"
    if not count:
        context.front.note("nothing changed: no such message is there, or it was so before")
    else:
        verb = "are" if count > 1 else "is"
        context.front.note(f"{which} {verb} {done}: /undo takes it back")


def commands() -> tuple[Command, ...]:
    """The commands of this family."""
    direction = Parameter(
        "direction",
        "where to go; right of the last version a new one is generated",
        "choice",
        ("right", "left"),
        named=True,
    )
    message = Parameter("mesId", "the reply; the last one if left out", "message", named=True)
    switch = Parameter("switch", "show it at once", "switch", named=True)
    text = Parameter("text", "the words of the version", rest=True, required=True)
    number = Parameter("N", "which version, counted from 1; the shown one if left out", "number")
    return (
        Command(
            "swipe",
            "show another version of a reply, or get one",
            swipe,
            (direction, message),
            example="/swipe direction=left",
        ),
        Command(
            "addswipe",
            "add a version to the last reply",
            add_swipe,
            (switch, text),
            example="/addswipe Or rather: no.",
            returns="its number, from 0",
        ),
        Command(
            "delswipe",
            "delete a version of the last reply",
            delete_swipe,
            (number,),
            example="/delswipe 2",
            returns="which one is shown then, from 0",
        ),
        Command("hide", "keep messages from the model", hide, (_WHICH, _NAME), example="/hide 2-5"),
        Command(
            "unhide",
            "let the model have hidden messages again",
            unhide,
            (_WHICH, _NAME),
            example="/unhide 2-5",
        ),
    )
