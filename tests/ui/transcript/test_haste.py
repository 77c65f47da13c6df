from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.ui.transcript.chat_source import Messages, TranscriptApp, message
from tests.ui.widgets.harness import wait_until
from tui.ui.transcript import highlight

CODE = "words\n\n```python\ndef area(width):\n    return 'a' * width\n```\n\nmore words"


@pytest.fixture(autouse=True)
def hasty() -> Iterator[None]:
    highlight.hasten()
    yield
    highlight.take_time()


def styles(app: TranscriptApp) -> set[str]:
    return {run[1] for line in app.transcript.document.entry(1).laid.lines for run in line.runs}


async def test_code_of_the_first_frame_gets_its_colours_soon_and_no_row_moves() -> None:
    app = TranscriptApp(Messages([message(0, CODE)]))
    async with app.run_test(size=(60, 20)) as pilot:
        rows = app.rows()
        assert "block" in styles(app)
        assert "keyword" not in styles(app)
        await wait_until(lambda: "keyword" in styles(app))
        await pilot.pause()
        assert app.rows() == rows
        assert not highlight.is_hasty()


async def test_nothing_is_laid_out_again_where_no_code_was() -> None:
    app = TranscriptApp(Messages([message(0, "- a list\n- with `code`")]))
    async with app.run_test(size=(60, 20)) as pilot:
        entry = app.transcript.document.entry(1)
        await wait_until(lambda: not highlight.is_hasty())
        await pilot.pause()
        assert app.transcript.document.entry(1) is entry


def test_what_is_never_coloured_is_not_waited_for() -> None:
    highlight.highlight("some text", "")
    assert not highlight.take_time()
    assert ("return", "keyword", "") in highlight.highlight("return 1", "python")[0]
