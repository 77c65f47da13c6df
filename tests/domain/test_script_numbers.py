from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.domain.script_numbers import OPERATIONS, ROUNDINGS, draw, numbers, reckon
from tui.domain.script_values import read_number

VARIABLES = {"x": "10", "list": '[1, "x", 3]', "two words": "5", "word": "hello", "nested": "[[1]]"}


def of(*words: str) -> list[float]:
    return numbers(words, VARIABLES.get)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["1", "2.5"], [1, 2.5]),
        (["1", "a"], [1]),
        (["x", "3"], [10, 3]),
        (["word"], []),
        (["two words", "1"], [5, 1]),
        (["1 x 3"], [1, 10, 3]),
        (['["x",', "15,", "2]"], [10, 15, 2]),
        (["[1,2]", "[3]"], [1, 2, 3]),
        (["list"], [1, 10, 3]),
        (["nested"], []),
        (["[[1],true,null]"], []),
        (['{"a":1}'], []),
        ([""], []),
        ([], []),
    ],
)
def test_words_are_numbers_variables_or_lists(words: list[str], found: list[float]) -> None:
    assert of(*words) == found


@pytest.mark.parametrize(
    ("operation", "given", "result"),
    [
        ("add", [1, 2, 3], "6"),
        ("add", [0.1, 0.2], "0.30000000000000004"),
        ("sub", [5, 2, 1], "2"),
        ("sub", [5], "5"),
        ("mul", [2, 3.5], "7"),
        ("max", [1, 5, 3], "5"),
        ("min", [1, 5, 3], "1"),
        ("div", [10, 4], "2.5"),
        ("div", [8, 2, 2], "4"),
        ("div", [1, 0], "0"),
        ("div", [4], "0"),
        ("mod", [5, 3], "2"),
        ("mod", [-5, 3], "-2"),
        ("mod", [5, 0], "0"),
        ("pow", [2, 10], "1024"),
        ("pow", [9, 99999999999], "0"),
        ("pow", [-8, 0.5], "0"),
        ("pow", [0, -1], "0"),
        ("sin", [0], "0"),
        ("cos", [0], "1"),
        ("log", [1], "0"),
        ("log", [0], "0"),
        ("abs", [-2.5], "2.5"),
        ("sqrt", [16], "4"),
        ("sqrt", [-1], "0"),
        ("round", [2.5], "3"),
        ("round", [-2.5], "-2"),
        ("round", [0.49999999999999994], "0"),
        ("add", [], "0"),
        ("sqrt", [], "0"),
        ("mul", [1e200, 1e200], "0"),
    ],
)
def test_what_has_no_result_gives_nought(operation: str, given: list[float], result: str) -> None:
    assert reckon(operation, given) == result


@given(
    st.sampled_from(sorted(OPERATIONS)),
    st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=4),
)
def test_every_reckoning_gives_a_number(operation: str, given: list[float]) -> None:
    assert read_number(reckon(operation, given)) is not None


@given(
    st.lists(st.text() | st.text(alphabet='[]"0123456789.eExX-+, ')),
    st.none() | st.text() | st.text(alphabet='[]"0123456789.eE-+, '),
)
def test_any_words_and_variables_can_be_reckoned_with(words: list[str], value: str | None) -> None:
    assert read_number(reckon("add", numbers(words, lambda _name: value))) is not None


@pytest.mark.parametrize(
    ("chance", "rounding", "drawn"),
    [
        (0.0, "", "1"),
        (0.75, "", "4.75"),
        (0.7, "round", "5"),
        (0.7, "floor", "4"),
        (0.7, "ceil", "5"),
    ],
)
def test_a_number_is_drawn_between_two(chance: float, rounding: str, drawn: str) -> None:
    assert draw(1, 6, chance, rounding) == drawn


@given(
    st.floats(allow_nan=False, allow_infinity=False),
    st.floats(allow_nan=False, allow_infinity=False),
    st.floats(0, 1, exclude_max=True),
    st.sampled_from(["", *ROUNDINGS]),
)
def test_every_draw_gives_a_number(low: float, high: float, chance: float, rounding: str) -> None:
    assert read_number(draw(low, high, chance, rounding)) is not None
