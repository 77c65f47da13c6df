"""Asking the model that chats something beside the chat: nothing of it goes into the chat."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Literal

from tui.domain.errors import ProviderError
from tui.domain.generation import (
    Finished,
    GenerationEvent,
    GenerationRequest,
    Progress,
    Restarted,
    Sampling,
    TextDelta,
    Turn,
)
from tui.domain.image import Image
from tui.domain.prompt import Prompt
from tui.domain.script_texts import to_sentence
from tui.services.bounded import MOST_REPLY, bounded
from tui.services.chatting import ChatService
from tui.services.configuring import SettingsService
from tui.services.connecting import ConnectionService
from tui.services.echo import Echo
from tui.services.ports import ImageStore
from tui.services.session import ChatSession

Tell = Callable[[Progress], None]


def _nobody(_event: Progress) -> None:
    return


@dataclass(frozen=True, slots=True)
class Asking:
    """How something is asked."""

    speaker: Literal["system", "char"] = "system"
    """system: the instruction is the program's, at the end of the chat. char: it is said by the
    person, and the character answers."""
    with_chat: bool = True
    """Whether the model gets character and chat; else only `system` and the instruction."""
    system: str = ""
    """Without the chat: what the model is told first."""
    prefill: str = ""
    """How the answer begins; it is not part of what is given back."""
    length: int | None = None
    """Longest answer in tokens; None: as in the chat."""
    stop: tuple[str, ...] = ()
    """The answer ends before the first of these."""
    whole_sentences: bool = False
    """Cut what comes after the last whole sentence."""
    drop_name: bool = False
    """Cut a name that the model put before its answer, `Ada:`."""


PLAINLY = Asking()
"""As the program, with the chat."""


class QuietGeneration:
    """Asks the model that chats, and gives back what it says."""

    def __init__(
        self,
        settings: SettingsService,
        connections: ConnectionService,
        chats: ChatService,
        images: ImageStore,
    ) -> None:
        self._settings = settings
        self._connections = connections
        self._chats = chats
        self._images = images

    async def ask(
        self,
        session: ChatSession | None,
        instruction: str,
        how: Asking = PLAINLY,
        tell: Tell = _nobody,
    ) -> str:
        """Ask once. Cancelling closes the connection.

        Args:
            session: The chat; None: there is none, and so it is asked without one.
            instruction: What is asked, its macros expanded. Empty: what comes next in the chat.
            how: With what, and how the answer is cut.
            tell: Takes what the server does before its first word, and that it writes.

        Returns:
            The answer without white space around it.

        Raises:
            ConfigError: No model is connected.
            ProviderError: No answer, a broken or an empty one.
        """
        _, model = await self._connections.open()
        request = await self._request(session, instruction, how)
        text, echo, finished = "", Echo(how.prefill), None
        async with aclosing(bounded(model.generate(request), MOST_REPLY)) as events:
            async for event in events:
                match event:
                    case TextDelta(more):
                        if not text:
                            tell(Progress("the model writes"))
                        text += echo.new(more)
                    case Restarted():
                        text, echo = "", Echo(how.prefill)
                    case Finished():
                        finished = event
                    case _:
                        _pass_on(event, tell)
                if _stop_at(text, how.stop) < len(text):
                    break
        text += echo.rest()
        _check(text, finished)
        names = (session.character.name, session.persona.name) if session else ()
        return _cut(text, how, names)

    async def _request(
        self, session: ChatSession | None, instruction: str, how: Asking
    ) -> GenerationRequest:
        turns: tuple[Turn, ...] = (Turn("system", how.system),) if how.system else ()
        if session is not None and how.with_chat:
            prompt = await self._chats.prompt(session)
            turns = prompt.turns(await self._pictures(prompt))
        if instruction:
            # Without a chat it is said by the person: few models answer a system text alone.
            by_system = how.speaker == "system" and any(turn.role != "system" for turn in turns)
            turns += (Turn("system" if by_system else "user", instruction),)
        if how.prefill:
            turns += (Turn("assistant", how.prefill),)
        chat = self._settings.current.chat
        sampling = Sampling(chat.temperature, chat.top_p, chat.max_tokens)
        sampling = replace(sampling, max_tokens=how.length or chat.max_tokens, stop=how.stop)
        others = (session.persona.name,) if session else ()
        return GenerationRequest(turns, sampling, others=others)

    async def _pictures(self, prompt: Prompt) -> dict[str, Image]:
        found = {digest: await self._images.get(digest) for digest in prompt.digests}
        return {digest: image for digest, image in found.items() if image is not None}


def _pass_on(event: GenerationEvent, tell: Tell) -> None:
    if isinstance(event, Progress):
        tell(event)


def _check(text: str, finished: Finished | None) -> None:
    """Make sure that something was said. Raises ProviderError when not."""
    if text.strip():
        return
    reason = finished.reason if finished else "incomplete"
    if reason == "length":
        raise ProviderError(
            "the model ran out of tokens while thinking", hint="raise chat.max_tokens (F2)"
        )
    if reason in ("content_filter", "refusal"):
        raise ProviderError("the model refused", hint="say it in another way")
    if reason in ("incomplete", "error"):
        raise ProviderError("the answer broke off before its first word", hint="try again")
    raise ProviderError("the model gave an empty answer", hint="try again, or /model another")


def _stop_at(text: str, stops: tuple[str, ...]) -> int:
    """Where the first of the stop texts begins; the length where there is none."""
    found = [at for stop in stops if stop and (at := text.find(stop)) >= 0]
    return min(found, default=len(text))


def _cut(text: str, how: Asking, names: tuple[str, ...]) -> str:
    # Servers that know no stop texts, or fewer, go on behind them.
    text = text[: _stop_at(text, how.stop)].strip()
    if how.drop_name:
        for name in names:
            text = text.removeprefix(f"{name}:").lstrip()
    if how.whole_sentences:
        text = to_sentence(text)
    return text
