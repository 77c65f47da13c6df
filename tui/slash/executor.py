"""Runs a script: one command after the other, each with the result of the one before."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from time import monotonic

from tui.domain.errors import AppError, CommandError
from tui.services.session import ChatSession
from tui.slash.arguments import Arguments
from tui.slash.binding import bind
from tui.slash.checking import check
from tui.slash.command import Command, Registry
from tui.slash.context import Aborted, Broken, Context
from tui.slash.effects import effects
from tui.slash.keeper import ChatKeeper, TakeBack
from tui.slash.parser import parse
from tui.slash.scope import Bound, Scope, Value
from tui.slash.syntax import Argument, Call, Closure, Script, Word

_LONGEST_TURN = 0.01
"""Seconds that commands take in a row before everybody else has a turn."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What keeps a script from running away."""

    steps: int = 100_000
    """Commands that are run in all."""
    depth: int = 64
    """Closures that run within closures."""


Watch = Callable[[int, Command], None]
"""Told before each command of the script itself: how many are over, and which comes."""


class Executor:
    """One run of a script.

    Args:
        registry: The commands there are.
        context: What they work with.
        keeper: Macros and variables.
        limits: When to stop.
        watch: Told how far it is.
    """

    def __init__(
        self,
        registry: Registry,
        context: Context,
        keeper: ChatKeeper,
        limits: Limits,
        watch: Watch | None = None,
    ) -> None:
        self.registry = registry
        self.session = context.session
        self.breakables = 0
        self._context = context
        self._keeper = keeper
        self._limits = limits
        self._watch = watch
        self._steps = 0
        self._rested = 0.0
        self._depth = 0
        self._changes: list[TakeBack] = []
        """What macros changed since the last command was over."""

    async def script(self, script: Script, scope: Scope) -> Value:
        """Run commands in a scope and give the last one's result.

        Raises:
            Broken: `/break`, where something could be left.
            Aborted: `/abort`.
            AppError: A command failed; the ones before it have had their effect.
        """
        if self._depth >= self._limits.depth:
            raise AppError(
                f"closures run more than {self._limits.depth} deep",
                hint="does one run itself?",
            )
        self._depth += 1
        try:
            if not script.calls:
                await self._step(0)
            for number, call in enumerate(script.calls):
                piped = scope.pipe if number and not call.broken else None
                if call.broken:
                    scope.pipe = ""
                scope.pipe = await self._call(call, scope, number, piped)
        finally:
            self._depth -= 1
        return "" if scope.pipe is None else scope.pipe

    async def _call(self, call: Call, scope: Scope, number: int, piped: Value | None) -> Value:
        await self._step(call.start)
        command = self.registry.find(call.name, call.start)
        if self._watch is not None and self._depth == 1:
            self._watch(number, command)
        session = self.session
        try:
            value = await self._run(command, call, scope, piped)
        except (Broken, Aborted):
            raise  # That is no failure.
        except BaseException:
            for take_back in reversed(self._changes):
                take_back()
            raise
        finally:
            self._changes.clear()
        if self.session is not session:
            await self._keeper.end(session)
        await self._keeper.finished(self.session)
        return value

    async def _step(self, column: int) -> None:
        """Count a command, or a closure without one, and let Esc and the screen come first."""
        self._steps += 1
        if self._steps > self._limits.steps:
            raise CommandError(
                f"the script ran {self._limits.steps} commands and is not over",
                hint="scripts.steps allows more",
                column=column,
            )
        if monotonic() - self._rested > _LONGEST_TURN:
            await asyncio.sleep(0)
            self._rested = monotonic()

    async def _run(self, command: Command, call: Call, scope: Scope, piped: Value | None) -> Value:
        fill = _Filling(self, scope, await self._immediate(call, scope))
        arguments: Arguments = bind(call, command, fill, piped)
        context = replace(self._context, session=self.session, running=Frame(self, scope))
        try:
            result = await command.handler(context, arguments)
        except CommandError as error:
            error.column = error.column or call.start
            raise
        return "" if result is None else result

    async def _immediate(self, call: Call, scope: Scope) -> dict[int, Value]:
        """Run the closures with `()`, in the order typed; their results by where they stand."""
        values = [each.value for each in call.named]
        closures = [each for each in (*values, *call.parts) if isinstance(each, Closure)]
        results: dict[int, Value] = {}
        for each in closures:
            if each.immediate:
                frame = Frame(self, scope)
                with frame.breakable():
                    try:
                        results[each.start] = await frame.run(Bound(each, scope))
                    except Broken as broken:
                        results[each.start] = broken.value
        return results

    def read(self, text: str) -> Script:
        """Parse and check a text that a command runs. Raises CommandError; not located."""
        strict = self._context.services.settings.current.scripts.strict_escaping
        return check(parse(text, self.registry.grammar, strict=strict), self.registry)

    def expand(self, text: str, scope: Scope) -> str:
        """Put in what macros stand for."""
        expanded, take_back = self._keeper.expand(text, scope, self.session)
        self._changes.append(take_back)
        return expanded

    def trial(self, scope: Scope) -> Callable[[str], str]:
        """Say what macros would give, and change nothing."""
        return self._keeper.trial(scope, self.session)


