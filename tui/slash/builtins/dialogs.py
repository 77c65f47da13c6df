"""Commands that show something, or ask."""

from __future__ import annotations

import json
from typing import get_args

from tui.domain.plain_html import plain_html
from tui.domain.safetext import clean, clean_line
from tui.services.dialogs import (
    Choice,
    ChoiceQuestion,
    Ending,
    Notice,
    Page,
    Severity,
    TextQuestion,
)
from tui.slash.arguments import Arguments, Parameter
from tui.slash.command import Command
from tui.slash.context import Context
from tui.slash.scope import Value

_SEVERITIES: tuple[Severity, ...] = get_args(Severity)
_SECONDS = 4.0
_STAYS = 24 * 60 * 60.0
"""Seconds of a notice that is not to go away."""
_RESULTS: dict[Ending, str] = {"ok": "1", "cancel": "0", "dismissed": ""}


async def echo(context: Context, arguments: Arguments) -> str:
    """Show a notice."""
    text = arguments.text("text")
    if not text.strip():
        return text
    given = arguments.text("severity").strip().casefold()
    severity = next((each for each in _SEVERITIES if each == given), None)
    if severity is None:
        context.front.note(
            f"/echo has no severity {clean_line(given, 40)!r}: info was taken; there are "
            + ", ".join(_SEVERITIES)
        )
    milliseconds = arguments.number("timeout")
    seconds = _SECONDS if milliseconds is None or milliseconds < 0 else milliseconds / 1000
    # What is written with tags on purpose says so; else a tag is a text like any other.
    shown = clean(text) if arguments.flag("escapeHtml") else plain_html(text)
    notice = Notice(
        shown,
        clean_line(arguments.text("title")),
        severity or "info",
        min(seconds or _STAYS, _STAYS),
        arguments.flag("preventDuplicates"),
    )
    await context.interaction.tell(notice, wait=arguments.flag("awaitDismissal"))
    return text


async def ask(context: Context, arguments: Arguments) -> str:
    """Ask for a text."""
    rows = arguments.number("rows")
    question = TextQuestion(
        plain_html(arguments.text("question")),
        clean(arguments.text("default")),
        clean_line(arguments.text("placeholder")),
        clean_line(plain_html(arguments.text("tooltip"))),
        clean_line(arguments.text("okButton")),
        max(1, 4 if rows is None else rows),
        arguments.flag("wide"),
        arguments.flag("large"),
    )
    answer = await context.interaction.ask_text(question)
    closure = arguments.closure("onCancel" if answer is None else "onSuccess")
    if closure is not None:
        context.frame.scope.pipe = answer or ""
        await context.frame.run(closure)
    return answer or ""


async def popup(context: Context, arguments: Arguments) -> str:
    """Show a text until it is closed."""
    text = arguments.text("text")
    page = Page(
        plain_html(text),
        clean_line(plain_html(arguments.text("header"))),
        clean_line(plain_html(arguments.text("tooltip"))),
        clean_line(arguments.text("okButton")),
        clean_line(arguments.text("cancelButton")),
        arguments.flag("wide") or arguments.flag("wider"),
        arguments.flag("large"),
    )
    ending = await context.interaction.show(page)
    return _RESULTS[ending] if arguments.flag("result") else text


async def buttons(context: Context, arguments: Arguments) -> str:
    """Let one of several labels be chosen, or some of them."""
    several = arguments.flag("multiple")
    typed = arguments.text("labels")
    labels = read_labels(typed)
    if not labels:
        labels = read_labels(context.variable(typed.strip()) or "")
    if not labels:
        context.front.note(
            f"/buttons shows nothing: labels={clean_line(typed, 40)} is neither a list, such as "
            '["yes","no"], nor a variable with one'
        )
        return ""
    question = ChoiceQuestion(plain_html(arguments.text("question")), labels, several)
    chosen = await context.interaction.ask_choice(question)
    names = [labels[at].label for at in chosen or ()]
    if several:
        return json.dumps(names, ensure_ascii=False, separators=(",", ":"))
    return names[0] if names else ""


def read_labels(text: str) -> tuple[Choice, ...]:
    """The labels of a JSON list of texts or of objects with `text` and `tooltip`; else none."""
    try:
        items = json.loads(text)
    except (ValueError, RecursionError):
        return ()
    if not isinstance(items, list):
        return ()
    labels: list[Choice] = []
    for item in items:
        if isinstance(item, dict):
            label, tooltip = item.get("text", ""), item.get("tooltip", "")
        else:
            label, tooltip = item, ""
        if not isinstance(label, str | int | float) or isinstance(label, bool) or label == "":
            return ()
        labels.append(Choice(clean(str(label)), clean_line(plain_html(str(tooltip or "")))))
    return tuple(labels)


async def beep(context: Context, _arguments: Arguments) -> None:
    """Let the bell sound."""
    context.interaction.beep()


