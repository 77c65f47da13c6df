"""Asking the chat's model something of which nothing comes into the chat."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Literal

from tui.domain.errors import ProviderError
from tui.domain.generation import Finished, GenerationRequest, Sampling, TextDelta, Turn
from tui.domain.script_texts import to_sentence
from tui.services.chatting import ChatService
from tui.services.connecting import ConnectionService
from tui.services.session import ChatSession

_WHY = {
    "refusal": "the model refused",
    "content_filter": "the provider's filter stopped it",
    "incomplete": "the connection ended early",
}


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, and around what."""

    text: str
    """The instruction; macros are expanded by whoever writes it."""
    with_chat: bool = True
    """Whether the chat's whole prompt goes in front."""
    speaker: Literal["system", "char"] = "system"
    """As an instruction, or as the last message of the person, to be answered in character."""
    system: str = ""
    """Without the chat: the system prompt."""
    prefill: str = ""
    """The beginning of the answer; most models go on behind it and do not repeat it."""
    length: int | None = None
    """Longest answer in tokens; None: as in the chat."""
    stop: tuple[str, ...] = ()
    trim: bool = False
    """Whether the end of a sentence that was cut off is taken away."""


class QuietGeneration:
    """Asks the model of the chat."""

    def __init__(self, chats: ChatService, connections: ConnectionService) -> None:
        self._chats = chats
        self._connections = connections

    async def ask(self, session: ChatSession, question: Question) -> str:
        """Give the answer; closing the task closes the connection.

        Raises:
            ProviderError: No answer, or it broke off.
            AppError: No model is connected.
        """
        _, model = await self._connections.open(self._connections.current())
        request = await self._request(session, question)
        texts: list[str] = []
        finished: Finished | None = None
        async with aclosing(model.generate(request)) as events:
            async for event in events:
                if isinstance(event, TextDelta):
                    texts.append(event.text)
                elif isinstance(event, Finished):
                    finished = event
        answer = "".join(texts).strip()
        if not answer:
            why = _WHY.get(finished.reason if finished else "incomplete", "it said nothing")
            raise ProviderError(f"the model gave no answer: {why}", hint="try again")
        return to_sentence(answer) if question.trim else answer

    async def _request(self, session: ChatSession, question: Question) -> GenerationRequest:
        if question.with_chat:
            request = await self._chats.request(session)
            turns = list(request.turns)
        else:
            request = GenerationRequest((), self._chats.sampling(), others=())
            turns = [Turn("system", question.system)] if question.system else []
        as_system = question.speaker == "system" and question.with_chat
        turns.append(Turn("system" if as_system else "user", question.text))
        if question.prefill:
            turns.append(Turn("assistant", question.prefill))
        wanted = Sampling(max_tokens=question.length, stop=question.stop)
        return replace(request, turns=tuple(turns), sampling=wanted.over(request.sampling))
