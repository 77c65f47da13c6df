"""The picture that is being made, above the prompt."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import Screen

from tui.domain.image import Image
from tui.ui.widgets.image_view import ImageView


class PreviewPanel(Vertical):
    """Shows the picture as it is so far, as high as there is room for."""

    DEFAULT_CSS = """
    PreviewPanel { height: 40%; max-height: 16; padding: 0 1; }
    """

    def __init__(self, image: Image) -> None:
        super().__init__()
        self._image = image

    def compose(self) -> ComposeResult:
        """The picture alone: how far it is, the status line says."""
        yield ImageView(self._image)

    def show(self, image: Image) -> None:
        """Show a later state."""
        self._image = image
        for view in self.query(ImageView):
            view.show(image)


def show_preview(screen: Screen[object], image: Image | None) -> None:
    """Put a panel above the prompt of a screen, change what it shows, or take it away."""
    panels = list(screen.query(PreviewPanel))
    if image is None:
        for panel in panels:
            panel.remove()
    elif panels:
        panels[-1].show(image)
    elif screen.is_attached:
        screen.mount(PreviewPanel(image), before="#prompt")
