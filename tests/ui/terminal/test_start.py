from __future__ import annotations

import os

import pytest

from tui.ui import start


@pytest.mark.parametrize(
    ("size", "environ", "given"),
    [
        ((0, 0), {}, {"COLUMNS": "80", "LINES": "24"}),
        ((0, 0), {"COLUMNS": "100", "LINES": "40"}, {"COLUMNS": "100", "LINES": "40"}),
        ((120, 36), {}, {}),
    ],
)
def test_a_terminal_without_a_size_gets_one(
    monkeypatch: pytest.MonkeyPatch,
    size: tuple[int, int],
    environ: dict[str, str],
    given: dict[str, str],
) -> None:
    monkeypatch.setattr(os, "get_terminal_size", lambda _number: os.terminal_size(size))

    start.with_a_size(environ)

    assert environ == given
