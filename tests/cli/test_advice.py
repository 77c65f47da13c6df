from __future__ import annotations

import re
from pathlib import Path

import pytest

import tui
from tests.cli.conftest import Built
from tui.cli.advice import _INSTEAD, for_shell
from tui.cli.main import main
from tui.domain.errors import AppError

PHOTO = Path(__file__).resolve().parents[1] / "data" / "photos" / "cat.jpg"


def test_every_phrase_is_one_that_a_hint_has() -> None:
    folder = Path(tui.__file__).parent
    sources = "".join(
        file.read_text(encoding="utf-8")
        for part in ("services", "adapters")
        for file in (folder / part).rglob("*.py")
    )
    for in_app, in_shell in _INSTEAD:
        assert in_app in sources
        assert not re.search(r"\bF\d|Ctrl\+", in_shell)


def test_no_hint_names_a_key_in_the_shell() -> None:
    folder = Path(tui.__file__).parent
    hints = [
        hint
        for part in ("services", "adapters")
        for file in (folder / part).rglob("*.py")
        for hint in re.findall(
            r'hint=f?"([^"]*\b(?:F\d|Ctrl\+)[^"]*)"', file.read_text(encoding="utf-8")
        )
    ]
    assert hints
    for hint in hints:
        assert not re.search(r"\bF\d|Ctrl\+", for_shell(AppError("x", hint=hint)).hint)


def test_other_errors_stay_as_they_are() -> None:
    error = AppError("no room", hint="make room on the disk")
    assert for_shell(error) is error


@pytest.mark.parametrize("more", [[], ["--json"]])
def test_a_caption_that_fails_says_what_helps_in_the_shell(
    built: Built, capsys: pytest.CaptureFixture[str], more: list[str]
) -> None:
    code = main(["caption", str(PHOTO), "--source", "multimodal", "--fresh", *more])

    out, err = capsys.readouterr()
    assert code == 1
    assert "no connection to caption with: /connect in the app adds one" in err
    assert "F2" not in out + err
