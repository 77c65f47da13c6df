from __future__ import annotations

import itertools

import pytest

from tui.domain.connection import Vision
from tui.domain.fate import SENDS, Send, Sight, decide, needs_caption

SEES = Sight("yes")
BLIND = Sight("no")
UNSURE = Sight("unknown")
AWAY = Sight("yes", here=False, local_only=True)
"""A model elsewhere, while pictures must not leave."""


@pytest.mark.parametrize(
    ("sight", "captioned", "reason"),
    [
        (SEES, True, "both: the chat model sees"),
        (SEES, False, "picture: the chat model sees"),
        (BLIND, True, "caption: the chat model can't see"),
        (BLIND, False, "nothing: the chat model can't see, and there is no caption"),
        (UNSURE, True, "caption: it is not known whether the chat model sees"),
        (
            UNSURE,
            False,
            "nothing: it is not known whether the chat model sees, and there is no caption",
        ),
        (AWAY, True, "caption: pictures stay on this machine"),
        (AWAY, False, "nothing: pictures stay on this machine and there is no caption"),
    ],
)
def test_left_alone_it_goes_by_what_the_model_can_do(
    sight: Sight, captioned: bool, reason: str
) -> None:
    fate = decide("auto", "auto", captioned=captioned, sight=sight)

    assert fate.reason == reason
    assert fate.reason.startswith(fate.word)


@pytest.mark.parametrize(
    ("wanted", "captioned", "reason"),
    [
        ("picture", True, "picture: you chose so"),
        ("caption", True, "caption: you chose so"),
        ("caption", False, "nothing: there is no caption"),
        ("both", True, "both: you chose so"),
        ("both", False, "picture: there is no caption"),
        ("nothing", True, "nothing: you chose so"),
    ],
)
def test_what_was_chosen_for_the_picture_wins(wanted: Send, captioned: bool, reason: str) -> None:
    for default, sight in itertools.product(SENDS, (SEES, BLIND, UNSURE)):
        assert decide(wanted, default, captioned=captioned, sight=sight).reason == reason


def test_the_settings_count_where_nothing_was_chosen() -> None:
    fate = decide("auto", "nothing", captioned=True, sight=SEES)

    assert fate.reason == "nothing: the settings say so"


@pytest.mark.parametrize("wanted", SENDS)
@pytest.mark.parametrize("default", SENDS)
@pytest.mark.parametrize("vision", ["yes", "no", "unknown"])
@pytest.mark.parametrize("captioned", [True, False])
def test_no_choice_sends_a_picture_away_that_stays_here(
    wanted: Send, default: Send, vision: Vision, captioned: bool
) -> None:
    away = Sight(vision, here=False, local_only=True)

    fate = decide(wanted, default, captioned=captioned, sight=away)

    assert not fate.picture
    assert not fate.caption or captioned


def test_a_model_on_this_machine_gets_pictures_that_stay_here() -> None:
    assert decide("auto", "auto", captioned=False, sight=Sight("yes", local_only=True)).picture


@pytest.mark.parametrize(
    ("wanted", "default", "always", "sight", "needed"),
    [
        ("auto", "auto", False, SEES, False),
        ("auto", "auto", True, SEES, True),
        ("auto", "auto", False, BLIND, True),
        ("auto", "auto", False, UNSURE, True),
        ("auto", "auto", False, AWAY, True),
        ("auto", "picture", False, BLIND, False),
        ("auto", "nothing", False, BLIND, False),
        ("auto", "nothing", True, BLIND, True),
        ("auto", "caption", False, SEES, True),
        ("auto", "both", False, SEES, True),
        ("picture", "caption", True, SEES, False),
        ("picture", "auto", False, AWAY, True),
        ("nothing", "caption", True, BLIND, False),
        ("caption", "nothing", False, SEES, True),
        ("both", "picture", False, SEES, True),
    ],
)
def test_a_caption_is_made_first_where_one_will_be_sent(
    wanted: Send, default: Send, always: bool, sight: Sight, needed: bool
) -> None:
    assert needs_caption(wanted, default, always=always, sight=sight) is needed
