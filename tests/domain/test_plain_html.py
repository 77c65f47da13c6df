from __future__ import annotations

from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.domain.plain_html import plain_html


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("plain", "plain"),
        ("<b>Really?</b> <i>Yes</i>", "Really? Yes"),
        ("one<br>two<br/>three", "one\ntwo\nthree"),
        ("<p>one</p><p>two</p>", "one\ntwo"),
        ("Choose:<ul><li>cats</li><li>dogs</li></ul>", "Choose:\n• cats\n• dogs"),
        ('<span style="color: red">red</span>', "red"),
        ("1 < 2 & 3 > 2", "1 < 2 & 3 > 2"),
        ("<lora:style:1> stays", "<lora:style:1> stays"),
        ("Sure?<b> Yes</b><p>or no</p>", "Sure? Yes\nor no"),
        ("&lt;b&gt; &amp;amp;", "<b> &amp;"),
        ("a<style>b { color: red }</style>c<script>alert(1)</script>d", "acd"),
        ("bell\x07 &#27;[2J", "bell\ufffd [2J"),
    ],
)
def test_tags_go_and_words_stay(typed: str, shown: str) -> None:
    assert plain_html(typed) == shown


@given(st.text(alphabet="<>/&;bri =\n\"'x#"))
def test_any_text_can_be_shown(text: str) -> None:
    assert "\x1b" not in plain_html(text)


@pytest.mark.parametrize("piece", ["<b", "<style>", "<p>", "<br x", "&amp", "</li>", "<script><"])
def test_long_texts_take_no_longer_than_they_are_long(piece: str) -> None:
    def seconds(count: int) -> float:
        start = perf_counter()
        plain_html(piece * count)
        return perf_counter() - start

    seconds(100)
    assert seconds(4000) < 60 * max(seconds(400), 0.0005)
