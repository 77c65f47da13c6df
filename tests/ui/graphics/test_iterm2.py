from __future__ import annotations

from tui.ui.graphics.iterm2 import inline


def test_a_file_byte_for_byte() -> None:
    assert inline(b"PNG\xff", 3) == (
        "\x1b]1337;File=inline=1;size=4;width=3;height=1;preserveAspectRatio=0:UE5H/w==\x07"
    )
