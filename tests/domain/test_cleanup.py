from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.domain.cleanup import CHANGES, CleanUp

WORDS = st.lists(st.text(max_size=8), max_size=4).map(tuple)
ANY = st.builds(
    CleanUp, st.booleans(), WORDS, st.booleans(), st.text(max_size=5), st.text(max_size=5)
)


@pytest.mark.parametrize(
    ("text", "tidied"),
    [
        ("The image shows a cat on a mat.", "A cat on a mat."),
        ("This photograph depicts two men.", "Two men."),
        ("In this picture, we see a lake.", "A lake."),
        ("In this picture  you  can see : a lake.", "A lake."),
        ("The image shows: a cat", "A cat"),
        ("The image shows:a cat", "The image shows:a cat"),
        ("An image of a dog", "A dog"),
        ("This is a photo of Élise", "Élise"),
        ("In the picture there is one tree", "One tree"),
        ("The picture frame shows signs of age", "The picture frame shows signs of age"),
        ("The image shows", "The image shows"),
        ("A cat. The image shows it asleep.", "A cat. The image shows it asleep."),
        ("", ""),
    ],
)
def test_the_opening_of_a_caption_is_left_out(text: str, tidied: str) -> None:
    assert CleanUp().apply(text) == tidied


@pytest.mark.parametrize(
    ("text", "tidied"),
    [
        ("A very big, Beautiful cat.", "A big, cat."),
        ("A deep blue  sky, and sea", "A deep, and sea"),
        ("every", "every"),
        ("Very.", "."),
        ("a (very) old man", "a () old man"),
    ],
)
def test_banned_words_are_taken_out_whole(text: str, tidied: str) -> None:
    assert CleanUp(False, ("very", "beautiful", "blue sky", " ")).apply(text) == tidied


@pytest.mark.parametrize(
    "begin",
    [
        "a cat",
        "In this picture ",
        "In this picture,",
        "This",
        "This picture shows",
        "It is a",
        "An",
    ],
)
def test_white_space_without_end_does_not_hold_the_screen_up(begin: str) -> None:
    rules = CleanUp(True, ("cat",))
    for space in (" ", "\n", " \t"):
        # In the square of its length it would take hours.
        assert rules.apply(f"{begin}{space * 500_000}x").endswith(("x", "X"))


def test_prefix_and_suffix_are_put_there_once() -> None:
    rules = CleanUp(prefix="Photo: ", suffix=".")

    assert rules.apply("a cat") == rules.apply(rules.apply("a cat")) == "Photo: a cat."
    assert rules.apply(" ") == " "


def test_one_line_is_one_line() -> None:
    assert CleanUp(one_line=True).apply("a\n  b\tc\n") == "a b c"


def test_it_says_which_rules_make_a_difference() -> None:
    rules = CleanUp(True, ("very",), True, "", "!")

    assert rules.in_force() == ("drop_opening", "banned_words", "one_line", "suffix")
    assert rules.changes("The image shows a cat") == ("drop_opening", "suffix")
    assert set(rules.in_force()) <= set(CHANGES)


def test_a_rule_is_switched_off_and_on_again() -> None:
    usual = CleanUp(True, ("very",), False, "A: ", "")
    for name in CHANGES:
        switched = usual.toggled(name, usual)
        assert (name in switched.in_force()) != (name in usual.in_force()) or name == "suffix"
        assert switched.toggled(name, usual) == usual


@given(ANY, st.text())
def test_tidying_twice_changes_nothing_that_tidying_once_left(rules: CleanUp, text: str) -> None:
    once = rules.apply(text)

    assert rules.changes(text) or once == text
    assert isinstance(once, str)
    assert not rules.in_force() or set(rules.changes(text)) <= set(rules.in_force())
