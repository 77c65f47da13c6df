from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.domain.variables import (
    JSON,
    MOST_CHARACTERS,
    MOST_ITEMS,
    VariableError,
    Variables,
    is_true,
    number,
    text_of,
)


def having(value: JSON) -> Variables:
    return Variables({"x": value})


@pytest.mark.parametrize(
    ("kept", "read"),
    [
        ("5", 5),
        (" 2.50 ", 2.5),
        ("7.0", 7),
        ("-1e3", -1000),
        (".5", 0.5),
        ("", ""),
        ("  ", "  "),
        ("5 apples", "5 apples"),
        ("0x10", "0x10"),
        ("Infinity", "Infinity"),
        ("1_000", "1_000"),
        ("٣", "٣"),
        ("12345678901234567890123", 12345678901234567890123),
        ("1e999", "1e999"),
        (None, ""),
        (True, True),
        ([1, {"a": None}], '[1,{"a":null}]'),
    ],
)
def test_what_looks_like_a_number_reads_as_one(kept: JSON, read: object) -> None:
    assert having(kept).get("x") == read
    assert type(having(kept).get("x")) in (type(read), float)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1, "1"),
        (7.0, "7"),
        (2.5, "2.5"),
        (0.1 + 0.2, "0.30000000000000004"),
        (1e20, "100000000000000000000"),
        (1e21, "1e+21"),
        (1.2345678901234568e20, "123456789012345680000"),
        (1e-6, "0.000001"),
        (-1.25e-5, "-0.0000125"),
        (1.5e-7, "1.5e-7"),
        (-0.0, "0"),
        (math.inf, "Infinity"),
        (-math.inf, "-Infinity"),
        (math.nan, "NaN"),
        (True, "true"),
        (None, ""),
        ({"k": "v"}, '{"k":"v"}'),
        ([1, "é"], '[1,"é"]'),
    ],
)
def test_numbers_are_printed_as_people_expect(value: JSON, text: str) -> None:
    assert text_of(value) == text


def test_a_number_too_large_to_print_is_no_error() -> None:
    assert text_of(10**5000) == "Infinity"
    assert text_of(-(10**5000)) == "-Infinity"


@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers())
def test_a_number_comes_back_from_its_text(value: float) -> None:
    text = text_of(value)
    if text.strip("-") != "Infinity":
        assert number(text) == value or (isinstance(value, float) and float(text) == value)


def test_an_index_makes_what_it_needs() -> None:
    variables = Variables()

    variables.set("n", "v", index=1)
    variables.set("o", "v", index="k")
    variables.set("n", "w", index="-1")

    assert variables.get("n") == '[null,"w"]'
    assert variables.get("n", 1) == variables.get("n", "1") == "w"
    assert variables.get("n", 0) == variables.get("n", 7) == variables.get("n", "k") == ""
    assert variables.get("o") == '{"k":"v"}'
    assert variables.get("o", "k") == "v"
    assert variables.get("o", "none") == ""
    assert having('{"1":[2]}').get("x", 1) == "[2]"
    assert having("text").get("x", 0) == ""


@pytest.mark.parametrize("index", [MOST_ITEMS, "-1", "k"])
def test_a_place_that_cannot_be_is_an_error_and_changes_nothing(index: int | str) -> None:
    variables = having("[]")

    with pytest.raises(VariableError) as caught:
        variables.set("x", 1, index=index)

    assert caught.value.hint
    assert (variables.get("x"), variables.revision) == ("[]", 0)


def test_text_has_no_places_and_a_variable_a_name() -> None:
    with pytest.raises(VariableError, match="neither a list nor an object"):
        having("text").set("x", 1, index=0)
    with pytest.raises(VariableError, match="name"):
        Variables().set(" ", 1)
    with pytest.raises(VariableError, match="more than"):
        Variables().set("x", "a" * (MOST_CHARACTERS + 1))


@pytest.mark.parametrize(
    ("given", "kind", "kept"),
    [
        (5, "string", "5"),
        ("5", "number", 5),
        ("2.9", "int", 2),
        ("2.9", "float", 2.9),
        ("nothing", "number", 0),
        ("On", "boolean", True),
        ("yes", "bool", False),
        ("[]", "list", "[]"),
        ("x", "array", "[]"),
        ('{"a":1}', "object", '{"a":1}'),
        ("[1]", "dict", "{}"),
        ("x", "null", None),
        ("x", "none", None),
        ("x", "whatever", "x"),
        ("05", "", "05"),
    ],
)
def test_a_value_is_kept_as_the_type_that_is_asked_for(given: JSON, kind: str, kept: JSON) -> None:
    variables = Variables()

    variables.set("x", given, as_=kind)

    assert variables.values == {"x": kept}


@pytest.mark.parametrize(
    ("before", "more", "after"),
    [
        (None, "5", 5),
        ("5", "5", 10),
        ("foo", "bar", "foobar"),
        (None, "foo", "foo"),
        ("a", "1", "a1"),
        ("1", "a", "1a"),
        ("5", "", 5),
        ("[1,2]", "3", '[1,2,"3"]'),
        ('{"a":1}', "b", '{"a":1}b'),
        ("0.1", "0.2", 0.30000000000000004),
        ("1e308", "1e308", "Infinity"),
    ],
)
def test_adding_sums_joins_or_pushes(before: JSON, more: str, after: object) -> None:
    assert having(before).add("x", more) == after


def test_counting() -> None:
    variables = Variables()

    assert [variables.increment("n"), variables.increment("n"), variables.decrement("n")] == [
        1,
        2,
        1,
    ]


def test_changes_are_noticed_and_a_copy_is_apart() -> None:
    kept: dict[str, JSON] = {"a": 1}
    variables = Variables(kept)
    before = variables.revision

    assert variables.has("a")
    variables.get("a")
    variables.delete("none")
    assert variables.revision == before

    apart = variables.copy()
    apart.set("a", 2)
    apart.delete("a")
    assert kept == {"a": 1}

    variables.set("b", "2")
    assert variables.revision > before
    assert (variables.names(), list(variables.items())) == (["a", "b"], [("a", 1), ("b", 2)])
    assert kept == {"a": 1, "b": "2"}


@pytest.mark.parametrize("value", ["", " ", "false", "OFF", "0", 0, 0.0, False, None])
def test_what_is_false(value: JSON) -> None:
    assert not is_true(value)
    assert is_true("no") and is_true("0.5") and is_true([])


@given(st.text(max_size=8), st.text(max_size=8), st.text(max_size=4))
def test_any_text_can_be_kept_added_and_looked_into(one: str, other: str, index: str) -> None:
    variables = having(one)

    variables.add("x", other)
    variables.get("x", index)
    json.dumps(variables.values)
