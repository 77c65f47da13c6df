from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tui.slash import path_listing
from tui.slash.path_listing import matching


@pytest.fixture
def hanging(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """A disk that does not answer before the event is set."""
    answers, scandir, asked = threading.Event(), os.scandir, 0

    def slow(folder: Path) -> Any:
        nonlocal asked
        asked += 1
        assert asked == 1, "a folder that hangs is asked once"
        answers.wait(20)
        return scandir(folder)

    (tmp_path / "cat.png").touch()
    monkeypatch.setattr(os, "scandir", slow)
    yield answers
    answers.set()


def test_a_folder_that_hangs_keeps_nobody_and_is_offered_when_it_answers(
    tmp_path: Path, hanging: threading.Event
) -> None:
    assert matching("c", tmp_path) == []
    assert matching("ca", tmp_path) == []

    hanging.set()
    path_listing._late[tmp_path].join(20)

    assert [entry.name for entry in matching("ca", tmp_path)] == ["cat.png"]
