from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.vectors.macro_case import DEVIATIONS, run

CASES: list[dict[str, Any]] = [
    json.loads(line) for line in Path(__file__).with_name("macro.jsonl").read_text().splitlines()
]


@pytest.mark.parametrize("case", CASES, ids=[str(case["id"]) for case in CASES])
def test_each_template_gives_what_the_original_gave_or_is_a_known_deviation(
    case: dict[str, Any],
) -> None:
    agrees = run(case) == case["output"]

    assert agrees == (case["id"] not in DEVIATIONS)


@pytest.mark.parametrize("case", [case for case in CASES if case["id"] in DEVIATIONS])
def test_where_ours_differs_the_caption_comes_through_byte_for_byte(case: dict[str, Any]) -> None:
    assert case["template"] == "{{caption}}"
    assert run(case) == case["caption"]


def test_all_are_there() -> None:
    assert len(CASES) == 54
