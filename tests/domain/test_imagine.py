from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.domain.errors import AppError
from tui.domain.imagine_modes import (
    LABELS,
    MODES,
    TRIGGERS,
    Mode,
    as_it_is,
    asks_model,
    instruction,
    mode_of,
    shows_character,
    turned,
)
from tui.domain.imagine_prompt import joined, of_character, tidied
from tui.domain.imagine_request import (
    ImagineRequest,
    Recipe,
    read_recipe,
    recipe_of,
    wish_of,
)
from tui.domain.imagine_settings import ImagineSettings
from tui.domain.imagining import Wish


@pytest.mark.parametrize(
    ("text", "mode"),
    [
        ("you", "you"),
        ("  Raw_Last\n", "raw_last"),
        ("FACE", "face"),
        ("you and me", "free"),
        ("background music", "free"),
        ("", "free"),
    ],
)
def test_a_trigger_must_be_the_whole_text(text: str, mode: Mode) -> None:
    assert mode_of(text) == mode


def test_own_words_are_worked_out_if_wanted_and_triggers_stay_triggers() -> None:
    assert mode_of("a cat", extend=True) == "extended"
    assert mode_of("scene", extend=True) == "scene"


def test_every_mode_has_a_label_and_its_instruction() -> None:
    settings = ImagineSettings()

    assert set(LABELS) == set(MODES) == {*TRIGGERS, "free", "extended"}
    assert all(bool(instruction(mode, settings)) == asks_model(mode) for mode in MODES)
    assert "{{prompt}}" in settings.ask_extended


def test_the_characters_prefix_is_for_pictures_of_the_character() -> None:
    without = [mode for mode in MODES if not shows_character(mode)]

    assert without == ["me", "background", "free", "extended"]


@pytest.mark.parametrize(
    ("mode", "size", "becomes"),
    [
        ("face", (512, 512), (512, 768)),
        ("face", (500, 400), (500, 768)),
        ("face", (512, 1024), (512, 1024)),
        ("background", (512, 512), (896, 512)),
        ("background", (1024, 512), (1024, 512)),
        ("background", (512, 4096), (4096, 4096)),
        ("scene", (512, 640), (512, 640)),
    ],
)
def test_portraits_are_high_and_backgrounds_wide(
    mode: Mode, size: tuple[int, int], becomes: tuple[int, int]
) -> None:
    assert turned(mode, *size) == becomes


def test_the_last_message_weighs_most_and_what_is_empty_is_left_out() -> None:
    assert as_it_is("She\nwaves.", "", " a fox ") == "(She waves.:1.2), (a fox:0.5)"
    assert as_it_is("", "", "") == ""


@pytest.mark.parametrize(
    ("answer", "prompt"),
    [
        ('"a fox, red fur"', "a fox, red fur"),
        ("a fox\nred fur\n\ngreen eyes.", "a fox, red fur, green eyes"),
        ("**Prompt:** a fox ,, red  fur;", "a fox, red fur"),
        ("- a fox\n- red fur", "a fox, red fur"),
        ("лиса, рыжая шерсть", "лиса, рыжая шерсть"),
        ("(a fox:1.3), [sly]", "(a fox:1.3), [sly]"),
        ("\x1b]0;x\x07a fox", "]0, xa fox"),
        ("...", ""),
    ],
)
def test_an_answer_becomes_one_line_of_phrases(answer: str, prompt: str) -> None:
    assert tidied(answer, "standard") == prompt


@pytest.mark.parametrize("begin", ["", "a", "prompt", "image", "- ", "1."])
def test_an_answer_full_of_white_space_is_tidied_at_once(begin: str) -> None:
    for space in (" ", "\n", " \n"):
        # In the square of its length it would take hours.
        assert tidied(f"{begin}{space * 500_000}fox", "standard").endswith("fox")


def test_minimal_processing_touches_white_space_alone() -> None:
    assert tidied(' "a fox",\n  red. ', "minimal") == '"a fox", red.'


@given(st.text(max_size=300))
def test_a_tidied_prompt_is_one_clean_line(answer: str) -> None:
    for processing in ("standard", "minimal"):
        prompt = tidied(answer, processing)

        assert prompt == prompt.strip()
        assert "\n" not in prompt
        assert not any(unicodedata.category(each) in {"Cc", "Cs"} for each in prompt)


@pytest.mark.parametrize(
    ("first", "second", "whole"),
    [
        ("best quality,", " a fox ", "best quality, a fox"),
        ("best, {prompt}, 8k", "a fox", "best, a fox, 8k"),
        ("", "a fox", "a fox"),
        ("ugly", "", "ugly"),
        ("a {{user}}", "{prompt}", "a {{user}}, {prompt}"),
    ],
)
def test_parts_of_a_prompt_are_joined_with_one_comma(first: str, second: str, whole: str) -> None:
    assert joined(first, second) == whole


def test_what_is_set_for_a_character_is_found_by_name_or_id() -> None:
    texts = {"ada": "red hair", "Bob B.": "beard"}

    assert of_character(texts, "Ada Lovelace", "ADA") == "red hair"
    assert of_character(texts, "bob b.") == "beard"
    assert of_character(texts, "Eve", "") == ""


def test_a_wish_is_the_settings_with_what_was_chosen_for_once() -> None:
    settings = ImagineSettings(width=640, height=640, seed=5, steps=30, sampler="Euler")

    plain = wish_of(ImagineRequest("face"), "face", settings)
    chosen = wish_of(
        ImagineRequest("face", width=256, steps=4, cfg=0.0, seed=-1, extra=(("vae", "x"),)),
        "face",
        settings,
    )

    assert (plain.width, plain.height, plain.seed, plain.steps) == (640, 960, 5, 30)
    assert (chosen.width, chosen.height, chosen.seed, chosen.steps) == (256, 640, None, 4)
    assert (chosen.cfg, chosen.sampler, chosen.extra) == (0.0, "Euler", (("vae", "x"),))


@pytest.mark.parametrize(
    ("request_", "says"),
    [
        (ImagineRequest(width=63), "width cannot be 63"),
        (ImagineRequest(height=99_999), "height cannot be 99999"),
        (ImagineRequest(steps=0), "steps cannot be 0"),
        (ImagineRequest(cfg=float("nan")), "cfg cannot be nan"),
        (ImagineRequest(seed=-2), "seed cannot be -2"),
    ],
)
def test_numbers_that_make_no_sense_are_refused(request_: ImagineRequest, says: str) -> None:
    with pytest.raises(AppError, match=says):
        request_.check()


def test_a_recipe_comes_back_as_it_was_written_and_wishes_for_another_seed() -> None:
    wish = Wish('a "fox"', "ugly", 640, 512, 8, 3.5, None, "m", "Euler", "", (("vae", "x"),))
    recipe = recipe_of(wish, "scene", "kitchen", 77)

    assert read_recipe(recipe.written()) == recipe
    assert recipe.seed == 77
    assert recipe.wish() == wish


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "3", "null", '{"mode": "never"}', '{"prompt": 3}', '{"extra": [1]}'],
)
def test_a_damaged_recipe_is_none(text: str) -> None:
    assert read_recipe(text) is None


def test_a_recipe_of_a_newer_salon_is_read_as_far_as_it_is_known() -> None:
    assert read_recipe('{"prompt": "a fox", "later": 1}') == Recipe(prompt="a fox")
