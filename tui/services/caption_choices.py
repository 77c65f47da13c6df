"""What one can choose from while a caption is refined: prompts, templates, rules, sources."""

from __future__ import annotations

from collections.abc import Sequence

from tui.domain.caption import Caption
from tui.domain.character import Character, Persona, names
from tui.domain.chat import Attachment, JournalEntry
from tui.domain.cleanup import CleanUp
from tui.domain.errors import CaptionError
from tui.domain.generation import Usage
from tui.domain.image import Image
from tui.domain.macros import Environment
from tui.domain.presets import PRESETS, TEMPLATES, merged
from tui.services.caption_sources import SourceService
from tui.services.configuring import SettingsService
from tui.services.macro_environment import environment
from tui.services.refinement import Refinement
from tui.services.session import ChatSession


class CaptionChoices:
    """Knows the settings' choices, and fits a refinement out with them."""

    def __init__(self, settings: SettingsService, sources: SourceService) -> None:
        self._settings = settings
        self._sources = sources

    def environment(self, session: ChatSession | None, image: Image | None = None) -> Environment:
        """What the macros of prompts and templates read."""
        settings = self._settings.current
        if session is None:
            found = names(Character("the character"), Persona())
            found = found.giving(description="", lastmessage="")
        else:
            found = environment(session, settings)
        return found.giving(
            filename=image.name if image is not None else "",
            language=settings.captioning.language,
        )

    def preset(self, name: str) -> str:
        """The prompt of a name, or of the only one that begins so. Raises CaptionError."""
        presets = self._presets()
        fitting = [each for each in presets if each.casefold().startswith(name.casefold())]
        exact = [each for each in fitting if each.casefold() == name.casefold()]
        if exact or len(fitting) == 1:
            return presets[(exact or fitting)[0]]
        raise CaptionError(f"no preset {name!r}", hint="there are: " + ", ".join(presets))

    def _presets(self) -> dict[str, str]:
        return merged(PRESETS, self._settings.current.captioning.presets)

    def equip(self, refinement: Refinement) -> None:
        """Give a refinement everything that can be chosen by the settings in force."""
        settings = self._settings.current.captioning
        rules = CleanUp(
            settings.drop_opening,
            settings.banned_words,
            settings.one_line,
            settings.prefix,
            settings.suffix,
        )
        usual = {"as in the settings": settings.template}
        shipped = {n: text for n, text in TEMPLATES.items() if text != settings.template}
        refinement.template = settings.template
        refinement.templates = {**usual, **merged(shipped, settings.templates)}
        refinement.presets = {"as in the settings": settings.prompt, **self._presets()}
        refinement.cleanup = refinement.usual_cleanup = rules
        refinement.word_limit = settings.word_limit
        refinement.others = self._sources.others()
        refinement.models = self._sources.models

    def recall(
        self, refinement: Refinement, entries: Sequence[JournalEntry], known: Attachment | None
    ) -> None:
        """Begin with the captions that the picture has had, the present one last.

        Args:
            refinement: Of the picture.
            entries: What the journal has of it, newest first.
            known: The picture as its message has it.
        """
        # Each text once, where it was said last; a later use of the same is no other version.
        by_text = {entry.caption: _version(entry) for entry in entries if entry.caption.strip()}
        by_text = dict(reversed(by_text.items()))
        if known is not None and known.caption:
            now = Caption(
                known.caption, "", known.source, known.model, "", known.seconds, known.note
            )
            by_text[now.text] = by_text.pop(now.text, now)
        if by_text:
            refinement.versions = list(by_text.values())
            refinement.current = refinement.versions[-1]
            refinement.revises = True


def _version(entry: JournalEntry) -> Caption:
    usage = Usage(entry.input_tokens, entry.output_tokens, cost=entry.cost)
    return Caption(
        entry.caption,
        "",
        entry.source,
        entry.model,
        entry.prompt,
        entry.seconds,
        usage=usage,
        cached=entry.cached,
    )
