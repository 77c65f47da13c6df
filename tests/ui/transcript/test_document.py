from __future__ import annotations

from collections.abc import Iterable

import pytest

from tests.ui.transcript.chat_source import numbered
from tui.domain.chat import Outline
from tui.ui.transcript import document as module
from tui.ui.transcript.document import Document
from tui.ui.transcript.heights import estimates
from tui.ui.transcript.layout import Look


@pytest.fixture
def guessed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """For how many messages heights were guessed, each time."""
    counts: list[int] = []

    def counting(outlines: Iterable[Outline], room: int, picture_rows: int) -> list[int]:
        heights = estimates(outlines, room, picture_rows)
        counts.append(len(heights))
        return heights

    monkeypatch.setattr(module, "estimates", counting)
    return counts


def test_heights_are_guessed_once_however_often_the_look_changes_before_it_is_drawn(
    guessed: list[int],
) -> None:
    document, source = Document(), numbered(500)

    document.show(source)
    document.set_look(Look(120))
    document.set_look(Look(60))
    document.ensure_end(20)

    assert guessed == [500]
    assert len(source.loaded) <= 20


def test_a_message_at_the_end_leaves_what_is_known_of_the_others(guessed: list[int]) -> None:
    document, source = Document(), numbered(500)
    document.show(source)
    document.ensure_end(20)
    rows = document.heights.total

    source.add("one more")
    document.sync()

    assert guessed == [500, 1]
    assert document.item_of("m500") == 501
    assert document.heights.total == rows + document.heights[501]


def test_exact_heights_move_with_their_messages() -> None:
    document, source = Document(), numbered(50)
    source.messages[40].text = "paragraph\n\n" * 9
    document.show(source)
    exact = document.measure(41)

    source.remove(10)
    document.sync()

    assert exact
    assert document.heights[40] == len(document.entry(40).laid.lines)
    assert document.item_of("m10") is None
