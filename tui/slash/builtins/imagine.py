"""Commands that make pictures."""

from __future__ import annotations

from typing import cast, get_args

from tui.domain.errors import AppError, CommandError
from tui.domain.imagine_modes import TRIGGERS
from tui.domain.imagine_request import ImagineRequest, read_recipe
from tui.domain.imagine_settings import Processing
from tui.domain.safetext import clean_line
from tui.services.imagine_delivery import Imagined
from tui.services.picture_ids import Found, find, pictures
from tui.slash.arguments import Arguments, Parameter
from tui.slash.command import Command
from tui.slash.context import Context

_EXTRA = ("skip", "vae", "upscaler", "hires", "scale", "denoise", "2ndpass", "faces")
"""Passed on as typed to services that know them."""


async def imagine(context: Context, arguments: Arguments) -> str:
    """Make a picture and give its id, or with `quiet` where its file is."""
    request = _request(arguments)
    if not request.text.strip():
        # Behind a command that had nothing to say no picture is wanted.
        asks = not arguments.given("prompt") and context.frame.scope.pipe is None
        wanted = await context.interaction.imagining.ask(request) if asks else None
        if wanted is None:
            return ""
        request = wanted
    done = await context.services.imagining.imagine(request, context.interaction, context.session)
    if done is None:
        return ""
    _tell(context, done)
    return done.ref or done.path


async def again(context: Context, arguments: Arguments) -> str:
    """Make a picture once more, with another seed, and give its id."""
    found = _made(context, arguments.number("imgN"))
    done = await context.services.imagining.again(found, context.session, context.interaction)
    _tell(context, done)
    return done.ref


async def another(context: Context) -> None:
    """Another version of what was said last: a picture where it is one, else a reply."""
    at = context.session.last_said()
    pictures_of_it = () if at is None else context.session.message(at).attachments
    made = [place for place, each in enumerate(pictures_of_it) if read_recipe(each.recipe)]
    if not made:
        await context.front.regenerate()
        return
    found = Found(pictures_of_it[made[-1]], at, made[-1])
    service = context.services.imagining
    _tell(context, await service.again(found, context.session, context.interaction))


def _tell(context: Context, done: Imagined) -> None:
    if not done.ref:
        context.front.note(f"{done.label}: {done.path}")
    elif context.front.shows(context.session):
        context.front.sync()
    else:
        title = clean_line(context.session.chat.title, 40) or "without a name"
        context.front.note(f"the picture is ready, in the chat that it was made for: {title}")


def _made(context: Context, number: int | None) -> Found:
    """The picture that is meant: by its id, of the focused message, or the last one made."""
    session = context.session
    if number is not None:
        return find(number, session, context.waiting())
    focused = context.focused()
    if focused is not None:
        attachments = session.message(focused).attachments
        places = [at for at, each in enumerate(attachments) if read_recipe(each.recipe)]
        if places:
            return Found(attachments[places[-1]], focused, places[-1])
    for found in pictures(session, ()):
        if read_recipe(found.picture.recipe):
            return found
    raise AppError("no picture of this chat was made by /imagine", hint="/imagine makes one")


def _request(arguments: Arguments) -> ImagineRequest:
    given = {each for each in _EXTRA if each in arguments.values}
    extra = tuple((name, arguments.text(name)) for name in _EXTRA if name in given)
    return ImagineRequest(
        text=arguments.text("prompt"),
        quiet=arguments.flag("quiet"),
        connection=arguments.text("connection"),
        model=arguments.text("model"),
        negative=arguments.text("negative"),
        width=arguments.number("width"),
        height=arguments.number("height"),
        steps=arguments.number("steps"),
        cfg=_decimal(arguments, "cfg"),
        seed=_seed(arguments),
        sampler=arguments.text("sampler"),
        scheduler=arguments.text("scheduler"),
        extend=_switch(arguments, "extend"),
        edit=_switch(arguments, "edit"),
        processing=cast("Processing", arguments.text("processing")) or None,
        extra=extra,
    )


def _switch(arguments: Arguments, name: str) -> bool | None:
    return arguments.flag(name) if name in arguments.values else None


def _decimal(arguments: Arguments, name: str) -> float | None:
    return float(arguments.text(name)) if name in arguments.values else None


def _seed(arguments: Arguments) -> int | None:
    """The seed; servers count further than the numbers of messages go."""
    typed = arguments.text("seed").strip()
    if not typed:
        return None
    try:
        return int(typed)
    except ValueError:
        raise CommandError(
            f"seed= cannot be {clean_line(typed, 40)!r}",
            hint="it can be a whole number, -1 for any",
            column=arguments.column("seed"),
        ) from None


def _named(name: str, summary: str, kind: str = "text", default: str = "") -> Parameter:
    return Parameter(name, summary, kind, named=True, default=default)  # type: ignore[arg-type]


_OF_IMAGINE = (
    _named("quiet", "put nothing into the chat, give the path of the file", "switch"),
    _named("connection", "who makes it", "painter"),
    _named("model", "another model than the one of the settings", "picture_model"),
    _named("negative", "what shall not be on it", "text"),
    _named("width", "pixels", "number"),
    _named("height", "pixels", "number"),
    _named("steps", "steps of the sampler", "number"),
    _named("cfg", "how closely the prompt is followed", "decimal"),
    _named("seed", "the same seed makes the same picture; -1: any", "text"),
    _named("sampler", "as the server calls it"),
    _named("scheduler", "as the server calls it"),
    _named("extend", "let the model that chats work out your words", "switch"),
    _named("edit", "look over a prompt that the model wrote", "switch"),
    Parameter(
        "processing",
        "what is tidied in such a prompt",
        "choice",
        get_args(Processing),
        named=True,
    ),
    _named("vae", "as the server calls it"),
    _named("skip", "layers of the text model to skip", "number"),
    _named("hires", "make it larger in a second pass", "switch"),
    _named("upscaler", "what enlarges it, as the server calls it"),
    _named("scale", "how much larger", "decimal"),
    _named("denoise", "how much the second pass may change", "decimal"),
    _named("2ndpass", "steps of the second pass", "number"),
    _named("faces", "mend faces", "switch"),
    _named("multimodal", "means nothing here: characters have no pictures", "switch"),
    _named("gallery", "means nothing here: /gallery shows all pictures", "switch"),
    _named("snap", "means nothing here", "switch"),
)


def commands() -> tuple[Command, ...]:
    """The commands of this family."""
    modes = ", ".join(TRIGGERS)
    return (
        Command(
            "imagine",
            "make a picture and put it into the chat",
            imagine,
            (
                *_OF_IMAGINE,
                Parameter(
                    "prompt",
                    f"what is on it, or one of {modes}; without it you are asked",
                    choices=TRIGGERS,
                    rest=True,
                ),
            ),
            aliases=("sd", "img", "image"),
            example="/imagine width=768 a lighthouse in a storm, oil painting",
            returns="the picture's id, such as img7; with quiet=true the path of its file",
        ),
        Command(
            "imagine-again",
            "make a picture once more with another seed, beside the first",
            again,
            (Parameter("imgN", "which one; else the focused message's, or the last", "picture"),),
            aliases=("imagine-more",),
            example="/imagine-again img3",
            returns="the new picture's id",
        ),
    )
