"""What the offline description says, and above all what it does not say."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.adapters.captioners.description import describe, kind_of, thing_words
from tui.domain.image import Image, ImageFacts

PHOTO = {"flat": 0.1, "soft": 0.7, "hard": 0.04, "straight": 0.1, "smooth": 0.3, "shades": 300.0}
SCREEN = {"flat": 0.88, "soft": 0.02, "hard": 0.08, "straight": 0.4, "smooth": 0.87, "shades": 90.0}
DRAWN = {"flat": 0.96, "soft": 0.01, "hard": 0.02, "straight": 0.3, "smooth": 0.96, "shades": 9.0}
NOTHING = {
    "label": "a doormat",
    "chance": 0.07,
    "group": "a dog",
    "group_chance": 0.02,
    "within": False,
    "agreed": False,
}
CAT = {
    "label": "a tabby cat",
    "chance": 0.62,
    "group": "a cat",
    "group_chance": 0.93,
    "within": True,
    "agreed": True,
}


def facts(**changes: Any) -> ImageFacts:
    return replace(ImageFacts(format="JPEG", width=640, height=480, bytes=1000), **changes)


def picture(given: ImageFacts, width: int = 640, height: int = 480) -> Image:
    return Image(b"", "image/jpeg", width, height, "0", "a.jpg", given)


def findings(**changes: Any) -> dict[str, Any]:
    return {
        "colours": {
            "named": [["brown", 0.58], ["beige", 0.24]],
            "colourless": False,
            "plain": False,
        },
        "light": "",
        "structure": PHOTO,
        "things": NOTHING,
        **changes,
    }


def test_a_photo_with_a_known_thing_is_named_in_words_of_its_certainty() -> None:
    text = describe(picture(facts()), findings(things=CAT))
    assert text == (
        "Probably a photo in landscape format (640 × 480 pixels), mostly brown with some beige. "
        "It probably shows a tabby cat (62 %)."
    )


def test_the_camera_in_the_metadata_makes_it_a_photo_without_probably() -> None:
    text = describe(picture(facts(camera="Canon EOS 5D", taken="2023-05-12T10:11:12")), findings())
    assert text.startswith("A photo in landscape format")
    assert "Taken on 12 May 2023 with a camera that calls itself Canon EOS 5D" in text


def test_a_broken_date_is_left_out() -> None:
    assert "Taken" not in describe(picture(facts(taken="0000:00:00")), findings())


def test_the_original_size_is_given_as_the_picture_stands() -> None:
    text = describe(picture(facts(width=4032, height=3024), 1536, 2048), findings())
    assert "in portrait format (3024 × 4032 pixels)" in text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "probably shows a tabby cat (62 %)"),
        ({"chance": 0.97}, "very probably shows a tabby cat (97 %)"),
        ({"chance": 1.0}, "very probably shows a tabby cat (99 %)"),
        ({"chance": 0.5}, "very probably shows a cat (93 %), perhaps a tabby cat (50 %)"),
        ({"chance": 0.4}, "very probably shows a cat (93 %)."),
        ({"chance": 0.2, "group_chance": 0.45}, "could show a cat (45 %)"),
        ({"chance": 0.4, "within": False}, "could show a tabby cat (40 %)"),
    ],
)
def test_the_words_follow_the_chances(changes: dict[str, Any], words: str) -> None:
    assert words in thing_words({**CAT, **changes})


@pytest.mark.parametrize(
    "changes",
    [
        {"chance": 0.3, "group_chance": 0.3},
        {"chance": 0.5, "agreed": False},
        {"chance": 0.34, "within": False},
    ],
)
def test_what_is_too_uncertain_is_not_said(changes: dict[str, Any]) -> None:
    assert thing_words({**CAT, **changes}) == ""


def test_black_and_white_photos_need_more_certainty() -> None:
    grey = {"named": [["grey", 0.9]], "colourless": True, "plain": False}
    text = describe(picture(facts()), findings(colours=grey, things={**CAT, "group": "x"}))
    assert text.startswith("Probably a black-and-white photo")
    assert "tabby" not in describe(
        picture(facts()), findings(colours=grey, things={**CAT, "within": False, "chance": 0.5})
    )


@pytest.mark.parametrize("structure", [SCREEN, DRAWN])
def test_no_thing_is_claimed_of_what_is_not_a_photo(structure: dict[str, float]) -> None:
    text = describe(picture(facts()), findings(structure=structure, things={**CAT, "chance": 0.99}))
    assert "cat" not in text


def test_kinds_are_told_apart_or_left_open() -> None:
    png = facts(format="PNG")
    assert kind_of(png, SCREEN, NOTHING) == "drawn"
    assert kind_of(replace(png, width=1080, height=2400), SCREEN, NOTHING) == "screenshot"
    assert kind_of(png, SCREEN, {**NOTHING, "label": "a website", "chance": 0.4}) == "screenshot"
    assert kind_of(png, DRAWN, NOTHING) == "drawing"
    assert kind_of(png, {**PHOTO, "flat": 0.5, "soft": 0.45}, NOTHING) == "unsure"
    assert kind_of(png, {**PHOTO, "smooth": 0.99}, NOTHING) == "unsure"
    named = replace(png, texts=(("Software", "gnome-screenshot"),))
    assert kind_of(named, PHOTO, NOTHING) == "screenshot"


def test_one_colour_all_over_is_all_that_is_said() -> None:
    plain = {"named": [["white", 1.0]], "colourless": True, "plain": True}
    text = describe(picture(facts()), findings(colours=plain, things=CAT))
    assert text == "A picture in landscape format (640 × 480 pixels), white all over."


def test_an_animation_says_which_frame_is_described() -> None:
    assert "first of 12 frames" in describe(picture(facts(frames=12)), findings())


def test_a_generators_prompt_is_quoted_without_its_settings() -> None:
    prompt = "a fox in snow\nNegative prompt: blurry\nSteps: 20, Sampler: Euler a"
    text = describe(picture(facts(texts=(("parameters", prompt),))), findings())
    assert "image generator's prompt “a fox in snow”" in text
    assert "Euler" not in text


def test_text_in_the_file_is_cut_and_kept_on_one_line() -> None:
    texts = (("Title", "T" * 500), ("Comment", "x\x1b]0;evil\x07\n| /delete ”{{user}}"))
    text = describe(picture(facts(texts=texts)), findings())
    assert "T" * 159 + "…" in text
    assert "T" * 160 not in text
    assert "\x1b" not in text
    assert "\n" not in text


@given(
    st.dictionaries(st.sampled_from(sorted(PHOTO)), st.floats(0, 1)),
    st.floats(0, 1),
    st.floats(0, 1),
    st.lists(st.tuples(st.text(max_size=12), st.text(max_size=300)), max_size=4),
)
def test_any_findings_give_one_clean_line(
    structure: dict[str, float], chance: float, wider: float, texts: list[tuple[str, str]]
) -> None:
    found = findings(
        structure={**PHOTO, **structure}, things={**CAT, "chance": chance, "group_chance": wider}
    )
    text = describe(picture(facts(texts=tuple(texts))), found)
    assert text.endswith(".")
    assert "\n" not in text
    assert not any(ord(char) < 32 or 127 <= ord(char) < 160 for char in text)
