"""Textual's driver, made to outlast its terminal.

In Textual 8.2.8 a terminal that takes nothing more (a frozen connection, a window that was killed
while another process holds its other end) stops the whole app in the middle of a write: replies
are no longer saved and signals not heard. One that is gone ends the thread that writes, and the app
stops at the thirtieth frame after it; the thread that reads spins. And an error while keys are
taken apart ends the app with exit code 0. Here what cannot be written is dropped and drawn anew
later, and a terminal that is gone counts as SIGHUP.
"""

from __future__ import annotations

import codecs
import logging
import os
import select
import signal
from collections.abc import Callable
from functools import partial
from queue import Empty, Full
from typing import IO, Any

from textual._ansi_sequences import SYNC_END, SYNC_START
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.drivers import linux_driver
from textual.drivers._writer_thread import WriterThread
from textual.drivers.linux_driver import LinuxDriver

from tui.ui.terminal import guardian

logger = logging.getLogger(__name__)

PATIENCE = 1.0
"""Seconds that a terminal may take nothing before frames are dropped."""
_PIECE = 8192
"""Characters that are collected before they are written at once."""
_READ = 4096


class Writer(WriterThread):
    """Writes in a thread, straight to the descriptor: no lock is held when the process ends."""

    def __init__(
        self, file: IO[str], gone: Callable[[], None], caught_up: Callable[[], None]
    ) -> None:
        """Prepare.

        Args:
            file: The terminal.
            gone: Called once, in this thread, when nothing can be written any more.
            caught_up: Called in this thread when all is written after some was dropped.
        """
        super().__init__(file)
        self._gone = gone
        self._caught_up = caught_up
        self._is_dropping = False

    def write(self, text: str) -> None:
        """Have it written; while the terminal takes nothing it is dropped."""
        if self._is_dropping:
            if self._queue.empty():
                # It may have caught up in the very moment that this was decided.
                self._queue.put("")
            return
        try:
            self._queue.put(text, timeout=PATIENCE)
        except Full:
            self._is_dropping = True

    def run(self) -> None:
        """Write until `stop`; without a terminal only take what comes."""
        is_there = True
        while (text := self._collected()) is not None:
            if is_there and not self._put_out(text):
                is_there = False
                self._gone()
            if self._is_dropping and self._queue.empty():
                self._is_dropping = False
                self._caught_up()

    def stop(self) -> None:
        """Let it finish; one that hangs in a write is left to the end of the process."""
        try:
            self._queue.put(None, timeout=PATIENCE)
        except Full:
            return
        self.join(PATIENCE)

    def _collected(self) -> str | None:
        """What waits, in pieces that are worth a write; None at the end."""
        text = self._queue.get()
        if text is None:
            return None
        parts, size = [text], len(text)
        while size < _PIECE:
            try:
                more = self._queue.get_nowait()
            except Empty:
                break
            if more is None:
                self._queue.put(None)
                break
            parts.append(more)
            size += len(more)
        return "".join(parts)

    def _put_out(self, text: str) -> bool:
        data = memoryview(text.encode("utf-8", "replace"))
        try:
            while data:
                data = data[os.write(self._file.fileno(), data) :]
        except (OSError, ValueError):
            return False
        return True


class Driver(LinuxDriver):
    """Reads and writes until the terminal is gone, then says so once."""

    def __init__(self, begun: Callable[[], None], app: App[Any], **more: Any) -> None:
        """Prepare.

        Args:
            begun: Called when the app has the terminal.
            app: The app.
            more: What Textual gives its drivers.
        """
        super().__init__(app, **more)
        self._begun = begun
        self._has_hung_up = False
        self._is_mine = False
        self._frame: list[str] | None = None

    def write(self, data: str) -> None:
        """Have text written; a synchronised update in one piece, which wakes the writer once."""
        if data == SYNC_START:
            self._frame = []
        if self._frame is None:
            super().write(data)
            return
        self._frame.append(data)
        if data == SYNC_END:
            whole, self._frame = "".join(self._frame), None
            super().write(whole)

    def start_application_mode(self) -> None:
        """Take the terminal over."""
        # Both are made by their names there.
        vars(linux_driver)["WriterThread"] = self._writer
        super().start_application_mode()  # type: ignore[no-untyped-call]
        if self._key_thread is None or not self._key_thread.is_alive():
            return  # continued behind the shell's back: it stops again
        self._is_mine = True
        guardian.take()
        self._begun()

    def stop_application_mode(self) -> None:
        """Give the terminal back, at the end or for a while."""
        super().stop_application_mode()
        self._is_mine = False
        guardian.give_back()

    def _sigcont_application(self, *_: Any) -> None:
        """Go on after a stop; the shell has written on the screen, and set its lines."""
        if not self._auto_restart:
            return
        if self._is_mine:
            # Stopped with SIGSTOP, which nobody hears: else two threads would read the keys.
            self.suspend_application_mode()
        self.resume_application_mode()
        self._draw_anew()

    def _writer(self, file: IO[str]) -> Writer:
        return Writer(file, self._hang_up, self._draw_anew)

    def _hang_up(self) -> None:
        """Behave as if the kernel had told: whoever handles SIGHUP saves and leaves."""
        if not self._has_hung_up:
            self._has_hung_up = True
            logger.warning("the terminal is gone")
            os.kill(os.getpid(), signal.SIGHUP)

    def _parser(self) -> XTermParser:
        """A new one of the kind that `parser.install` put there."""
        made: XTermParser = vars(linux_driver)["XTermParser"](self._debug)
        return made

    def _draw_anew(self) -> None:
        self._loop.call_soon_threadsafe(lambda: self._app.refresh(layout=True))

    def _run_input_thread(self) -> None:
        try:
            self.run_input_thread()
        except OSError:
            self._hang_up()
        except Exception as error:  # noqa: BLE001 - the app decides what becomes of it
            self._loop.call_soon_threadsafe(self._app._handle_exception, error)

    def run_input_thread(self) -> None:
        """Take keys apart until the app or its terminal ends.

        Raises:
            OSError: The terminal is gone.
        """
        parser = self._parser()
        decode = codecs.getincrementaldecoder("utf-8")(errors="replace").decode
        while not self.exit_event.is_set():
            try:
                if select.select([self.fileno], [], [], 0.1)[0]:
                    data = os.read(self.fileno, _READ)
                    if not data:
                        raise EOFError
                    for event in parser.feed(decode(data)):
                        self.process_message(event)
                for event in parser.tick():
                    self.process_message(event)
            except EOFError:
                self._hang_up()
                return
            except OSError:
                raise
            except Exception:
                # A key less is better than no app; what the parser holds may be what it chokes on.
                logger.exception("keys not understood")
                parser = self._parser()


def use(app: App[Any], begun: Callable[[], None]) -> None:
    """Let the app run on this driver; call it before it runs.

    Args:
        app: Not on Windows, where there is another driver.
        begun: Called when the terminal is the app's.
    """
    app.driver_class = partial(Driver, begun)  # type: ignore[assignment] # only ever called