async def set_input(context: Context, arguments: Arguments) -> Value:
    """Replace what stands in the prompt."""
    text = clean(arguments.text("text"))
    context.front.set_draft(text)
    return text


async def clipboard_get(context: Context, _arguments: Arguments) -> str:
    """Read a text from the clipboard."""
    clipping = await context.services.intake.clipboard()
    return clean(clipping.text)


async def clipboard_set(context: Context, arguments: Arguments) -> None:
    """Put a text on the clipboard."""
    await context.front.copy(arguments.text("text"))


def commands() -> tuple[Command, ...]:
    """The commands of this family."""
    return (_echo(), _input(), _popup(), _buttons(), *_desk())


def _ignored(*names: str) -> tuple[Parameter, ...]:
    return tuple(Parameter(name, "a browser's matter: ignored", named=True) for name in names)


def _switch(name: str, summary: str, default: str = "false") -> Parameter:
    return Parameter(name, summary, "switch", named=True, default=default)


_RAW = _switch("raw", "false: a quoted beginning loses its quotes", "true")
_SIZES = (
    _switch("wide", "a wider window"),
    _switch("large", "as large as the screen allows"),
)


def _echo() -> Command:
    return Command(
        "echo",
        "show a notice",
        echo,
        (
            Parameter("title", "a line above it", named=True),
            Parameter("severity", "its colour", choices=_SEVERITIES, named=True, default="info"),
            Parameter("timeout", "milliseconds; 0: it stays until a click", "number", named=True),
            _switch("preventDuplicates", "not again while the same words are shown"),
            _switch("awaitDismissal", "go on only when it is gone"),
            _switch("escapeHtml", "show tags as typed; false leaves them out", "true"),
            _RAW,
            *_ignored("extendedTimeout", "cssClass", "color"),
            Parameter("onClick", "ignored: a notice only closes", "closure", named=True),
            Parameter("text", "what it says", rest=True, verbatim=True),
        ),
        example="/echo severity=success title=Done All pictures have captions",
        returns="the text",
    )


def _input() -> Command:
    return Command(
        "input",
        "ask for a text",
        ask,
        (
            Parameter("default", "what stands in the box", named=True),
            Parameter("placeholder", "shown while the box is empty", named=True),
            Parameter("okButton", "the word for Enter", named=True, default="OK"),
            Parameter("rows", "lines of the box", "number", named=True, default="4"),
            Parameter("tooltip", "a line below the box", named=True),
            *_SIZES,
            Parameter(
                "onSuccess",
                "run with the text as {{pipe}}",
                "closure",
                named=True,
            ),
            Parameter("onCancel", "run when it was cancelled", "closure", named=True),
            Parameter("question", "what is asked", rest=True),
        ),
        aliases=("prompt",),
        example='/input default="a castle" What shall be drawn? | /echo {{pipe}}',
        returns="the text; nothing when it was cancelled",
    )


def _popup() -> Command:
    return Command(
        "popup",
        "show a text until it is closed",
        popup,
        (
            Parameter("header", "a title", named=True),
            Parameter("okButton", "the word for Enter", named=True, default="OK"),
            Parameter("cancelButton", "a second button", named=True),
            Parameter("tooltip", "a line below the text", named=True),
            *_SIZES,
            _switch("wider", "the same as wide"),
            _switch("result", "give how it was closed instead of the text"),
            *_ignored("scroll", "transparent"),
            Parameter("text", "what it says", rest=True),
        ),
        example="/popup result=true cancelButton=No Shall the pictures be sent?",
        returns="the text; with result=true 1, 0 for the second button, nothing for Esc",
    )


def _buttons() -> Command:
    return Command(
        "buttons",
        "let one of several labels be chosen",
        buttons,
        (
            Parameter(
                "labels",
                "a JSON list of texts, or of objects with text and tooltip, or a variable's name",
                "variable",
                named=True,
                required=True,
            ),
            _switch("multiple", "several can be chosen"),
            Parameter("question", "what is asked", rest=True),
        ),
        example='/buttons labels=["short","detailed"] What kind of caption? | /echo {{pipe}}',
        returns="the label, nothing when cancelled; with multiple=true a JSON list",
    )


def _desk() -> tuple[Command, ...]:
    return (
        Command(
            "setinput",
            "put a text into the prompt",
            set_input,
            (Parameter("text", "the text", rest=True),),
            example="/setinput Look at this:",
            returns="the text",
        ),
        Command(
            "clipboard-get",
            "read a text from the clipboard",
            clipboard_get,
            example="/clipboard-get | /setinput",
            returns="the text; nothing when something else was copied",
        ),
        Command(
            "clipboard-set",
            "put a text on the clipboard",
            clipboard_set,
            (Parameter("text", "the text", rest=True, verbatim=True, required=True),),
            example="/clipboard-set hello",
        ),
        Command("beep", "let the terminal's bell sound", beep, example="/delay 5000 | /beep"),
    )
