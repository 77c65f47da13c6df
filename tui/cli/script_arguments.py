"""The arguments of `salon run` and of the commands about quick replies."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Protocol

from tui.cli.options import Options


class Adder(Protocol):
    """Adds a command to those of the command line."""

    def __call__(
        self, name: str, command: Callable[[Options], int], summary: str
    ) -> argparse.ArgumentParser:
        """Give the parser of its arguments."""
        ...


def add_to(add: Adder) -> None:
    """Add these commands."""
    _add_run(add)
    parser = add("import-quick-replies", _import, "take over quick replies of SillyTavern")
    parser.add_argument("files", nargs="+", metavar="SET.JSON", help="a set that it exported")
    parser = add("export-quick-replies", _export, "print a set of quick replies for SillyTavern")
    parser.add_argument("name", metavar="SET", help="the set's name")


def _add_run(add: Adder) -> None:
    parser = add("run", _run, "run a script, its last result on stdout")
    parser.add_argument(
        "file", nargs="?", default="", metavar="FILE", help="the script; - reads it from stdin"
    )
    parser.add_argument("-c", dest="script", metavar="SCRIPT", help="the script itself")
    parser.add_argument(
        "--chat", default="", metavar="NAME", help="title or id; else a chat that is not kept"
    )
    parser.add_argument(
        "--new", action="store_true", help="make the chat when it is not there, and keep it"
    )
    parser.add_argument(
        "--character", dest="who", default="", metavar="NAME", help="who answers in it"
    )
    parser.add_argument("--persona", default="", metavar="NAME", help="who you are in it")
    parser.add_argument(
        "--arg",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="what {{arg::NAME}} stands for",
    )
    parser.add_argument(
        "--trust", action="store_true", help="let quick replies from elsewhere run, from now on"
    )
    parser.add_argument(
        "--json",
        action="store_true",
        help="one JSON object: value, aborted, reason, error, chat, title, messages",
    )


def _run(options: Options) -> int:
    from tui.cli.scripting import run

    return run(options)


def _import(options: Options) -> int:
    from tui.cli.importing import import_quick_replies

    return import_quick_replies(options)


def _export(options: Options) -> int:
    from tui.cli.importing import export_quick_replies

    return export_quick_replies(options)
