"""The programs through which a desktop's clipboard is filled."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping


def system_command(environment: Mapping[str, str]) -> list[str] | None:
    """The program that fills this machine's clipboard, or None."""
    if sys.platform == "darwin":
        candidates = [["pbcopy"]]
    else:
        candidates = []
        if environment.get("WAYLAND_DISPLAY"):
            candidates.append(["wl-copy", "--type", "text/plain;charset=utf-8"])
        if environment.get("DISPLAY"):
            candidates.append(["xclip", "-selection", "clipboard", "-in"])
            candidates.append(["xsel", "--clipboard", "--input"])
        if environment.get("WSL_DISTRO_NAME"):
            candidates.append(["clip.exe"])
    path = environment.get("PATH")
    return next((each for each in candidates if shutil.which(each[0], path=path)), None)
