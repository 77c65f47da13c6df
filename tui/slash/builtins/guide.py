"""Help, the palette and the way out."""

from __future__ import annotations

from tui.slash.arguments import Arguments, Parameter
from tui.slash.command import Command, Registry
from tui.slash.context import Context
from tui.slash.explaining import describe, fitting


class _Help:
    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    async def help(self, context: Context, arguments: Arguments) -> str:
        """Explain a command, list those that fit some words, or open the help screen."""
        words = arguments.text("command").strip().removeprefix("/")
        if not words:
            await context.front.show("help")
            return ""
        text = self._explained(words, arguments.column("command"))
        context.front.note(text)
        return text

    def _explained(self, words: str, column: int) -> str:
        command = self._registry.get(words)
        found = [] if command else fitting(words, self._registry)
        if found:
            return "\n".join(f"/{each.name}: {each.summary}" for each in found)
        return describe(command or self._registry.find(words, column))


async def palette(context: Context, _arguments: Arguments) -> None:
    """Open the list of everything that can be done."""
    await context.front.show("palette")


async def sources(context: Context, _arguments: Arguments) -> None:
    """Show the guide to caption sources."""
    await context.front.show("sources")


async def macros(context: Context, _arguments: Arguments) -> None:
    """Show the guide to macros."""
    await context.front.show("macros")


async def leave(context: Context, _arguments: Arguments) -> None:
    """Leave Salon."""
    context.front.quit()


def commands(registry: Registry) -> tuple[Command, ...]:
    """The commands of this family.

    Args:
        registry: The commands that help can explain.
    """
    name = Parameter(
        "command", "the command to explain, or words to look for", "command", rest=True
    )
    return (
        Command(
            "help",
            "explain a command, find some by words, or show keys and commands",
            _Help(registry).help,
            (name,),
            aliases=("?",),
            example="/help caption",
            returns="what was shown",
        ),
        Command(
            "sources", "which caption source for whom, step by step", sources, example="/sources"
        ),
        Command(
            "palette", "everything that can be done, to search in", palette, example="/palette"
        ),
        Command(
            "quit",
            "leave Salon; everything is saved",
            leave,
            aliases=("exit", "q"),
            example="/quit",
        ),
        Command(
            "macros",
            "what {{user}}, {{random::a::b}} and the like stand for",
            macros,
            example="/macros",
        ),
    )
