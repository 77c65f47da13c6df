from __future__ import annotations

from pathlib import Path

import pytest

from tests.privacy.home import Home


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    made = Home(tmp_path)
    for name in ("RECORD", "PYTHONPATH"):
        monkeypatch.setenv(name, made.environ[name])
    return made
