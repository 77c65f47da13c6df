"""What is said of an offline chat that is not all there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tui.adapters.offline import state
from tui.adapters.offline.state import SMOLLM2, is_installed, missing, model_path


def whole_model(folder: Path) -> None:
    with model_path(folder).open("wb") as file:
        file.truncate(SMOLLM2.bytes)


def test_what_is_missing_is_one_line_with_the_commands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(state, "runtime_installed", lambda: False)
    assert missing(tmp_path) == (
        "the offline chat lacks its model and the package that runs it: run `pip install xllamacpp`"
        " in Salon's environment and `salon offline install` (98 MB)"
    )
    whole_model(tmp_path)
    assert missing(tmp_path).startswith("the offline chat lacks the package that runs it:")


def test_nothing_is_said_when_all_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state, "runtime_installed", lambda: True)
    whole_model(tmp_path)
    assert missing(tmp_path) == ""


def test_a_model_of_another_size_does_not_count(tmp_path: Path) -> None:
    model_path(tmp_path).write_bytes(b"half")
    assert not is_installed(tmp_path)
