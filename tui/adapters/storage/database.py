"""The database file: one thread that writes, one that reads, and reads on the spot."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TypeVar

from tui import paths
from tui.adapters.storage.presence import Presence
from tui.adapters.storage.schema import connect, doubt, is_damage, is_empty, open_database
from tui.domain.errors import StorageError

T = TypeVar("T")

INTERRUPTED = "Salon was stopped while this was being written"
KEEP_HIDDEN_SECONDS = 30 * 24 * 3600.0
"""How long deleted chats and messages can be restored."""


class Database:
    """Opens the file on first use and runs work on it. Raises StorageError throughout."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="chats-write")
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="chats-read")
        self._guard = threading.Lock()
        self._opened: Future[None] | None = None
        self._writing: sqlite3.Connection | None = None
        self._reading: sqlite3.Connection | None = None
        self._direct: sqlite3.Connection | None = None
        self._presence: Presence | None = None
        self._closed = False
        self._stamp = 0, 0, 0
        self._looks = 0
        self._version = 0
        self.problems: list[str] = []
        """What was wrong with the file when it was opened, and what was done; a line each."""

    @property
    def id(self) -> int:
        """Marks the rows this process is writing; 0 until the file is open."""
        return self._presence.id if self._presence is not None else 0

    def _open(self) -> Future[None]:
        with self._guard:
            if self._closed:
                raise StorageError("the chats are closed")
            if self._opened is None:
                self._opened = self._writer.submit(self._open_now)
            return self._opened

    def _open_now(self) -> None:
        try:
            self._open_once()
        except StorageError as error:
            if error.__cause__ is None or not is_damage(error.__cause__):
                raise
            self._open_once()  # now that the damage is known, it is mended

    def _open_once(self) -> None:
        with _translated(self._path), ExitStack() as undoing:
            paths.folder(self._path.parent)
            presence = Presence(self._path.with_name(self._path.name + ".lock"))
            undoing.callback(presence.close)
            database, done = self._open_file(presence)
            undoing.callback(database.close)
            self._recover(database, presence)
            self._reading = connect(self._path)
            self._writing, self._presence = database, presence
            self._version = _version(database)
            if done:
                self.problems.append(done)
            undoing.pop_all()

    def _open_file(self, presence: Presence) -> tuple[sqlite3.Connection, str]:
        """Open the file, after it was mended where that is needed; with what was done about it."""
        if not doubt(self._path).exists() and not is_empty(self._path):
            try:
                return open_database(self._path), ""
            except sqlite3.DatabaseError as error:
                from tui.adapters.storage.refusing import refuse_no_file

                refuse_no_file(self._path)
                if not is_damage(error):
                    raise
        from tui.adapters.storage.mending import open_sound

        return open_sound(self._path, presence)

    def _recover(self, database: sqlite3.Connection, presence: Presence) -> None:
        """Mark what a crash cut off, and forget what was deleted long ago."""
        gone = _gone(database, presence)
        with _transaction(database):
            _cut_off(database, gone)
            before = time.time() - KEEP_HIDDEN_SECONDS
            database.execute("DELETE FROM messages WHERE hidden < ?", (before,))
            database.execute("DELETE FROM chats WHERE hidden < ?", (before,))

    def show(self, chat_id: str) -> bool:
        """Say which chat is shown here; whether another process shows it. Two system calls."""
        return self._presence is not None and self._presence.show(chat_id)

    def is_stirred(self) -> bool:
        """Whether somebody, this process too, may have written since the last call; one `stat`.

        A change is told of twice: the time of a file is too coarse for two in a moment.
        """
        try:
            found = self._path.with_name(f"{self._path.name}-wal").stat()
            stamp = found.st_mtime_ns, found.st_size, found.st_ino
        except OSError:
            stamp = 0, 0, 0
        if stamp != self._stamp:
            self._stamp, self._looks = stamp, 2
        self._looks -= 1
        return self._looks >= 0

    async def has_news(self) -> bool:
        """Whether another process wrote since the last call, or died over what it was writing."""

        def ask(database: sqlite3.Connection) -> bool:
            if self._presence is not None and (gone := _gone(database, self._presence)):
                with _transaction(database):
                    _cut_off(database, gone)
                return True
            earlier, self._version = self._version, _version(database)
            return self._version != earlier

        return await self._on_writer(ask)

    async def write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run work in a transaction of its own; committed when this returns."""

        def within(database: sqlite3.Connection) -> T:
            with _transaction(database):
                return work(database)

        return await self._on_writer(within)

    async def _on_writer(self, work: Callable[[sqlite3.Connection], T]) -> T:
        self._open()

        def run() -> T:
            self._ready()
            if self._writing is None:
                raise StorageError("the chats are closed")
            with _translated(self._path):
                return work(self._writing)

        return await asyncio.wrap_future(self._submit(self._writer, run))

    async def read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run work that only reads; it sees all that was written before."""
        return await asyncio.wrap_future(self.begin(work))

    def begin(self, work: Callable[[sqlite3.Connection], T]) -> Future[T]:
        """Like `read`, for who has no event loop yet to wait in."""
        self._open()

        def run() -> T:
            self._ready()
            if self._reading is None:
                raise StorageError("the chats are closed")
            with _translated(self._path):
                return work(self._reading)

        return self._submit(self._reader, run)

    def read_now(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run short reading work in the caller's thread, without waiting for other reads."""
        self._open()
        self._ready()
        with self._guard, _translated(self._path):
            if self._closed:
                raise StorageError("the chats are closed")
            if self._direct is None:
                self._direct = connect(self._path)
            return work(self._direct)

    async def aclose(self) -> None:
        """Finish what is pending and close; a second time does nothing."""
        if not self._closed:
            await asyncio.to_thread(self._close)

    @staticmethod
    def _submit(executor: ThreadPoolExecutor, run: Callable[[], T]) -> Future[T]:
        try:
            return executor.submit(run)
        except RuntimeError as error:
            raise StorageError("the chats are closed") from error

    def _ready(self) -> None:
        """Wait for the opening; when it failed, its error is everybody's, and is tried again."""
        opened = self._opened
        if opened is None:
            return
        try:
            opened.result()
        except BaseException:
            with self._guard:
                if self._opened is opened:
                    self._opened = None
            raise

    def _close(self) -> None:
        with self._guard:
            if self._closed:
                return
            self._closed = True
        self._reader.shutdown(wait=True)
        self._writer.shutdown(wait=True)
        with self._guard:
            for connection in (self._direct, self._reading, self._writing):
                if connection is not None:
                    connection.close()
            if self._presence is not None:
                self._presence.close()
            self._direct = self._reading = self._writing = self._presence = None


def _version(database: sqlite3.Connection) -> int:
    """Another one after others wrote; what the same connection writes leaves it as it is."""
    return int(database.execute("PRAGMA data_version").fetchone()[0])


def _gone(database: sqlite3.Connection, presence: Presence) -> list[int]:
    """Processes that ended while they wrote messages."""
    streaming = "SELECT DISTINCT writer FROM messages WHERE status = 'streaming' AND writer != ?"
    writers = [int(row[0]) for row in database.execute(streaming, (presence.id,))]
    return [writer for writer in writers if not presence.alive(writer)]


def _cut_off(database: sqlite3.Connection, writers: Iterable[int]) -> None:
    sql = (
        "UPDATE messages SET status = 'partial', error = ?"
        " WHERE status = 'streaming' AND writer = ?"
    )
    database.executemany(sql, [(INTERRUPTED, writer) for writer in writers])


@contextmanager
def _transaction(database: sqlite3.Connection) -> Iterator[None]:
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
        database.execute("COMMIT")
    except BaseException:
        if database.in_transaction:
            database.execute("ROLLBACK")
        raise


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    """Let nothing but StorageError out."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        said = str(error)
        if isinstance(error, OSError):
            said = (error.strerror or said).lower()
        from tui.adapters.storage.refusing import refuse_no_file

        refuse_no_file(path)
        if is_damage(error):
            from tui.adapters.storage.mending import note_doubt

            note_doubt(path)
        raise StorageError(f"the chats on disk: {said}", hint=_hint(path, error, said)) from error


def _hint(path: Path, error: Exception, said: str) -> str:
    if "full" in said or "i/o" in said.lower() or "no space" in said:
        return "make room on the disk; nothing that was saved is lost"
    if "locked" in said:
        return "another program holds the file; try again"
    if "unable to open" in said:
        return f"see that {path} is yours to read and to write"
    if "readonly" in said or "read-only" in said or isinstance(error, PermissionError):
        return f"let yourself write in {path.parent}, or set SALON_HOME to another folder"
    if is_damage(error):
        return "the file is damaged: leave all Salons and start one, which mends what it can"
    return f"the file is {path}"
