"""iTerm2's inline pictures: a file at the cursor, as large as the cells that it is given.

Format: https://iterm2.com/documentation-images.html
"""

from __future__ import annotations

from base64 import b64encode


def inline(file: bytes, columns: int) -> str:
    """The sequence that draws a picture file in one row of cells."""
    data = b64encode(file).decode("ascii")
    keys = f"inline=1;size={len(file)};width={columns};height=1;preserveAspectRatio=0"
    return f"\x1b]1337;File={keys}:{data}\x07"
