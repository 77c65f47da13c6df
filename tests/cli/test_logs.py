from __future__ import annotations

import logging
from pathlib import Path

import pytest

from tui.cli import logs


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer abcdefgh12345678",
        '{"api_key": "abcdefgh12345678"}',
        "x-api-key=abcdefgh12345678",
        "OPENAI_API_KEY=sk-proj-abcdefgh12345678abcd",
        "failed with sk-ant-abcdefgh12345678abcd",
        "https://host/v1?key=abcdefgh12345678&x=1",
        "HF_TOKEN=hf_abcdefgh12345678abcd",
        "AIzaabcdefgh12345678abcdefgh",
    ],
)
def test_what_looks_like_a_key_is_starred(text: str) -> None:
    assert "abcdefgh" not in logs.redact(text)


@pytest.mark.parametrize(
    "text", ["caption failed source=local ms=12", "tokens=12345678", "key: short", "a task-list"]
)
def test_other_text_stays(text: str) -> None:
    assert logs.redact(text) == text


def test_keys_in_arguments_and_tracebacks_are_starred(tmp_path: Path) -> None:
    path = tmp_path / "state" / "salon.log"
    logs.start(path)
    logger = logging.getLogger("tests.cli")

    try:
        raise ValueError("key=abcdefgh12345678")
    except ValueError:
        logger.exception("went wrong with %s", "Bearer abcdefgh12345678")

    text = path.read_text()
    assert "went wrong" in text
    assert "Traceback" in text
    assert "abcdefgh" not in text


def test_a_large_log_begins_anew_and_keeps_one_old(tmp_path: Path) -> None:
    path = tmp_path / "salon.log"
    path.write_bytes(b"x" * 2_000_001)

    logs.start(path)

    assert path.stat().st_size == 0
    assert (tmp_path / "salon.old.log").stat().st_size == 2_000_001


def test_without_a_folder_for_the_log_salon_goes_on(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("in the way")

    logs.start(tmp_path / "state" / "salon.log")

    assert logs.written_to() == ""
