"""Large texts that were pasted: each stands as a chip, and goes out with the message."""

from __future__ import annotations

from tui.ui.chat.chips import Chip, ChipRow


class LargePastes:
    """Keeps them in the order they came.

    Args:
        chips: Shows them.
    """

    def __init__(self, chips: ChipRow) -> None:
        self._chips = chips
        self._texts: dict[str, str] = {}
        self._count = 0

    @property
    def texts(self) -> tuple[str, ...]:
        """First to last."""
        return tuple(self._texts.values())

    def __contains__(self, key: str) -> bool:
        return key in self._texts

    def add(self, text: str) -> None:
        """Show a chip for a text."""
        self._count += 1
        key = f"paste {self._count}"
        self._texts[key] = text
        lines = text.count("\n") + (not text.endswith("\n"))
        size = f"{lines:,} lines" if lines > 1 else f"{len(text):,} characters"
        self._chips.add(Chip(f"[pasted {size}]", key))

    def discard(self, key: str) -> bool:
        """Forget a text whose chip is gone; False when it is none of these."""
        return self._texts.pop(key, None) is not None

    def clear(self) -> None:
        """Take all away."""
        for key in self._texts:
            self._chips.discard(key)
        self._texts.clear()
