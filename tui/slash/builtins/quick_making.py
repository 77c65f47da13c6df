"""Commands that make, change, delete and show quick replies."""

from __future__ import annotations

import json
from dataclasses import replace

from tui.domain.errors import CommandError
from tui.domain.quick_reply import Found, QuickReply
from tui.domain.safetext import clean, clean_line
from tui.services.quick_replies import OWN
from tui.slash.arguments import Arguments
from tui.slash.builtins import quick_parameters as takes
from tui.slash.command import Command
from tui.slash.context import Context
from tui.slash.fuzzy import did_you_mean
from tui.slash.quick import set_of, there_are
from tui.slash.scope import Bound


async def _reply(context: Context, arguments: Arguments) -> Found:
    """The reply that is meant, by label or SillyTavern's id."""
    label, wanted_id = arguments.text("label").strip(), arguments.number("id")
    quick = context.services.quick_replies
    if arguments.text("set").strip():
        among = await set_of(context, arguments)
        for each in among.replies:
            if each.label == label or (
                wanted_id is not None and each.foreign.get("id") == wanted_id
            ):
                return Found(among, each)
        labels = [each.label for each in among.replies]
        raise CommandError(
            f"{clean_line(among.name, 40)} has no quick reply {clean_line(label, 40)!r}",
            hint=did_you_mean(label, labels) or there_are(labels),
            column=arguments.column("label"),
        )
    found = await quick.find(label)
    if found is None:
        raise CommandError(
            f"there is no quick reply {clean_line(label, 40)!r}" if label else "label= is missing",
            hint="/qr-list shows those there are",
            column=arguments.column("label"),
        )
    return found


async def get(context: Context, arguments: Arguments) -> str:
    """Give all that is known of a reply."""
    found = await _reply(context, arguments)
    reply = found.reply
    facts = {
        **reply.foreign,
        "set": found.among.name,
        "label": reply.label,
        "title": reply.title,
        "message": reply.script,
        "isHidden": reply.hidden,
        "bar": reply.bar,
    }
    return json.dumps(facts, ensure_ascii=False)


def _script(arguments: Arguments) -> str:
    value = arguments.value("script")
    if isinstance(value, Bound):
        return clean(value.closure.source)
    text = clean(arguments.text("script"))
    if "[Closure]" in text:
        raise CommandError(
            "a closure within text is not kept",
            hint="put the whole script into {: … :}",
            column=arguments.column("script"),
        )
    return text


def _changed(old: QuickReply, arguments: Arguments, label: str) -> QuickReply:
    title = clean_line(arguments.text("title"), 300).strip()
    foreign = dict(old.foreign)
    if label != old.label:
        foreign.pop("label", None)  # SillyTavern's own, where it could not be a name here
    return replace(
        old,
        label=label,
        foreign=foreign,
        script=_script(arguments) if arguments.given("script") else old.script,
        title=title if arguments.given("title") else old.title,
        hidden=arguments.flag("hidden") if arguments.given("hidden") else old.hidden,
        bar=arguments.flag("bar") if arguments.given("bar") else old.bar,
    )


def _label(text: str) -> str:
    return clean_line(text, 80).strip()


async def create(context: Context, arguments: Arguments) -> str:
    """Make a reply."""
    label = _label(arguments.text("label"))
    if not arguments.given("script"):
        raise CommandError("what it does is missing", hint="a closure {: … :}, or text")
    made = _changed(QuickReply(label, ""), arguments, label)
    name = arguments.text("set").strip() or OWN
    await context.services.quick_replies.put(name, made)
    context.front.sync()
    return label


async def update(context: Context, arguments: Arguments) -> None:
    """Change a reply."""
    found = await _reply(context, arguments)
    label = _label(arguments.text("newlabel")) or found.reply.label
    new = _changed(found.reply, arguments, label)
    await context.services.quick_replies.put(found.among.name, new, found.reply.label)
    context.front.sync()


async def delete(context: Context, arguments: Arguments) -> None:
    """Delete a reply, and say how it was, so that it can be made again."""
    found = await _reply(context, arguments)
    await context.services.quick_replies.delete(found)
    context.front.sync()
    context.front.note(f"{clean_line(found.name, 60)} was deleted. It was: {found.reply.script}")


def commands() -> tuple[Command, ...]:
    """The commands of this family."""
    return (
        Command(
            "qr-create",
            "make a quick reply: a script or a text with a name",
            create,
            (takes.IN_SET, takes.NEW, *takes.LOOKS, takes.SCRIPT),
            example="/qr-create label=hello {: /send Hello! | /trigger :}",
            returns="its label",
        ),
        Command(
            "qr-update",
            "change a quick reply",
            update,
            (takes.IN_SET, takes.LABEL, takes.ID, takes.NEW_LABEL, *takes.LOOKS, takes.SCRIPT),
            example="/qr-update label=hello newlabel=hi",
        ),
        Command(
            "qr-delete",
            "delete a quick reply",
            delete,
            (takes.IN_SET, takes.LABEL, takes.ID, takes.WHICH),
            example="/qr-delete hello",
        ),
        Command(
            "qr-get",
            "give all that is known of a quick reply",
            get,
            (takes.IN_SET, takes.LABEL, takes.ID, takes.WHICH),
            example="/qr-get label=hello | /echo",
            returns="an object: set, label, title, message and more",
        ),
    )
