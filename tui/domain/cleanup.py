"""Rules that tidy a caption: each can be seen, and switched off."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

_PICTURE = r"(?:image|picture|photo(?:graph)?|illustration|screenshot|drawing|painting|scene)"
_SHOWS = (
    r"(?:shows?|depicts?|features?|displays?|captures?|contains?|portrays?|presents?|illustrates?)"
)
_OPENING = re.compile(
    rf"\s*+(?:(?:this|the|your|an?)\s++{_PICTURE}\s++{_SHOWS}"
    rf"|(?:(?:this|it)\s++is\s++)?(?:an?|the)\s++{_PICTURE}\s++(?:of|showing|depicting|featuring)"
    rf"|in\s++(?:this|the|your)\s++{_PICTURE}\s*+,?\s*+(?:we\s++(?:can\s++)?see"
    rf"|you\s++(?:can\s++)?see|there\s++(?:is|are)))(?:\s*+:)?\s++",
    re.IGNORECASE,
)
"""How models begin when they are asked what is in a picture. White space is never tried twice: some
models fill a caption with it."""

CHANGES = {
    "drop_opening": "opening left out",
    "banned_words": "words left out",
    "one_line": "on one line",
    "prefix": "prefix",
    "suffix": "suffix",
}
"""What each rule does to a caption, in a few words; in the order in which they are applied."""


@dataclass(frozen=True, slots=True)
class CleanUp:
    """What is done to a caption before it is used, in the order of the fields."""

    drop_opening: bool = True
    """Leave out "The image shows" and the like."""
    banned_words: tuple[str, ...] = ()
    """Words and phrases that are taken out, whatever their case."""
    one_line: bool = False
    """Line breaks and runs of white space become single spaces."""
    prefix: str = ""
    """Put in front, unless it stands there."""
    suffix: str = ""
    """Put behind, unless it stands there."""

    def apply(self, text: str) -> str:
        """The caption as it is used; an empty one stays empty."""
        for _, rule in self._rules():
            text = rule(text)
        return text

    def changes(self, text: str) -> tuple[str, ...]:
        """Names of the rules that make a difference to this caption."""
        changing = []
        for name, rule in self._rules():
            tidied = rule(text)
            if tidied != text:
                changing.append(name)
            text = tidied
        return tuple(changing)

    def in_force(self) -> tuple[str, ...]:
        """Names of the rules that are on and have something to do."""
        return tuple(name for name, _ in self._rules())

    def toggled(self, name: str, usual: CleanUp) -> CleanUp:
        """With one rule switched the other way.

        Args:
            name: A field's name.
            usual: Where a rule's words come from when it is switched on again.
        """
        off: Any = type(getattr(self, name))()
        value: Any = off if name in self.in_force() else getattr(usual, name) or (off is False)
        return replace(self, **{name: value}) if value or value == off else self

    def _rules(self) -> list[tuple[str, Callable[[str], str]]]:
        rules: list[tuple[str, bool, Callable[[str], str]]] = [
            ("drop_opening", self.drop_opening, _without_opening),
            ("banned_words", any(map(str.strip, self.banned_words)), self._without_banned),
            ("one_line", self.one_line, _on_one_line),
            ("prefix", bool(self.prefix), self._with_prefix),
            ("suffix", bool(self.suffix), self._with_suffix),
        ]
        return [(name, rule) for name, on, rule in rules if on]

    def _without_banned(self, text: str) -> str:
        phrases = [r"\s+".join(map(re.escape, word.split())) for word in self.banned_words]
        longest_first = sorted(filter(None, phrases), key=len, reverse=True)
        found = re.sub(rf"(?<!\w)(?:{'|'.join(longest_first)})(?!\w)", "", text, flags=re.I)
        if found == text:
            return text
        found = re.sub(r"(?<![^\S\n])[^\S\n]++([,.;:!?])", r"\1", found)
        found = re.sub(r"([,;:])(?:\s*[,;:])+", r"\1", found)
        return re.sub(r"[^\S\n]{2,}", " ", found).strip(" ,;:")

    def _with_prefix(self, text: str) -> str:
        return text if not text.strip() or text.startswith(self.prefix) else self.prefix + text

    def _with_suffix(self, text: str) -> str:
        return text if not text.strip() or text.endswith(self.suffix) else text + self.suffix


def _without_opening(text: str) -> str:
    match = _OPENING.match(text)
    rest = text[match.end() :] if match else ""
    return rest[:1].upper() + rest[1:] if rest.strip() else text


def _on_one_line(text: str) -> str:
    return " ".join(text.split())
