from __future__ import annotations

from pathlib import Path

import pytest

from tests.ui.app.stage import connected, opened


async def test_the_chat_is_exported_while_it_stays_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with opened(await connected()) as stage:
        await stage.say("first words")
        await stage.enter("/export html")
        await stage.until(lambda: bool(stage.notes))

        assert "exported 3 messages" in stage.notes[-1]
        assert "first-words.html" in stage.notes[-1].replace("\n", "")
        assert "Hello there." in (tmp_path / "first-words.html").read_text(encoding="utf-8")
        assert stage.prompt == ""


async def test_what_cannot_be_exported_stays_in_the_prompt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with opened(await connected()) as stage:
        await stage.say("first words")
        await stage.write("/export htlm")
        await stage.press("enter")
        await stage.press("enter")

        await stage.until(lambda: any("did you mean html?" in each for each in stage.notices))
        assert stage.prompt == "/export htlm"
        assert list(tmp_path.iterdir()) == []
