from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.slash.fuzzy import did_you_mean, nearest, score


def best(typed: str, names: list[str]) -> list[str]:
    scored = [(points, name) for name in names if (points := score(typed, name)) is not None]
    return [name for _, name in sorted(scored, reverse=True)]


def test_a_beginning_beats_a_word_beats_an_inside_beats_scattered_letters() -> None:
    names = ["xchatx", "c-h-a-t", "new-chat", "chats"]

    assert best("chat", names) == ["chats", "new-chat", "xchatx", "c-h-a-t"]


def test_letters_out_of_order_do_not_fit() -> None:
    assert score("tac", "cat") is None


@given(st.text(), st.text())
def test_every_name_fits_its_own_beginning(name: str, more: str) -> None:
    assert score(name, name + more) is not None or name.casefold() not in (name + more).casefold()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("captoin", "caption"), ("CAPTION", "caption"), ("zzzz", ""), ("", ""), ("sett", "settings")],
)
def test_the_nearest_name_is_what_was_meant(typed: str, meant: str) -> None:
    assert nearest(typed, ["caption", "settings", "stop"]) == meant


def test_a_hint_is_given_only_when_a_name_is_near() -> None:
    assert did_you_mean("stpo", ["stop"], prefix="/") == "did you mean /stop?"
    assert did_you_mean("zzzz", ["stop"]) == ""
