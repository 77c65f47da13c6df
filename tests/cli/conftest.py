from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.fakes.house import House
from tui.paths import Paths
from tui.services import Services


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give Salon a folder of its own, and take its log handler away afterwards."""
    monkeypatch.setenv("SALON_HOME", str(tmp_path / "home"))
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    yield tmp_path / "home"
    for handler in root.handlers[:]:
        if handler not in before:
            root.removeHandler(handler)
            handler.close()
    root.setLevel(level)


class Built:
    """What the command line asked to be built."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.paths: list[Paths] = []
        self.flags: list[Mapping[str, object]] = []

    def __call__(
        self, paths: Paths, flags: Mapping[str, object], _environ: Mapping[str, str]
    ) -> Services:
        self.paths.append(paths)
        self.flags.append(flags)
        return self.house.services


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> Built:
    """Let the command line work with fakes."""
    made = Built(House())
    monkeypatch.setattr("tui.bootstrap.build", made)
    return made
