"""Exported files: written aside, and put in their place only when they are whole."""

from __future__ import annotations

import contextlib
import os
import shutil
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

from tui.domain.errors import StorageError
from tui.domain.safetext import clean_line


class ExportFolder:
    """Where exports go: any folder of the person's."""

    def begin(self, path: Path, assets: Path | None, *, force: bool) -> ExportDraft:
        """Start a file.

        Args:
            path: The file; its folder must exist.
            assets: The folder for its pictures; made only if there are any.
            force: Write over what is there.

        Raises:
            StorageError: It is there already, or cannot be written.
        """
        if clean_line(path.name) != path.name:
            raise StorageError(
                f"cannot write {clean_line(path.name)}", hint="no file should have such a name"
            )
        if not force:
            there = [path] if assets is None else [path, assets]
            for each in filter(os.path.lexists, there):
                raise _taken(each)
        return ExportDraft(path, assets, force=force)

    def is_folder(self, path: Path) -> bool:
        """Whether there is a folder of that name."""
        return path.is_dir()

    def taken(self, paths: Sequence[Path]) -> bool:
        """Whether there is something of one of these names; a broken link counts."""
        return any(map(os.path.lexists, paths))


class ExportDraft:
    """A file in the making, with its pictures in a hidden folder beside it. Blocking.

    Every method may be called from any thread; after `finish` or `abandon` nothing happens.
    """

    def __init__(self, path: Path, assets: Path | None, *, force: bool) -> None:
        self._path = path
        self._assets = assets
        self._force = force
        self._lock = threading.Lock()
        self._over = False
        mark = f"{os.urandom(6).hex()}.tmp"
        self._file = path.with_name(f".salon-export-{mark}")
        self._folder = path.with_name(f".salon-export-assets-{mark}")
        with _told(path):
            self._stream: IO[bytes] = self._file.open("xb")

    def write(self, text: str) -> None:
        """Add to the file. Raises StorageError."""
        with self._lock, _told(self._path):
            if not self._over:
                self._stream.write(text.encode("utf-8", "replace"))

    def picture(self, name: str, data: bytes) -> None:
        """Put a picture into the folder. Raises StorageError."""
        with self._lock, _told(self._path):
            if not self._over:
                self._folder.mkdir(exist_ok=True)
                (self._folder / name).write_bytes(data)

    def finish(self) -> None:
        """Put pictures and file in their places, the file last.

        Raises:
            StorageError: It could not be done, or another program was there first.
        """
        with self._lock:
            if self._over:
                return
            with _told(self._path):
                self._stream.flush()
                os.fsync(self._stream.fileno())
                self._stream.close()
                made = self._place_pictures()
                try:
                    self._place_file()
                except BaseException:
                    if made is not None:
                        shutil.rmtree(made, ignore_errors=True)
                    raise
            self._over = True

    def abandon(self) -> None:
        """Leave nothing behind; after `finish` this does nothing."""
        with self._lock:
            if self._over:
                return
            self._over = True
            with contextlib.suppress(OSError):
                self._stream.close()
            with contextlib.suppress(OSError):
                self._file.unlink()
            shutil.rmtree(self._folder, ignore_errors=True)

    def _place_pictures(self) -> Path | None:
        """Move the pictures; gives the folder if it was not there before."""
        if self._assets is None or not self._folder.exists():
            return None
        if not os.path.lexists(self._assets):
            self._folder.rename(self._assets)
            return self._assets
        if not self._force:
            raise _taken(self._assets)
        for each in sorted(self._folder.iterdir()):
            each.replace(self._assets / each.name)
        self._folder.rmdir()
        return None

    def _place_file(self) -> None:
        if self._force:
            self._file.replace(self._path)
            return
        try:
            # Unlike a rename, a link never takes the place of a file that came meanwhile.
            os.link(self._file, self._path)
        except FileExistsError as error:
            raise _taken(self._path) from error
        except OSError:
            self._file.replace(self._path)
        else:
            self._file.unlink()


@contextlib.contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise StorageError(f"cannot write {clean_line(path.name)}", hint=reason) from error


def _taken(path: Path) -> StorageError:
    return StorageError(f"{clean_line(path.name)} already exists", hint="--force writes over it")
