from __future__ import annotations

from tui.slash.builtins import default_registry
from tui.slash.effects import _EFFECTS


def test_only_commands_that_exist_are_named() -> None:
    known = {command.name for command in default_registry()}

    assert {name for names in _EFFECTS.values() for name in names} <= known
