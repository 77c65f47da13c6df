from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.domain.script_values import (
    Json,
    length,
    ordered,
    read_container,
    read_json,
    read_number,
    unwrapped,
    wrapped,
    write_json,
    write_number,
    write_value,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("7", 7),
        (" -7.50 ", -7.5),
        (".5", 0.5),
        ("5.", 5),
        ("1e3", 1000),
        ("0x10", 16),
        ("0b11", 3),
        ("0o17", 15),
        ("007", 7),
        ("", None),
        (".", None),
        ("1_000", None),
        ("nan", None),
        ("Infinity", None),
        ("1e999", None),
        ("١", None),
        ("5 apples", None),
        ("0x" + "f" * 5000, None),
        ("0x" + "0" * 5000 + "f", 15),
        ("9" * 5000, None),
    ],
)
def test_text_is_a_number_where_javascript_would_read_one(text: str, number: float | None) -> None:
    assert read_number(text) == number


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (7.0, "7"),
        (-42.5, "-42.5"),
        (0.1 + 0.2, "0.30000000000000004"),
        (-0.0, "0"),
        (1e20, "100000000000000000000"),
        (123456789012345680000.0, "123456789012345680000"),
        (1e21, "1e+21"),
        (1.25e25, "1.25e+25"),
        (1e-6, "0.000001"),
        (1.5e-6, "0.0000015"),
        (1e-7, "1e-7"),
        (1.5e-10, "1.5e-10"),
        (1.7976931348623157e308, "1.7976931348623157e+308"),
        (5e-324, "5e-324"),
    ],
)
def test_numbers_are_written_as_javascript_writes_them(number: float, text: str) -> None:
    assert write_number(number) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_that_was_written_is_read_as_itself(number: float) -> None:
    assert read_number(write_number(number)) == number


@given(st.text() | st.text(alphabet='[]{}",:0123456789.eE-+ntrufalse\\'))
def test_any_text_has_a_value_that_can_be_written(text: str) -> None:
    assert isinstance(write_json(read_json(text)), str)
    assert length(text) >= 0
    assert read_container(write_json(wrapped(text))) is not None
    assert isinstance(unwrapped(text), str)


def test_json_too_deep_or_too_large_is_text() -> None:
    for text in ("[" * 100_000, "[" * 500 + "]" * 500, "1e999", "[NaN]", "9" * 5000):
        value = read_json(text)
        assert value == text or write_json(value) == text


def test_values_are_written_compactly_and_without_what_a_terminal_obeys() -> None:
    assert write_json({"a": [1, 2.5, None, True, "ü"]}) == '{"a":[1,2.5,null,true,"ü"]}'
    assert write_json(read_json("[1.0, 1e3]")) == "[1,1000]"
    assert write_value(None) == ""
    assert write_value(False) == "false"
    assert "\x1b" not in write_value("\x1b[31m")
    assert "\ud800" not in write_json(["\ud800"])


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("abc", 3),
        ("[1,2,3]", 3),
        ('{"a":1,"b":2}', 2),
        ("[]", 0),
        ("", 0),
        ("12345", 5),
        ("null", 4),
        ("[1,2", 4),
        ("🙂", 1),
    ],
)
def test_length_counts_characters_or_items(text: str, count: int) -> None:
    assert length(text) == count


def test_lists_are_sorted_numbers_first_and_by_size() -> None:
    assert ordered([3, 1, 2]) == [1, 2, 3]
    assert ordered([10, 9, 1.5]) == [1.5, 9, 10]
    assert ordered(["b", 2, "a", None, "B"]) == [2, None, "B", "a", "b"]
    assert ordered([10**400, 1, -(10**400)]) == [-(10**400), 1, 10**400]


def test_objects_are_sorted_to_a_list_of_their_keys() -> None:
    value: Json = {"b": 1, "a": 3, "c": 2}

    assert isinstance(value, dict)
    assert ordered(value) == ["a", "b", "c"]
    assert ordered(value, by_key=False) == ["b", "c", "a"]


@given(st.lists(JSON))
def test_sorting_loses_nothing(value: list[Json]) -> None:
    assert sorted(map(repr, ordered(value))) == sorted(map(repr, value))


@pytest.mark.parametrize(
    ("text", "as_text", "made"),
    [
        ("one", True, '["one"]'),
        ("", True, "[]"),
        ("42", True, '["42"]'),
        ("42", False, "[42]"),
        ("null", True, '["null"]'),
        ("null", False, "[null]"),
        ("false", False, "[false]"),
        ("one", False, '["one"]'),
        ('{"place":"tower"}', True, '[{"place":"tower"}]'),
        ("[1,2]", True, "[1,2]"),
    ],
)
def test_a_value_becomes_a_list_of_it(text: str, as_text: bool, made: str) -> None:
    assert write_json(wrapped(text, as_text=as_text)) == made


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("[1,2]", "1"),
        ('[{"place":"tower"}]', '{"place":"tower"}'),
        ("[]", ""),
        ("[null]", ""),
        ("[false]", "false"),
        ('["a b"]', "a b"),
        ("no list", "no list"),
        ('{"a":1}', '{"a":1}'),
    ],
)
def test_the_first_item_comes_out_of_a_list(text: str, first: str) -> None:
    assert unwrapped(text) == first


@given(st.text().map(lambda text: "".join(filter(str.isprintable, text))))
def test_what_was_put_into_a_list_comes_out_again(text: str) -> None:
    assert unwrapped(json.dumps([text])) == text
