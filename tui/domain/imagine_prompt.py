"""Prompts for pictures: a model's answer tidied, and the parts put together."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from tui.domain.imagine_settings import Processing
from tui.domain.safetext import REPLACEMENT, clean

_QUOTES = re.compile('["“”„«»‹›`]')
_MARKUP = re.compile(r"[*#~^=\\]+")
# White space is never tried twice: some models fill an answer with it.
_SEPARATORS = re.compile(r"(?<!\s)\s*+[,;][\s,;]*+")
_BREAK = re.compile(r"(?<!\s)[^\S\n]*+\n\s*+")
_LABEL = re.compile(r"^\s*+(?:(?:image|picture|positive)\s*+)?prompt\s*+:\s*+", re.IGNORECASE)
_BULLET = re.compile(r"^[^\S\n]*+(?:[-•*]|\d++[.)])\s++", re.MULTILINE)
_LONGEST = 4000
"""Characters of a prompt; services take less, none takes more."""


def tidied(answer: str, processing: Processing) -> str:
    """A model's answer as a prompt.

    Standard processing makes one line of phrases: without quotes and Markdown, each line break a
    comma. Letters of every script stay; SillyTavern drops all but Latin ones.

    Args:
        answer: What the model said.
        processing: minimal: only white space is touched.
    """
    text = clean(answer).replace(REPLACEMENT, "")
    if processing == "minimal":
        return " ".join(text.split())[:_LONGEST].rstrip()
    text = unicodedata.normalize("NFC", text)
    text = _LABEL.sub("", _MARKUP.sub("", _BULLET.sub("", text)))
    text = _QUOTES.sub("", text)
    text = _SEPARATORS.sub(", ", _BREAK.sub(", ", text.strip()))
    return " ".join(text.split())[:_LONGEST].strip(" ,.")


def joined(first: str, second: str) -> str:
    """Two parts of a prompt with one comma between them; `{prompt}` in the first is the second."""
    first, second = _part(first), _part(second)
    if "{prompt}" in first:
        return _part(first.replace("{prompt}", second))
    return f"{first}, {second}" if first and second else first or second


def _part(text: str) -> str:
    return text.strip().strip(",").strip()


def of_character(texts: Mapping[str, str], name: str, id_: str = "") -> str:
    """What was set for a character, by its name or id in any case; empty: nothing."""
    wanted = {name.casefold(), id_.casefold()} - {""}
    return next((text for key, text in texts.items() if key.casefold() in wanted), "")
