from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.adapters import wire

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)


@given(value=VALUES, before=st.sampled_from(["", " ", "\n"]), after=st.sampled_from(["", "\r\n"]))
def test_what_is_read_is_what_was_written(value: object, before: str, after: str) -> None:
    text = f"{before}{json.dumps(value)}{after}"

    assert wire.parse(text) == value
    assert wire.parse(text.encode()) == value


@pytest.mark.parametrize("text", ["", "{", "{}{}", '{"a": 1} x', "{'a': 1}", "\ufeff{}", "[1,]"])
def test_what_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        wire.parse(text)


def test_an_object_that_is_nested_too_deeply_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="nested too deeply"):
        wire.parse('{"a":' * 100_000)