@dataclass(frozen=True, slots=True)
class _Filling:
    executor: Executor
    scope: Scope
    results: Mapping[int, Value]

    def text(self, text: str) -> str:
        return self.executor.expand(text, self.scope)

    def trial(self) -> Callable[[str], str]:
        return self.executor.trial(self.scope)

    def closure(self, closure: Closure) -> Value:
        if closure.immediate:
            return self.results[closure.start]
        return Bound(closure, self.scope)


@dataclass(frozen=True, slots=True)
class Frame:
    """What a command sees of the script in which it stands."""

    executor: Executor
    scope: Scope

    @property
    def in_breakable(self) -> bool:
        """Whether `/break` has something to leave."""
        return self.executor.breakables > 0

    def breakable(self) -> AbstractContextManager[None]:
        """Within this, `/break` has something to leave."""
        return _counting(self.executor)

    def expand(self, text: str) -> str:
        """Put in what macros stand for."""
        return self.executor.expand(text, self.scope)

    def effects(self, text: str, name: str) -> list[str]:
        """What a script would do."""
        try:
            return effects(self.executor.read(text), self.executor.registry)
        except CommandError as error:
            error.locate(text, name)
            error.column = 0
            raise

    def use(self, session: ChatSession) -> None:
        """Let the script's next commands work with another chat."""
        self.executor.session = session

    async def run(
        self,
        what: Bound | str,
        *,
        given: Mapping[str, Value] | None = None,
        times_index: int | None = None,
        name: str = "",
    ) -> Value:
        """Run a closure, or text as a script, and give its last result."""
        given = given or {}
        if isinstance(what, str):
            try:
                script = self.executor.read(what)
                inner = Scope(self.scope, times_index=times_index, given=given)
                return await self.executor.script(script, inner)
            except CommandError as error:
                if name:
                    error.locate(what, name)
                # It counts in this text; the command that runs it stands elsewhere.
                error.column = 0
                raise
        # Its variables are those of where it was written; the pipe is that of who runs it.
        around = Scope(what.scope, {}, times_index, given, self.scope.piped())
        inner = Scope(around)
        for parameter in what.closure.parameters:
            inner.names[parameter.name] = (
                given[parameter.name]
                if parameter.name in given
                else await self._default(parameter, what)
            )
        try:
            return await self.executor.script(what.closure.body, inner)
        except CommandError as error:
            if what.elsewhere:
                error.column = 0
            raise

    async def _default(self, parameter: Argument, what: Bound) -> Value:
        if isinstance(parameter.value, Word):
            return self.executor.expand(parameter.value.value, what.scope)
        bound = Bound(parameter.value, what.scope)
        return await self.run(bound) if parameter.value.immediate else bound


@contextmanager
def _counting(executor: Executor) -> Iterator[None]:
    executor.breakables += 1
    try:
        yield
    finally:
        executor.breakables -= 1
