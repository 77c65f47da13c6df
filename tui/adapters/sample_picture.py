"""The small picture with which a connection is tried out."""

from __future__ import annotations

import hashlib
from importlib import resources

from tui.domain.image import Image, ImageFacts

SAMPLE_WORDS = ("kiwi", "purple", "violet", "magenta")
"""Of which an answer has one when the picture was seen; lower case.

It shows a purple triangle above the word KIWI: nothing that a model would guess unseeing.
"""
_NAME = "test_picture.png"
_SIDE = 256


def sample_picture() -> Image:
    """Read it from the package."""
    data = resources.files("tui.data").joinpath(_NAME).read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    facts = ImageFacts("PNG", _SIDE, _SIDE, len(data))
    return Image(data, "image/png", _SIDE, _SIDE, digest, _NAME, facts)
