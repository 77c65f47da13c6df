from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from textual._compositor import Compositor
from textual.css.stylesheet import Stylesheet
from textual.dom import DOMNode

from tests.ui.app.stage import opened
from tui.ui.chat.screen import ChatScreen


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Counts the layouts, and how often widgets of a kind get their styles."""
    counts: Counter[str] = Counter()
    apply, reflow = Stylesheet.apply, Compositor.reflow

    def counted_apply(self: Stylesheet, node: DOMNode, **options: Any) -> None:
        counts["styled"] += 1
        counts[type(node).__name__] += 1
        apply(self, node, **options)

    def counted_reflow(self: Compositor, *place: Any) -> Any:
        counts["laid out"] += 1
        return reflow(self, *place)

    monkeypatch.setattr(Stylesheet, "apply", counted_apply)
    monkeypatch.setattr(Compositor, "reflow", counted_reflow)
    return counts


async def test_the_first_frame_is_styled_once_and_laid_out_twice(done: Counter[str]) -> None:
    async with opened() as stage:
        await stage.until(lambda: not stage.app.chat.is_beginning)

        # Again when the containers know the sizes of what is in them, as in every Textual app.
        assert 1 <= done["laid out"] <= 2
        assert done["Transcript"] == 1, "it has two dozen styles of its own"
        assert done["PromptArea"] <= 3, "mounted, and focused"
        assert done["styled"] <= 80


async def test_the_prompt_is_the_first_to_have_the_focus(monkeypatch: pytest.MonkeyPatch) -> None:
    focused: list[str] = []
    set_focus = ChatScreen.set_focus

    def noted(self: ChatScreen, widget: Any, *how: Any, **else_: Any) -> None:
        focused.append(type(widget).__name__)
        set_focus(self, widget, *how, **else_)

    monkeypatch.setattr(ChatScreen, "set_focus", noted)
    async with opened():
        assert focused
        assert set(focused) == {"PromptArea"}


async def test_another_size_during_the_start_is_laid_out() -> None:
    async with opened(size=(100, 30)) as stage:
        chat = stage.app.chat
        chat.is_beginning = True

        await stage.pilot.resize_terminal(60, 20)
        await stage.quiet()

        assert chat.status_line.region.right == 60
        assert chat.status_line.region.bottom == 20
