"""Help, the palette and the way out."""

from __future__ import annotations

from tui.slash.arguments import Arguments, Parameter
from tui.slash.command import Command, Registry
from tui.slash.context import Context


def describe(command: Command) -> str:
    """A command's help: how it is typed, what it does, what it takes."""
    lines = [command.usage, command.summary]
    lines.extend(
        f"  {each.name}{'=' if each.named else ''}  {each.summary}" for each in command.parameters
    )
    if command.aliases:
        lines.append("also: " + ", ".join(f"/{alias}" for alias in command.aliases))
    return "\n".join(lines)


class _Help:
    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    async def help(self, context: Context, arguments: Arguments) -> str:
        """Explain a command, or open the help screen."""
        name = arguments.text("command").removeprefix("/")
        if not name:
            await context.front.show("help")
            return ""
        text = describe(self._registry.find(name, arguments.column("command")))
        context.front.note(text)
        return text


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
    name = Parameter("command", "the command to explain", "command")
    return (
        Command(
            "help",
            "explain a command, or show keys and commands",
            _Help(registry).help,
            (name,),
            aliases=("?",),
        ),
        Command("sources", "which caption source for whom, step by step", sources),
        Command("macros", "what {{user}}, {{random::a::b}} and the like stand for", macros),
        Command("palette", "everything that can be done, to search in", palette),
        Command("quit", "leave Salon; everything is saved", leave, aliases=("exit", "q")),
    )
