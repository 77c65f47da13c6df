"""Runs what was typed, or a script from a file: parsed and checked whole, then executed."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from tui.domain.errors import AppError, CommandError
from tui.slash.checking import check
from tui.slash.command import Registry
from tui.slash.context import Aborted, Context
from tui.slash.executor import Executor, Limits, Watch
from tui.slash.keeper import ChatKeeper
from tui.slash.parser import parse
from tui.slash.scope import Scope, Value
from tui.slash.syntax import Script


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a script ended."""

    value: Value | None
    """The last command's result; None: it was aborted."""
    aborted: Aborted | None = None

    @property
    def text(self) -> str:
        """The result as text."""
        return "" if self.value is None else str(self.value)


def read(text: str, registry: Registry, *, strict: bool = False) -> Script:
    """Parse a script and check it as far as that can be done before it runs.

    Raises:
        CommandError: It cannot be run as typed; located.
    """
    try:
        return check(parse(text, registry.grammar, strict=strict), registry)
    except CommandError as error:
        error.locate(text)
        raise


@dataclass(frozen=True, slots=True)
class Interpreter:
    """Runs scripts with everything they need."""

    registry: Registry
    keeper: ChatKeeper
    limits: Limits | None = None
    """None: those of the settings."""

    async def run(
        self,
        text: str,
        context: Context,
        *,
        given: Mapping[str, Value] | None = None,
        watch: Watch | None = None,
    ) -> Outcome:
        """Run a script.

        After an error in the text nothing has happened; after one on the way, what the commands
        before it did stays.

        Args:
            text: The script.
            context: What its commands work with.
            given: Arguments by name, for `{{arg::name}}`.
            watch: Told before each command how many are over.

        Raises:
            CommandError: It cannot be run as typed, or a command refused; located.
            AppError: A command failed.
        """
        settings = context.services.settings.current.scripts
        script = read(text, self.registry, strict=settings.strict_escaping)
        limits = self.limits or Limits(settings.steps)
        executor = Executor(self.registry, context, self.keeper, limits, watch)
        try:
            outcome = Outcome(await executor.script(script, Scope(given=given or {})))
        except Aborted as aborted:
            outcome = Outcome(None, aborted)
        except BaseException as error:
            if isinstance(error, CommandError):
                error.locate(text)
            # That the variables cannot be written must not take its place: they are the next time.
            with suppress(AppError):
                await self.keeper.end(executor.session)
            raise
        await self.keeper.end(executor.session)
        return outcome
