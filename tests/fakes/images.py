from __future__ import annotations

from pathlib import Path

from tui.domain.image import Image


class InMemoryImages:
    """An ImageStore that forgets; run through the same contract as the real one."""

    def __init__(self) -> None:
        self._images: dict[str, Image] = {}

    async def put(self, image: Image) -> None:
        self._images.setdefault(image.digest, image)

    async def get(self, digest: str) -> Image | None:
        return self._images.get(digest)

    def place(self, image: Image) -> Path:
        return Path("/pictures") / f"{image.digest}.png"
