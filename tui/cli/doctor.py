"""`salon doctor`: what works, what does not, and what to do about it; never a key."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from tui import __version__
from tui.cli.console import Console
from tui.cli.options import Options
from tui.cli.serving import with_services
from tui.domain.generation import Progress
from tui.domain.safetext import clean_line
from tui.domain.settings import Images
from tui.paths import Paths
from tui.services import Services
from tui.services.checkup import Finding, check_connections, check_servers, check_source

if TYPE_CHECKING:
    from tui.ui.terminal.probe import Terminal

_MARKS = {"ok": "ok  ", "note": "note", "bad": "BAD "}
_WHO_ELSE = 0o077
_NO_ROOM, _LITTLE_ROOM = 10_000_000, 200_000_000
"""Bytes of the disk below which a chat with pictures soon cannot be kept, or the daily backup."""
_PACKAGES = ("textual", "onnxruntime", "transformers", "pillow", "httpx")


def doctor(options: Options) -> int:
    """Print the check-up. Returns 0, or 1 when something is broken."""
    console = Console()
    # Asked before an event loop is there: the answers come through the terminal.
    asked = _ask_terminal()

    async def work(services: Services) -> int:
        settings = services.settings.current
        problems = [Finding("bad", "config.yaml", each) for each in services.settings.problems]
        console.progress(Progress("asking the connections"))
        parts = {
            f"Salon {__version__}": [_program()],
            "Settings": problems or [Finding("ok", "config.yaml", "no problems found")],
            "Connections": await check_connections(services.connections),
            "Servers on this machine": await check_servers(services.connections)
            or [Finding("note", "none", "no model server answers on the usual ports")],
            "Captions": [
                check_source(settings, services.connections),
                await _local_model(services),
                _offline_model(services),
            ],
            "Terminal": check_terminal(asked, options.environ, settings.ui.images),
            "Clipboard": [check_clipboard(options.environ)],
            "Folders": check_folders(options.paths),
        }
        console.progress(None)
        for title, findings in parts.items():
            _print(console, title, findings)
        broken = sum(each.level == "bad" for each in (e for part in parts.values() for e in part))
        console.data(f"\n{broken} broken" if broken else "\nNothing is broken.")
        return 1 if broken else 0

    return with_services(options, work)


def _print(console: Console, title: str, findings: Iterable[Finding]) -> None:
    console.data(f"\n{title}")
    for each in findings:
        console.data(clean_line(f"  {_MARKS[each.level]}  {each.title}: {each.text}"))
        if each.fix:
            console.data(clean_line(f"        → {each.fix}"))


def _program() -> Finding:
    found = [f"Python {platform.python_version()} on {platform.system()} {platform.machine()}"]
    missing = []
    for name in _PACKAGES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            missing.append(name)
    if missing:
        return Finding("bad", "packages", f"missing: {', '.join(missing)}", "install Salon again")
    return Finding("ok", "packages", ", ".join(found))


async def _local_model(services: Services) -> Finding:
    state = await services.captions.sources.local_state()
    if state.kind == "ready":
        return Finding("ok", "local model", f"{state.model} is ready")
    fix = "salon model download" if state.plan else state.hint
    return Finding("note", "local model", f"{state.model}: {state.reason}", fix)


def _offline_model(services: Services) -> Finding:
    missing = services.offline.missing()
    fix = "salon offline install, if a tiny model for trying Salon out is wanted"
    return Finding(
        "note" if missing else "ok", "offline chat model", missing or "ready", missing and fix
    )


def _ask_terminal() -> Terminal | None:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return None
    from tui.ui.terminal.probe import ask_once

    return ask_once()


def check_terminal(
    terminal: Terminal | None, environ: Mapping[str, str], images: Images
) -> list[Finding]:
    """Say what the terminal can draw, and how pictures are drawn on it.

    Args:
        terminal: What it said of itself; None when there is none.
        environ: The environment.
        images: What the settings say of pictures.
    """
    if terminal is None:
        return [Finding("note", "terminal", "none here: the app needs one, salon caption does not")]
    size = shutil.get_terminal_size()
    deep = environ.get("COLORTERM", "").lower() in {"truecolor", "24bit"}
    name = clean_line(terminal.name, 60) or environ.get("TERM", "unknown")
    where = f" inside {terminal.inside}" if terminal.inside else ""
    colours = Finding("ok", "colours", "16 million")
    if not deep:
        fix = "export COLORTERM=truecolor, where the terminal can"
        colours = Finding("note", "colours", "at most 256 are promised: pictures are coarser", fix)
    return [
        Finding("ok", "terminal", f"{name}{where}, {size.columns} x {size.lines} cells"),
        colours,
        _pictures(terminal, images),
    ]


def _pictures(terminal: Terminal, images: Images) -> Finding:
    from tui.ui.terminal.graphics import choose

    if images == "off":
        return Finding("ok", "pictures", "off, as the settings say: captions stand for them")
    choice = choose(terminal, images)
    return Finding("note" if choice.fix else "ok", "pictures", choice.told, choice.fix)


def check_clipboard(environ: Mapping[str, str]) -> Finding:
    """Say how copied text reaches the clipboard."""
    from tui.ui.terminal.clipboard_program import system_command

    command = system_command(environ)
    if command is not None:
        return Finding("ok", "copying", f"through {command[0]}, and the terminal (OSC 52)")
    wanted = (
        "wl-clipboard"
        if environ.get("WAYLAND_DISPLAY")
        else "xclip"
        if environ.get("DISPLAY")
        else ""
    )
    fix = f"install {wanted} where the terminal does not copy" if wanted else ""
    return Finding("note", "copying", "through the terminal only (OSC 52)", fix)


def check_folders(paths: Paths) -> list[Finding]:
    """Say where things are kept, whether they fit, can be written, and who else can read them."""
    kinds = {"config": paths.config, "data": paths.data, "state": paths.state, "cache": paths.cache}
    return [_folder(name, folder) for name, folder in kinds.items()]


def _folder(name: str, folder: Path) -> Finding:
    if not folder.exists():
        return Finding("ok", name, f"{folder} (made when it is needed)")
    if not os.access(folder, os.W_OK | os.X_OK):
        return Finding("bad", name, f"{folder} cannot be written", f"chmod u+rwx {folder}")
    if folder.stat().st_mode & _WHO_ELSE:
        fix = f"chmod 700 {folder}"
        return Finding("note", name, f"{folder} can be read by others", fix)
    room = shutil.disk_usage(folder).free
    if room < _LITTLE_ROOM:
        text = f"{folder} · {room // 1_000_000} MB of the disk are free"
        return Finding("bad" if room < _NO_ROOM else "note", name, text, "make room on the disk")
    return Finding("ok", name, str(folder))
