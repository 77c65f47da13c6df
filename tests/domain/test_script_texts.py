from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.domain.prompt import estimate_tokens
from tui.domain.script_texts import from_sentence, part, to_sentence, to_tokens


@pytest.mark.parametrize(
    ("start", "end", "cut"),
    [
        (0, None, "abcdef"),
        (1, 3, "bc"),
        (-2, None, "ef"),
        (0, -1, "abcde"),
        (-3, -1, "de"),
        (3, 1, ""),
        (1.9, 2.9, "b"),
        (9, None, ""),
        (-99, 99, "abcdef"),
        (-1e308, 1e308, "abcdef"),
    ],
)
def test_a_part_is_cut_as_javascript_slices(start: float, end: float | None, cut: str) -> None:
    assert part("abcdef", start, end) == cut


@given(st.text(), st.integers(-20, 20), st.none() | st.integers(-20, 20))
def test_whole_places_are_those_of_a_slice(text: str, start: int, end: int | None) -> None:
    assert part(text, start, end) == text[start:end]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("of a sentence. And here is another.", "And here is another."),
        ("incomplete. Whole sentence!", "Whole sentence!"),
        ("partial\nFull sentence.", "Full sentence."),
        ('he said "so." Then he left.', "Then he left."),
        ("3.5 apples. Next", "Next"),
        ("不完整。完整的句子。", "完整的句子。"),
        ("Only one.", "Only one."),
        ("no end", "no end"),
        ("", ""),
    ],
)
def test_an_unfinished_sentence_at_the_beginning_goes(text: str, left: str) -> None:
    assert from_sentence(text) == left


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("A sentence. And the beginning of", "A sentence."),
        ("Full sentence! unfinished", "Full sentence!"),
        ("中文。未完成", "中文。"),
        ("finished 🙂 partial", "finished 🙂"),
        ("with love ❤️ and", "with love ❤️"),
        ("well done 👍🏽 and", "well done 👍🏽"),
        ("*smiles* and then", "*smiles*"),
        ('He said "hi." Then', 'He said "hi."'),
        ('Hello there. She "said', "Hello there."),
        ("I don't know", "I don't know"),
        ("It costs 3.5 dollars", "It costs 3.5 dollars"),
        ("no punctuation  ", "no punctuation"),
        ("", ""),
    ],
)
def test_an_unfinished_sentence_at_the_end_goes(text: str, left: str) -> None:
    assert to_sentence(text) == left


@given(st.text() | st.text(alphabet='.!? "a\n*。'))
def test_sentences_are_cut_off_at_the_ends_only(text: str) -> None:
    assert text.endswith(from_sentence(text))
    assert text.startswith(to_sentence(text))


@pytest.mark.parametrize(
    "text", ["." * 200_000, '."' * 100_000, "." + '"' * 200_000, "\n" * 200_000]
)
def test_long_texts_without_sentences_are_quickly_read(text: str) -> None:
    assert text.endswith(from_sentence(text))
    assert text.startswith(to_sentence(text))


@given(st.text(), st.integers(-2, 20), st.booleans())
def test_no_more_is_kept_than_fits_and_no_less(text: str, limit: int, from_end: bool) -> None:
    kept = to_tokens(text, limit, from_end=from_end)

    assert text.endswith(kept) if from_end else text.startswith(kept)
    assert estimate_tokens(kept) <= max(limit, 0)
    if kept != text:
        more = text[-len(kept) - 1 :] if from_end else text[: len(kept) + 1]
        assert estimate_tokens(more) > limit
