"""Macros: `{{user}}`, `{{random::a::b}}`, `{{if .mood}}...{{/if}}` in cards, prompts and messages.

One pass from left to right, arguments from the inside out. What a macro gives is data: it is never
looked through again, so a caption that contains `{{user}}` stays as it is. Unknown macros stay as
they were typed.
"""

from __future__ import annotations

from tui.domain.macros.declaration import Declaration
from tui.domain.macros.environment import Environment, Script
from tui.domain.macros.evaluation import expand
from tui.domain.macros.registry import known
from tui.domain.macros.syntax import uses

__all__ = ["Declaration", "Environment", "Script", "expand", "known", "uses"]
