"""The pictures that the caption editor goes through, in their order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tui.services.refinement import Refined, Refinement
from tui.ui.captions.page import Page


class Pages:
    """Which picture shows, and what became of the others."""

    def __init__(self, refinements: Sequence[Refinement]) -> None:
        self._pages = [Page(each) for each in refinements]
        self.at = 0
        """Which one shows."""
        self.accepts_all = False
        """Whether each caption is accepted as soon as it is complete."""

    def __len__(self) -> int:
        return len(self._pages)

    def __iter__(self) -> Iterator[Page]:
        return iter(self._pages)

    @property
    def current(self) -> Page:
        """The one that shows."""
        return self._pages[self.at]

    @property
    def open(self) -> list[Page]:
        """Those that were neither accepted nor skipped."""
        return [page for page in self._pages if page.outcome == "open"]

    def group(self, page: Page) -> str:
        """Name of the workers that caption a picture."""
        return f"caption {self._pages.index(page)}"

    def step(self, by: int) -> int:
        """The place of the next one, or of the one before; round and round."""
        return (self.at + by) % len(self._pages)

    def next_open(self) -> int | None:
        """The place of the next one that is open, or None."""
        places = [(self.at + by) % len(self._pages) for by in range(len(self._pages))]
        return next((each for each in places if self._pages[each].outcome == "open"), None)

    def failed(self) -> int | None:
        """The place of the first one whose source failed and that is open still, or None."""
        places = (at for at, page in enumerate(self._pages) if page in self.open)
        return next((at for at in places if self._pages[at].has_failed), None)

    def unbegun(self) -> Page | None:
        """One whose source can be asked now: no other is at work."""
        if any(page.running for page in self._pages):
            return None
        return next((page for page in self.open if not page.begun), None)

    def accept_ready(self) -> None:
        """Accept all that have a complete caption."""
        for page in self.open:
            if page.begun and not page.running and not page.has_failed:
                page.outcome = "accepted"

    def refined(self, *, cancelled: bool) -> Refined:
        """What became of each; what stood in the others is remembered as left."""
        texts: list[str | None] = []
        for page in self._pages:
            accepted = page.outcome == "accepted"
            texts.append(page.caption if accepted else None)
            page.point()
            if not accepted:
                page.refinement.left = page.text.strip()
        return Refined(texts, cancelled=cancelled, by_hand=True)
