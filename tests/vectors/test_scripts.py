from __future__ import annotations

from typing import Any

import pytest

from tests.vectors.__main__ import HERE, difference, main, read

CASES: list[dict[str, Any]] = read(HERE / "stscript.jsonl")


@pytest.mark.parametrize("case", CASES, ids=[str(case["id"]) for case in CASES])
async def test_each_script_does_what_the_original_did(case: dict[str, Any]) -> None:
    assert await difference(case) == ""


def test_all_are_there() -> None:
    assert len(CASES) == 195


async def test_the_runner_says_how_many_agree(capsys: pytest.CaptureFixture[str]) -> None:
    assert await main([]) == 0

    assert capsys.readouterr().out.endswith("247 of 249 agree\n")
