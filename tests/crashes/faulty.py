"""`salon` with one thing that goes wrong; the tests run it in a pseudo terminal."""

from __future__ import annotations

import os
from typing import Any, NoReturn

KEY = "sk-planted-9f86d081884c7d659a2f"
"""Stands in the error and in a local variable where it is raised."""


class Planted(Exception):
    """What nobody expected."""


def fail(*_: Any, **__: Any) -> NoReturn:
    secret_local = f"local-{KEY}"
    raise Planted(f"api_key={KEY}", len(secret_local))


def in_a_handler() -> None:
    """F1 ends in an error."""
    from tui.ui.app import SalonApp

    SalonApp.action_command = fail  # type: ignore[method-assign]


def in_a_widget() -> None:
    """A reply, or a key that moves the transcript, cannot be drawn."""
    from tui.ui.app import SalonApp
    from tui.ui.transcript.view import Transcript

    def break_drawing(app: SalonApp, _text: str) -> None:
        Transcript.render_lines = fail  # type: ignore[method-assign]
        app.refresh(layout=True)

    SalonApp.action_command = break_drawing  # type: ignore[method-assign,assignment]


def in_a_timer() -> None:
    """F1 sets a clock that ends in an error."""
    from tui.ui.app import SalonApp

    def wind_up(app: SalonApp, _text: str) -> None:
        app.set_timer(0.01, fail)

    SalonApp.action_command = wind_up  # type: ignore[method-assign,assignment]


def in_a_worker() -> None:
    """Every command fails."""
    from tui.ui.desk import Desk

    Desk.run = fail  # type: ignore[method-assign]


def in_the_parser() -> None:
    """Ctrl+] cannot be understood."""
    from tui.ui.terminal.parser import SafeParser

    good = SafeParser._take_text

    def take(self: SafeParser) -> Any:
        return fail() if self._buffer.startswith("\x1d") else good(self)

    SafeParser._take_text = take  # type: ignore[method-assign]


def while_opening() -> None:
    """The last chat cannot be opened."""
    from tui.services.library import Library

    Library.resume = fail  # type: ignore[method-assign]


def before_the_app() -> None:
    """The program cannot be put together."""
    import tui.bootstrap

    tui.bootstrap.build = fail


def in_the_disk() -> None:
    """From F1 on, nothing that is written or read comes back."""
    import threading

    from tui.adapters.storage.database import Database
    from tui.ui import keeping
    from tui.ui.app import SalonApp
    from tui.ui.chat import picture_keys
    from tui.ui.terminal import last_resort, signals

    picture_keys.LEAVING_SECONDS = keeping.SECONDS = 0.5
    last_resort.SECONDS = signals.SAVE_SECONDS = 0.5
    never = threading.Event()

    def hang(app: SalonApp, _text: str) -> None:
        for pool in ("_writer", "_reader"):
            getattr(database[0], pool).submit(never.wait)

    database: list[Database] = []
    opened = Database._open_now

    def note(self: Database) -> None:
        database.append(self)
        opened(self)

    Database._open_now = note  # type: ignore[method-assign]
    SalonApp.action_command = hang  # type: ignore[method-assign,assignment]


def from_the_start() -> None:
    """The disk never answers."""
    import threading

    from tui.adapters.storage.database import Database
    from tui.ui import keeping
    from tui.ui.terminal import last_resort, signals

    keeping.OPENING_SECONDS = signals.SAVE_SECONDS = last_resort.SECONDS = 0.5
    never = threading.Event()
    Database._open_now = lambda _: never.wait()  # type: ignore[assignment,method-assign]


def from_the_start_and_more() -> None:
    """The disk never answers, and the app cannot be run."""
    import tui.ui.start

    from_the_start()
    tui.ui.start.run_app = fail


FAULTS = {
    "handler": in_a_handler,
    "widget": in_a_widget,
    "timer": in_a_timer,
    "worker": in_a_worker,
    "parser": in_the_parser,
    "disk": in_the_disk,
    "stuck": from_the_start,
    "stuck, broken": from_the_start_and_more,
    "opening": while_opening,
    "building": before_the_app,
}


def main() -> None:
    from tui.cli.main import run

    if os.environ["FAULT"]:
        FAULTS[os.environ["FAULT"]]()
    run()


if __name__ == "__main__":
    main()
