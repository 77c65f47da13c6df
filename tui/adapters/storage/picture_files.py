"""Pictures written into files of the person's: whole, and over nothing that is there."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from tui.domain.errors import StorageError
from tui.domain.safetext import clean_line


class PictureFolder:
    """Any folder of the person's."""

    def write(self, path: Path, data: bytes, *, force: bool) -> None:
        """Write a picture aside, then put it in its place.

        Args:
            path: The file; its folder must exist.
            data: An encoded picture.
            force: Write over what is there.

        Raises:
            StorageError: It is there already, or cannot be written.
        """
        name = clean_line(path.name)
        aside = path.with_name(f".salon-picture-{os.urandom(6).hex()}.tmp")
        try:
            if not force and os.path.lexists(path):
                raise FileExistsError
            try:
                with aside.open("xb") as stream:
                    stream.write(data)
                    stream.flush()
                    os.fsync(stream.fileno())
                _place(aside, path, force=force)
            finally:
                with contextlib.suppress(OSError):
                    aside.unlink()
        except FileExistsError as error:
            raise StorageError(f"{name} already exists", hint="--force writes over it") from error
        except (OSError, ValueError) as error:  # ValueError: a name that no file can have
            reason = (getattr(error, "strerror", None) or str(error)).lower()
            raise StorageError(f"cannot write {name}", hint=reason) from error


def _place(aside: Path, path: Path, *, force: bool) -> None:
    if force:
        aside.replace(path)
        return
    try:
        # Unlike a rename, a link never takes the place of a file that came meanwhile.
        os.link(aside, path)
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        aside.replace(path)
