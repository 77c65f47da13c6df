"""Lines of the command language at work in the app: progress, results, errors."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from tui.domain.errors import AppError, CommandError, ImageError
from tui.domain.safetext import clean
from tui.services import Services
from tui.slash.checking import remarks
from tui.slash.command import Command, Registry
from tui.slash.context import Context
from tui.slash.interpreter import Interpreter, Outcome, read
from tui.slash.scope import Bound
from tui.slash.syntax import Closure, Script
from tui.ui.chat.screen import ChatScreen
from tui.ui.interaction import ScreenInteraction
from tui.ui.navigation import Navigation

_LONGEST_RESULT = 4000
"""Characters of a result that is shown; `/setinput` and `/send` take any length."""
_ENDINGS = ("/abort", "/stop")


class ScriptProgress:
    """How far the script is that runs, for the status line."""

    def __init__(self, total: int, show: Callable[[], None]) -> None:
        self._total = total
        self._show = show
        self.where = ""
        """As in `3/10 /caption`."""

    def watch(self, over: int, command: Command) -> None:
        """A command begins."""
        self.where = f"{over + 1}/{self._total} /{command.name}"
        self._show()


class Running:
    """Runs lines for the chat screen.

    Args:
        interpreter: Knows the commands.
        services: What commands work with.
        chat: Shows status, notes and errors.
    """

    def __init__(self, interpreter: Interpreter, services: Services, chat: ChatScreen) -> None:
        self._interpreter = interpreter
        self._services = services
        self._chat = chat
        self._scripts: list[ScriptProgress] = []
        self._detail = ""
        self._on_the_way: AppError | None = None
        """What ended a line last of which part was done: it is not put back."""
        self.interaction: ScreenInteraction
        self.front: Navigation

    @property
    def script(self) -> ScriptProgress | None:
        """The script that runs; of several, for keys can start one too, the latest."""
        return self._scripts[-1] if self._scripts else None

    async def run(self, text: str, *, typed: bool = False) -> None:
        """Run one line; what goes wrong is told.

        Args:
            text: The line.
            typed: Whether it comes from the prompt: it goes back there when it can be mended, its
                result is shown when nothing else would be, and it does not start beside a script.
        """
        if typed and self._ends(text):
            self._chat.action_stop()
            return
        if typed and self.script is not None:
            self._refuse(text, self.script)
            return
        before = self._length()
        try:
            await self._run(text, typed=typed)
        except AppError as error:
            if before != self._length():
                self._on_the_way = error
            self._failed(error, text, typed=typed)
        finally:
            self._chat.sync()

    def _length(self) -> tuple[str, int]:
        """Differs when a message came meanwhile: so much of a line is done."""
        return self._chat.session.chat.id, len(self._chat.session)

    def _failed(self, error: AppError, text: str, *, typed: bool) -> None:
        column = None
        if isinstance(error, CommandError):
            column = error.column or None
            # Where nobody typed it, a line and a column say nothing.
            error.place = error.place if typed else ""
        self._chat.fail(error)
        again = isinstance(error, CommandError | ImageError) or error is not self._on_the_way
        if typed and again and not self._chat.composer.text:
            self._chat.composer.load(text, column)

    def _ends(self, text: str) -> bool:
        """Whether a line from the prompt does what Esc does."""
        words = text.split()
        return words == ["/abort"] or (self.script is not None and words[0] in _ENDINGS)

    def _refuse(self, text: str, script: ScriptProgress) -> None:
        composer = self._chat.composer
        if composer.text:
            composer.borrow(text)
        else:
            composer.load(text)
        self._chat.notify(
            f"a script runs ({script.where}): Esc or /abort ends it",
            severity="warning",
            markup=False,
        )

    async def _run(self, text: str, *, typed: bool) -> None:
        context = Context(self._services, self._chat.session, self.interaction, self.front)
        strict = self._services.settings.current.scripts.strict_escaping
        script = read(text, self._interpreter.registry, strict=strict)
        for line in remarks(script, self._interpreter.registry):
            self.front.note(line)
        before = self._seen()
        if is_script(script, self._interpreter.registry):
            outcome = await self._run_script(text, context, len(script.calls))
        else:
            outcome = await self._interpreter.run(text, context)
        if outcome.aborted and not outcome.aborted.quiet:
            self.front.note(f"aborted: {outcome.aborted.reason or 'by the script'}")
        elif typed and before == self._seen():
            self._show_result(outcome)

    async def _run_script(self, text: str, context: Context, total: int) -> Outcome:
        progress = ScriptProgress(total, self._show)
        self._scripts.append(progress)
        try:
            return await self._interpreter.run(text, context, watch=progress.watch)
        except asyncio.CancelledError:
            self.front.note(f"the script was stopped at {progress.where}")
            raise
        except AppError as error:
            if not isinstance(error, CommandError):  # those say line and column
                error.message += f" (script, {progress.where})"
            self._on_the_way = error
            raise
        finally:
            self._scripts.remove(progress)
            self._show()

    def _seen(self) -> tuple[object, ...]:
        """Differs when something came to the screen meanwhile."""
        session = self._chat.session
        shown = self.interaction.shown + self.front.shown
        return session.chat.id, session.revision, shown, self._chat.composer.text

    def _show_result(self, outcome: Outcome) -> None:
        if isinstance(outcome.value, Bound) or not outcome.text.strip():
            return
        # Cut before it is cleaned: a chat of 10,000 messages is megabytes.
        text, length = outcome.text[:_LONGEST_RESULT], len(outcome.text)
        rest = f"… ({length:,} characters)" if length > _LONGEST_RESULT else ""
        self.front.note(clean(text) + rest)

    def show_progress(self, text: str) -> None:
        """Say in the status line what a command does; nothing: it is over."""
        self._detail = text
        self._show()

    def _show(self) -> None:
        script = f"script {self.script.where}" if self.script and self.script.where else ""
        label = " · ".join(part for part in (script, self._detail) if part)
        if label:
            self._chat.status_line.start(label)
        elif not self._chat.replying.is_running:
            self._chat.status_line.stop()


def is_script(script: Script, registry: Registry) -> bool:
    """Whether there is more than one command in it: in closures, or in what a command runs."""
    values = [
        value
        for call in script.calls
        for value in (*(each.value for each in call.named), *call.parts)
    ]
    runs = any(registry.find(call.name).runs for call in script.calls)
    return runs or len(script.calls) > 1 or any(isinstance(value, Closure) for value in values)
