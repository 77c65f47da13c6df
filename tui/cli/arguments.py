"""The arguments of the command line and what they mean."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from types import SimpleNamespace

from tui import __version__
from tui.cli import script_arguments
from tui.cli.options import Options
from tui.domain.errors import CommandError
from tui.paths import find

SOURCES = ("local", "multimodal", "horde", "extras", "describe", "chain")
"""Those of the settings, which are not imported for the sake of the first frame."""
FORMATS = ("markdown", "html", "jsonl", "text")
"""Those of the exports; a test keeps them equal."""


def parse(argv: Sequence[str]) -> Options | int:
    """Read the arguments.

    Args:
        argv: Without the program's name.

    Returns:
        What is to be done, or the exit code when nothing is (help was shown, or an error).

    Raises:
        CommandError: A `--set` names no setting or no value of it.
    """
    try:
        given = build_parser().parse_args(argv, SimpleNamespace())
    except SystemExit as end:
        # Help that cannot be written is a failure, which nobody would hear of at the very end.
        sys.stdout.flush()
        return end.code if isinstance(end.code, int) else 2
    home = given.home_after or given.home
    environ = dict(os.environ)
    if home:
        environ["SALON_HOME"] = str(Path(home).expanduser().absolute())
    return Options(given.command, find(environ), _flags(given), environ, given)


def _flags(given: SimpleNamespace) -> dict[str, object]:
    flags: dict[str, object] = {}
    for text in [*given.set, *given.set_after]:
        path, equals, value = text.partition("=")
        if not equals:
            raise CommandError(f"--set {path}", hint="write --set path=value")
        flags[path.strip()] = _value(path.strip(), value)
    for path in ("chat.connection", "chat.character", "ui.theme"):
        value = getattr(given, path, None)
        if value is not None:
            flags[path] = value
    if getattr(given, "local_only", False):
        flags["images.local_only"] = True
    return flags


def _value(path: str, text: str) -> object:
    from tui.domain.settings import Settings
    from tui.slash.setting_path import parse_value

    return parse_value(Settings(), path, text)


def build_parser() -> argparse.ArgumentParser:
    """Make the parser of the whole command line."""
    parser = argparse.ArgumentParser(
        prog="salon",
        description="Chat in the terminal with characters who can see your pictures.",
        epilog="Without a command the app opens.",
    )
    parser.add_argument("-V", "--version", action="version", version=f"salon {__version__}")
    parser.add_argument("--home", metavar="DIR", help="keep everything in this folder")
    parser.add_argument(
        "--set", action="append", default=[], metavar="PATH=VALUE", help="a setting for this run"
    )
    parser.add_argument(
        "--connection", dest="chat.connection", metavar="NAME", help="the connection that chats"
    )
    parser.add_argument(
        "--character", dest="chat.character", metavar="NAME", help="who answers in new chats"
    )
    parser.add_argument("--theme", dest="ui.theme", metavar="NAME", help="the colours")
    parser.set_defaults(command=_app, home_after=None, set_after=[])
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    for add in (
        *(_add_caption, _add_chats, _add_export, _add_paths, _add_config, _add_doctor),
        *(_add_imagine, _add_import, _add_model, _add_offline),
    ):
        add(commands)
    script_arguments.add_to(partial(_add, commands))
    return parser


_Commands = argparse._SubParsersAction


def _add(
    commands: _Commands[argparse.ArgumentParser],
    name: str,
    command: Callable[[Options], int],
    summary: str,
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=summary, description=f"{summary.capitalize()}.")
    parser.add_argument("--home", dest="home_after", metavar="DIR", help=argparse.SUPPRESS)
    parser.add_argument(
        "--set", dest="set_after", action="append", default=[], help=argparse.SUPPRESS
    )
    parser.set_defaults(command=command)
    return parser


def _add_caption(commands: _Commands[argparse.ArgumentParser]) -> None:
    parser = _add(commands, "caption", _caption, "caption pictures, one line each on stdout")
    parser.add_argument(
        "files", nargs="+", metavar="FILE", help="a picture; - reads names, one a line, from stdin"
    )
    parser.add_argument("--source", choices=SOURCES, default="", help="who captions")
    parser.add_argument(
        "--connection", default="", metavar="NAME", help="the connection that captions"
    )
    parser.add_argument(
        "--model", default="", metavar="ID", help="another model than the connection's own"
    )
    parser.add_argument(
        "--prompt", default="", metavar="TEXT", help="what to ask about the picture"
    )
    parser.add_argument(
        "--preset", default="", metavar="NAME", help="a prompt by its name, such as 'alt text'"
    )
    parser.add_argument(
        "--fresh", action="store_true", help="ask again, though the caption was made before"
    )
    parser.add_argument(
        "--local-only", action="store_true", help="let no picture leave this machine"
    )
    parser.add_argument(
        "--json",
        action="store_true",
        help="one JSON object a line: file, caption, source, model, seconds, error, label, note,"
        " cached, input_tokens, output_tokens, cost",
    )
    parser.add_argument(
        "--download", action="store_true", help="fetch the local model first when it is missing"
    )


def _add_chats(commands: _Commands[argparse.ArgumentParser]) -> None:
    parser = _add(commands, "chats", _chats, "list the chats, the last used first")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")


def _add_export(commands: _Commands[argparse.ArgumentParser]) -> None:
    parser = _add(commands, "export", _export, "write a chat into a file, its name on stdout")
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--chat", default="", metavar="NAME", help="title, part of it, or id; else the last used"
    )
    which.add_argument("--all", action="store_true", help="every chat, each into its own file")
    parser.add_argument(
        "--format", choices=FORMATS, default="", help="else what the file's ending says; markdown"
    )
    parser.add_argument(
        "--output", default="", metavar="PATH", help="a file, a folder, or - for stdout"
    )
    parser.add_argument("--force", action="store_true", help="write over what is there")


def _add_paths(commands: _Commands[argparse.ArgumentParser]) -> None:
    parser = _add(commands, "paths", _paths, "print where Salon keeps its files")
    parser.add_argument("name", nargs="?", default="", metavar="NAME", help="only this one")


def _add_config(commands: _Commands[argparse.ArgumentParser]) -> None:
    parser = _add(commands, "config", _config, "look at the settings")
    parser.add_argument(
        "action",
        choices=("path", "check"),
        help="path: where the file is; check: what is wrong in it",
    )


def _add_doctor(commands: _Commands[argparse.ArgumentParser]) -> None:
    _add(commands, "doctor", _doctor, "check connections, models, terminal and folders")


def _add_imagine(commands: _Commands[argparse.ArgumentParser]) -> None:
    parser = _add(commands, "imagine", _imagine, "make a picture, its file's name on stdout")
    parser.add_argument("prompt", metavar="PROMPT", help="what is on it; - reads it from stdin")
    parser.add_argument("-o", "--output", default="", metavar="FILE", help="else named after it")
    parser.add_argument("--force", action="store_true", help="write over what is there")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of the name")
    parser.add_argument("--connection", default="", metavar="NAME", help="who makes it")
    parser.add_argument("--model", default="", metavar="ID", help="another model than its own")
    parser.add_argument("--negative", default="", metavar="TEXT", help="what shall not be on it")
    for name in ("width", "height", "steps", "seed"):
        parser.add_argument(f"--{name}", type=int, metavar="N", help="else that of the settings")
    parser.add_argument("--cfg", type=float, metavar="N", help="how closely to follow the prompt")
    parser.add_argument(
        "--extend", action="store_true", help="let the model that chats work it out first"
    )


def _add_import(commands: _Commands[argparse.ArgumentParser]) -> None:
    parser = _add(commands, "import", _import, "take over captioning settings of SillyTavern")
    parser.add_argument("file", metavar="SETTINGS.JSON", help="from a user's folder of its data")


def _add_model(commands: _Commands[argparse.ArgumentParser]) -> None:
    parser = _add(commands, "model", _model, "the local captioning model")
    parser.add_argument(
        "action", choices=("status", "download"), help="whether it is there; fetch it"
    )


def _add_offline(commands: _Commands[argparse.ArgumentParser]) -> None:
    parser = _add(commands, "offline", _offline, "the tiny chat model for trying Salon out")
    parser.add_argument(
        "action", choices=("status", "install"), help="whether it is there; fetch it"
    )


def _app(options: Options) -> int:
    from tui.cli.run import run_app

    return run_app(options)


def _caption(options: Options) -> int:
    from tui.cli.caption import run

    return run(options)


def _chats(options: Options) -> int:
    from tui.cli.listing import chats

    return chats(options)


def _export(options: Options) -> int:
    from tui.cli.exporting import export

    return export(options)


def _paths(options: Options) -> int:
    from tui.cli.listing import paths

    return paths(options)


def _config(options: Options) -> int:
    from tui.cli.listing import config

    return config(options)


def _doctor(options: Options) -> int:
    from tui.cli.doctor import doctor

    return doctor(options)


def _imagine(options: Options) -> int:
    from tui.cli.imagine import run

    return run(options)


def _import(options: Options) -> int:
    from tui.cli.importing import import_settings

    return import_settings(options)


def _model(options: Options) -> int:
    from tui.cli.fetching import model

    return model(options)


def _offline(options: Options) -> int:
    from tui.cli.fetching import offline

    return offline(options)
