"""Paths as other programs write them: file: addresses, and Windows' own under WSL."""

from __future__ import annotations

import re
from urllib.parse import unquote

_DRIVE = re.compile(r"/?([A-Za-z]):[\\/](.*)", re.DOTALL)
_INSIDE_WSL = re.compile(
    r"[\\/]{2}wsl(?:\$|\.localhost)[\\/][^\\/]+(.*)", re.DOTALL | re.IGNORECASE
)


def as_local(word: str) -> str:
    r"""Write a path as this machine, or the Linux inside a Windows, calls it.

    Understood are `file:` addresses with a host or without, drives (`C:\a.png` is
    `/mnt/c/a.png`), and `\\wsl$\Name\` and `\\wsl.localhost\Name\` for this system itself.
    Anything else stays as it is.
    """
    if word.lower().startswith("file:"):
        # Not urlsplit: it would end the path at a # or ? that some terminals leave as it is.
        word = unquote(_without_host(word[len("file:") :]))
    if match := _DRIVE.fullmatch(word):
        drive, rest = match.groups()
        return f"/mnt/{drive.lower()}/{rest}".replace("\\", "/")
    if match := _INSIDE_WSL.fullmatch(word):
        return match.group(1).replace("\\", "/") or "/"
    return word


def _without_host(rest: str) -> str:
    """What stands behind `file:` without the machine's name, which is this one."""
    if rest.lower().startswith(("//wsl$/", "//wsl.localhost/")):
        return rest
    return re.sub(r"^//[^/]*", "", rest)
