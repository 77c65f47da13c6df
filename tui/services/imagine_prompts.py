"""From what was asked to the prompt of a picture: the person's words, or a model's."""

from __future__ import annotations

from tui.domain import macros
from tui.domain.character import Character, Persona, names
from tui.domain.generation import Progress
from tui.domain.imagine_modes import (
    LABELS,
    Mode,
    as_it_is,
    asks_model,
    instruction,
    shows_character,
)
from tui.domain.imagine_prompt import joined, of_character, tidied
from tui.domain.imagine_request import ImagineRequest
from tui.domain.imagine_settings import ImagineSettings
from tui.domain.macros import Environment
from tui.domain.safetext import clean
from tui.services.configuring import SettingsService
from tui.services.macro_environment import environment
from tui.services.ports import Interaction
from tui.services.quiet_generation import QuietGeneration
from tui.services.session import ChatSession


class PromptWriter:
    """Writes prompts for pictures."""

    def __init__(self, settings: SettingsService, quiet: QuietGeneration) -> None:
        self._settings = settings
        self._quiet = quiet

    @property
    def _own(self) -> ImagineSettings:
        return self._settings.current.imagine

    async def write(
        self,
        request: ImagineRequest,
        mode: Mode,
        interaction: Interaction,
        session: ChatSession | None,
    ) -> str:
        """The prompt without its prefixes.

        What the person wrote stays as it is: macros were expanded where it was typed, and what
        came through a pipe is data.

        Returns:
            Empty when there is nothing to make a picture of, or when it was cancelled.

        Raises:
            AppError: The model that chats gave no prompt.
        """
        prompt = clean(request.text).strip()
        if mode == "raw_last":
            values = self._environment(session)
            prompt = as_it_is(*(macros.expand(f"{{{{{name}}}}}", values) for name in _AROUND_LAST))
        elif asks_model(mode):
            prompt = await self._asked(request, mode, interaction, session)
        edits = self._own.edit_prompts if request.edit is None else request.edit
        if edits and mode != "free" and prompt:
            return clean(await interaction.imagining.edit(prompt) or "").strip()
        return prompt

    async def _asked(
        self,
        request: ImagineRequest,
        mode: Mode,
        interaction: Interaction,
        session: ChatSession | None,
    ) -> str:
        values = self._environment(session).giving(prompt=clean(request.text).strip())
        asked = macros.expand(instruction(mode, self._own), values)
        label = f"the model describes: {LABELS[mode].split(',')[0].lower()}"
        interaction.progress(Progress(label))
        answer = await self._quiet.ask(session, asked, tell=interaction.progress)
        return tidied(answer, request.processing or self._own.processing)

    def _environment(self, session: ChatSession | None) -> Environment:
        """What macros read; nothing that they set is kept."""
        if session is None:
            return names(Character("the character"), Persona())
        return environment(session, self._settings.current).apart()

    def assembled(
        self, prompt: str, negative: str, mode: Mode, session: ChatSession | None
    ) -> tuple[str, str]:
        """What is sent: prefixes, prompt; and all that shall not be on the picture."""
        own, values = self._own, self._environment(session)
        whole, unwanted = prompt, macros.expand(own.negative, values)
        if session is not None and shows_character(mode):
            who = session.character.name, session.character.id
            first = macros.expand(of_character(own.character_prefixes, *who), values)
            never = macros.expand(of_character(own.character_negatives, *who), values)
            whole, unwanted = joined(first, whole), joined(unwanted, never)
        return joined(macros.expand(own.prefix, values), whole), joined(unwanted, negative)


_AROUND_LAST = ("lastMessage", "scenario", "description")
