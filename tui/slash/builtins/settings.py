"""Commands about settings and looks."""

from __future__ import annotations

from typing import get_args

from tui.domain.errors import CommandError
from tui.domain.safetext import clean_line
from tui.domain.settings import Images
from tui.slash.arguments import Arguments, Parameter
from tui.slash.command import Command
from tui.slash.context import Context
from tui.slash.front import ScreenName
from tui.slash.fuzzy import did_you_mean
from tui.slash.setting_path import current, parse_value

_SHOWN = 200


async def settings(context: Context, arguments: Arguments) -> None:
    """Open the settings, at their beginning or at one of their parts."""
    parts: dict[str, ScreenName] = {
        "captioning": "caption_settings",
        "imagine": "imagine_settings",
    }
    await context.front.show(parts.get(arguments.text("part"), "settings"))


async def extensions(context: Context, _arguments: Arguments) -> None:
    """Open the extensions menu."""
    await context.front.show("extensions")


async def set_value(context: Context, arguments: Arguments) -> str:
    """Change one setting, or show it."""
    service = context.services.settings
    path, column = arguments.text("path"), arguments.column("path")
    if "value" in arguments.values:
        value = parse_value(service.current, path, arguments.text("value"), column)
        await context.front.settings_changed(await service.change(path, value))
    shown = _shown(current(service.current, path, column))
    context.front.note(f"{path}: {shown} ({service.origin(path)})")
    return shown


def _shown(value: object) -> str:
    if value is None or value == "":
        return "empty"
    if isinstance(value, bool):
        return str(value).lower()
    return clean_line(str(value), _SHOWN)


async def theme(context: Context, arguments: Arguments) -> None:
    """Choose the colours."""
    wanted = arguments.text("NAME").strip()
    if not wanted:
        await context.front.show("themes")
        return
    names = list(context.front.themes())
    name = next((each for each in names if each.casefold() == wanted.casefold()), "")
    if not name:
        raise CommandError(
            f"there is no theme {clean_line(wanted, 40)!r}",
            hint=did_you_mean(wanted, names) or "there are: " + ", ".join(names),
            column=arguments.column("NAME"),
        )
    await context.front.settings_changed(await context.services.settings.change("ui.theme", name))


async def images(context: Context, arguments: Arguments) -> None:
    """Choose how pictures are shown."""
    service = context.services.settings
    if mode := arguments.text("mode"):
        await context.front.settings_changed(await service.change("ui.images", mode))
    mode = service.current.ui.images
    how = "" if mode == "off" else f", drawn in {context.front.drawing()}"
    context.front.note(f"pictures: {mode}{how}")


def commands() -> tuple[Command, ...]:
    """The commands of this family."""
    return (
        Command(
            "settings",
            "open the settings",
            settings,
            (Parameter("part", "where to begin", "choice", ("captioning", "imagine")),),
            aliases=("config",),
            example="/settings captioning",
        ),
        Command("extensions", "open the extensions menu", extensions, example="/extensions"),
        Command(
            "set",
            "change a setting, or show it",
            set_value,
            (
                Parameter(
                    "path", "the setting's path, e.g. captioning.prompt", "setting", required=True
                ),
                Parameter("value", "the new value; none empties it", rest=True),
            ),
            example="/set captioning.source describe",
            returns="the setting's value",
        ),
        Command(
            "theme",
            "choose the colours",
            theme,
            (Parameter("NAME", "the theme's name", "theme", rest=True),),
            aliases=("themes",),
            example="/theme paper",
        ),
        Command(
            "images",
            "how pictures are drawn: in pixels, half blocks or not at all",
            images,
            (Parameter("mode", ", ".join(get_args(Images)), "choice", get_args(Images)),),
            example="/images blocks",
        ),
    )
