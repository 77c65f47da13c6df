"""A folder of re-encoded pictures, bounded in size; losing it costs time only."""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
from dataclasses import replace
from pathlib import Path

from tui import paths
from tui.adapters.storage.atomic import write_atomic
from tui.domain.errors import StorageError
from tui.domain.image import Image, PictureLimits

logger = logging.getLogger(__name__)

_VERSION = 1
"""Raised when pictures are made differently, so that older ones are not taken."""
_ENDING = ".picture"


class PictureCache:
    """Files named by what was asked; each a line of JSON with a checksum, then the picture."""

    def __init__(self, folder: Path, max_bytes: int) -> None:
        """Set the place.

        Args:
            folder: Of its own; made when something is kept.
            max_bytes: Largest sum of its files; what was used longest ago goes first.
        """
        self._folder = folder
        self._most = max_bytes

    def key(self, data: bytes, limits: PictureLimits, shrink: int) -> str:
        """Name what is asked for."""
        asked = json.dumps(
            [
                _VERSION,
                hashlib.sha256(data).hexdigest(),
                limits.accepts,
                limits.max_bytes,
                limits.max_side,
                limits.max_pixels,
                shrink,
            ]
        )
        return hashlib.sha256(asked.encode()).hexdigest()

    def get(self, key: str, image: Image) -> Image | None:
        """What was made of the image, or None when it is not there or damaged; blocking."""
        file = self._file(key)
        try:
            head, _, data = file.read_bytes().partition(b"\n")
            known = json.loads(head)
            if known["sha256"] != hashlib.sha256(data).hexdigest():
                raise ValueError("damaged")
            made = replace(
                image,
                data=data,
                mime=str(known["mime"]),
                width=int(known["width"]),
                height=int(known["height"]),
            )
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError):
            logger.debug("cached picture not usable", exc_info=True)
            return None
        with contextlib.suppress(OSError):
            os.utime(file)
        return made

    def put(self, key: str, made: Image) -> None:
        """Keep a picture, if that can be done; blocking."""
        head = {
            "sha256": hashlib.sha256(made.data).hexdigest(),
            "mime": made.mime,
            "width": made.width,
            "height": made.height,
        }
        try:
            paths.folder(self._folder)
            # Not flushed: after a crash the checksum tells.
            content = json.dumps(head).encode() + b"\n" + made.data
            write_atomic(self._file(key), content, flush=False)
        except StorageError:
            logger.debug("picture not cached", exc_info=True)
        self._tidy()

    def _file(self, key: str) -> Path:
        return self._folder / f"{key}{_ENDING}"

    def _tidy(self) -> None:
        with contextlib.suppress(OSError):
            files = [(file.stat(), file) for file in self._folder.glob(f"*{_ENDING}")]
            files.sort(key=lambda each: each[0].st_mtime_ns, reverse=True)
            total = 0
            for facts, file in files:
                total += facts.st_size
                if total > self._most:
                    file.unlink(missing_ok=True)
