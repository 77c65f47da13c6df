"""The targets of `make fuzz`, a little of each: damaged seeds and bytes of no meaning."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.driving import mutated
from tests.fuzz.targets import TARGETS


@pytest.mark.parametrize("name", TARGETS)
def test_a_target_takes_its_own_seeds(name: str) -> None:
    for seed in (b"", *TARGETS[name].seeds):
        TARGETS[name].run(seed)


@pytest.mark.parametrize("name", TARGETS)
@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(st.randoms(use_true_random=False), st.binary(max_size=300), st.booleans())
def test_a_target_takes_any_bytes(name: str, chance: object, data: bytes, damaged: bool) -> None:
    target = TARGETS[name]
    target.run(mutated(target.seeds, chance) if damaged else data)  # type: ignore[arg-type]
