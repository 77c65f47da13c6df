"""Pictures as files named by their digest, each kept once."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import json
import os
import re
from pathlib import Path
from typing import Any

from tui import paths
from tui.adapters.storage.atomic import write_atomic
from tui.domain.errors import StorageError
from tui.domain.image import Image, ImageFacts

_DIGEST = re.compile(r"[0-9a-f]{64}")
_ENDINGS = {"image/jpeg": ".jpg", "image/png": ".png"}
_MOST_FACTS = 1_000_000


class ImageFiles:
    """A folder of pictures: `ab/abcdef….jpg` with what is known of each in a `.json` beside it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def put(self, image: Image) -> None:
        """Keep the picture; a second time writes nothing.

        Raises:
            StorageError: It could not be written.
        """
        await asyncio.to_thread(self._put, image)

    async def get(self, digest: str) -> Image | None:
        """The picture, or None when it is gone or damaged.

        Raises:
            StorageError: It is there and cannot be read.
        """
        if not _DIGEST.fullmatch(digest):
            return None
        return await asyncio.to_thread(self._get, digest)

    def place(self, image: Image) -> Path:
        """Where the file of a picture is, once it is kept."""
        return self._place(image.digest).with_suffix(_ENDINGS.get(image.mime, ""))

    def _place(self, digest: str) -> Path:
        return self._folder / digest[:2] / digest

    def _put(self, image: Image) -> None:
        if not _DIGEST.fullmatch(image.digest) or image.mime not in _ENDINGS:
            raise StorageError(f"cannot keep the picture {image.name}")
        place = self._place(image.digest)
        data, facts = place.with_suffix(_ENDINGS[image.mime]), place.with_suffix(".json")
        if facts.exists() and self._get(image.digest) is not None:
            # As good as new: `leftovers` takes away what was long in no message.
            with contextlib.suppress(OSError):
                os.utime(data)
                os.utime(facts)
            return
        try:
            paths.folder(place.parent)
            write_atomic(data, image.data)
            # Written last: where it is, the picture is whole.
            write_atomic(facts, json.dumps(_described(image)).encode())
        except StorageError as error:
            raise StorageError(f"{image.name} cannot be kept", hint=error.hint) from error

    def _get(self, digest: str) -> Image | None:
        place = self._place(digest)
        try:
            with place.with_suffix(".json").open("rb") as stream:
                known = json.loads(stream.read(_MOST_FACTS))
            data = place.with_suffix(_ENDINGS[known["mime"]]).read_bytes()
            return _image(known, data, digest)
        except (FileNotFoundError, ValueError, KeyError, TypeError, AttributeError):
            return None
        except OSError as error:
            reason = (error.strerror or "unknown reason").lower()
            raise StorageError("a stored picture cannot be read", hint=reason) from error


def _described(image: Image) -> dict[str, Any]:
    return {
        "mime": image.mime,
        "width": image.width,
        "height": image.height,
        "name": image.name,
        "facts": dataclasses.asdict(image.facts),
    }


def _image(known: dict[str, Any], data: bytes, digest: str) -> Image:
    names = {field.name for field in dataclasses.fields(ImageFacts)}
    facts = {name: value for name, value in known["facts"].items() if name in names}
    facts["texts"] = tuple((str(key), str(text)) for key, text in facts.get("texts", ()))
    return Image(
        data=data,
        mime=known["mime"],
        width=int(known["width"]),
        height=int(known["height"]),
        digest=digest,
        name=str(known["name"]),
        facts=ImageFacts(**facts),
    )
