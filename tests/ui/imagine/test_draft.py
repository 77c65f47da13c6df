from __future__ import annotations

import pytest

from tui.domain.errors import AppError
from tui.domain.imagine_request import ImagineRequest
from tui.ui.imagine.draft import Draft, FieldError, draft_of, request_of


def test_what_is_typed_becomes_a_request() -> None:
    draft = Draft(" a fox ", "free", " ugly", "640 x 512", "8", "-1", "studio", "ink ")

    assert request_of(draft, ImagineRequest(quiet=True, sampler="Euler")) == ImagineRequest(
        "a fox",
        quiet=True,
        connection="studio",
        model="ink",
        negative="ugly",
        width=640,
        height=512,
        steps=8,
        seed=-1,
        sampler="Euler",
        extend=False,
    )


def test_a_mode_stands_for_the_prompt() -> None:
    assert request_of(Draft("left over", "face"), ImagineRequest()).text == "face"
    worked_out = request_of(Draft("a fox", "extended"), ImagineRequest())
    assert (worked_out.text, worked_out.extend) == ("a fox", True)


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (Draft("  "), "prompt"),
        (Draft("", "extended"), "prompt"),
        (Draft("a", size="512"), "size"),
        (Draft("a", size="wide x high"), "size"),
        (Draft("a", steps="1.5"), "steps"),
        (Draft("a", seed="x"), "seed"),
        (Draft("a", seed="9" * 30), "seed"),
    ],
)
def test_the_field_that_makes_no_sense_is_named(draft: Draft, field: str) -> None:
    with pytest.raises(FieldError) as refused:
        request_of(draft, ImagineRequest())

    assert refused.value.field == field


def test_numbers_out_of_bounds_are_refused() -> None:
    with pytest.raises(AppError, match="width cannot be 9"):
        request_of(Draft("a", size="9x512"), ImagineRequest())


def test_it_begins_with_what_was_wanted_last_and_what_is_given_now() -> None:
    before = Draft("a fox", "extended", "ugly", "640x512", "8", "3", "studio", "ink")

    assert draft_of(ImagineRequest(), before, extend=False) == before
    given = ImagineRequest("an owl", width=256, steps=4, extend=False)
    assert draft_of(given, before, extend=False) == Draft(
        "an owl", "free", "ugly", "256x256", "4", "3", "studio", "ink"
    )
    assert draft_of(ImagineRequest(), Draft(), extend=True).mode == "extended"
