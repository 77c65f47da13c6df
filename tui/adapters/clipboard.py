"""What the system's clipboard holds, through the program that each system has for it."""

from __future__ import annotations

import base64
import binascii
import re
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tui.adapters.helper_program import Run, run
from tui.domain.clipping import FILE_LIST, PICTURE_TYPES, TEXT_TYPES, Clipping
from tui.domain.errors import ClipboardError
from tui.domain.typed_path import as_local

SECONDS = 3.0
_POWERSHELL_SECONDS = 15.0
"""It loads half of .NET before it does anything."""
_MAC_PICTURES = ("PNGf", "JPEG", "GIFf", "TIFF")
_POWERSHELL = """
Add-Type -AssemblyName System.Windows.Forms, System.Drawing
$c = [Windows.Forms.Clipboard]
function Say($kind, $bytes) { "$kind " + [Convert]::ToBase64String($bytes) }
if ($c::ContainsFileDropList()) {
  foreach ($f in $c::GetFileDropList()) { Say 'file' ([Text.Encoding]::UTF8.GetBytes($f)) }
} elseif ($c::ContainsImage()) {
  $m = New-Object IO.MemoryStream
  $c::GetImage().Save($m, [Drawing.Imaging.ImageFormat]::Png)
  Say 'picture' $m.ToArray()
} elseif ($c::ContainsText()) {
  Say 'text' ([Text.Encoding]::UTF8.GetBytes($c::GetText()))
}
"""
_POWERSHELL_COMMAND = (
    *("powershell.exe", "-NoProfile", "-NonInteractive", "-STA"),
    *("-Command", _POWERSHELL),
)


class SystemClipboard:
    """Reads the clipboard of Wayland, X11, macOS, Windows, and Windows from inside WSL.

    Args:
        environ: Tells which of them it is, and where programs are.
        platform: As `sys.platform` names it.
        run: Runs a program.
    """

    def __init__(
        self, environ: Mapping[str, str], platform: str = sys.platform, run: Run = run
    ) -> None:
        self._environ = environ
        self._platform = platform
        self._run = run

    async def read(self) -> Clipping:
        """Give a picture, else files, else text; empty when there is nothing of these.

        Raises:
            ClipboardError: No program reaches it, or the one that does hangs.
        """
        if self._platform == "darwin":
            return await self._mac()
        in_wsl = "WSL_DISTRO_NAME" in self._environ
        if (self._platform == "win32" or in_wsl) and self._has("powershell.exe"):
            return _from_powershell(await self._run(_POWERSHELL_COMMAND, _POWERSHELL_SECONDS))
        if self._environ.get("WAYLAND_DISPLAY") and self._has("wl-paste"):
            return await self._listed(
                ("wl-paste", "--list-types"), ("wl-paste", "--no-newline", "--type")
            )
        if self._environ.get("DISPLAY") and self._has("xclip"):
            ask = ("xclip", "-selection", "clipboard", "-o", "-t")
            return await self._listed((*ask, "TARGETS"), ask)
        raise self._unreachable()

    def _has(self, program: str) -> bool:
        return shutil.which(program, path=self._environ.get("PATH")) is not None

    def _unreachable(self) -> ClipboardError:
        if self._environ.get("WAYLAND_DISPLAY"):
            return _missing("wl-paste", "wl-clipboard")
        if self._environ.get("DISPLAY"):
            return _missing("xclip", "xclip")
        connection = self._environ.get("SSH_CONNECTION", "").split()
        if len(connection) == 4:
            user = self._environ.get("USER", "you")
            return ClipboardError(
                "this machine is reached over ssh and does not see your clipboard",
                hint=f"scp the picture to {user}@{connection[2]} and /attach it, or paste"
                " its data: address; kitty's own clipboard works as it is",
            )
        return ClipboardError(
            "there is no clipboard here, for there is no desktop",
            hint="paste or drop the picture's path, or /attach it",
        )

    async def _listed(self, types: Sequence[str], ask: Sequence[str]) -> Clipping:
        """Take the best of what a program lists; `ask` plus a type gives its content."""
        offered = set((await self._run(types, SECONDS)).decode("utf-8", "replace").split("\n"))
        for kind in PICTURE_TYPES:
            if kind in offered and (data := await self._run((*ask, kind), SECONDS)):
                return Clipping(data)
        if FILE_LIST in offered:
            listed = await self._run((*ask, FILE_LIST), SECONDS)
            if paths := _paths(listed.decode("utf-8", "surrogateescape")):
                return Clipping(paths=paths)
        kind = next((each for each in TEXT_TYPES if each in offered), "")
        text = await self._run((*ask, kind), SECONDS) if kind else b""
        return Clipping(text=text.decode("utf-8", "replace"))

    async def _mac(self) -> Clipping:
        known = (await self._script("clipboard info")).decode("utf-8", "replace")
        # Files first: a copied file also offers its icon as a picture.
        if "furl" in known:
            path = await self._script("POSIX path of (the clipboard as \u00abclass furl\u00bb)")
            return Clipping(paths=(Path(path.decode("utf-8", "surrogateescape").rstrip("\n")),))
        names = {"GIFf": "GIF picture", "TIFF": "TIFF picture", "JPEG": "JPEG picture"}
        for kind in _MAC_PICTURES:
            if kind not in known and names.get(kind, kind) not in known:
                continue
            if kind == "PNGf" and self._has("pngpaste"):
                data = await self._run(("pngpaste", "-"), SECONDS)
            else:
                data = _literal(await self._script(f"the clipboard as \u00abclass {kind}\u00bb"))
            if data:
                return Clipping(data)
        return Clipping(text=(await self._run(("pbpaste",), SECONDS)).decode("utf-8", "replace"))

    async def _script(self, line: str) -> bytes:
        return await self._run(("osascript", "-e", line), SECONDS)


def _missing(program: str, package: str) -> ClipboardError:
    return ClipboardError(
        f"{program} is missing, which reads the clipboard",
        hint=f"install the package {package}, e.g. sudo apt install {package}",
    )


def _paths(listed: str) -> tuple[Path, ...]:
    """The files of a list of addresses; RFC 2483."""
    lines = [line.strip() for line in listed.splitlines()]
    return tuple(Path(as_local(line)) for line in lines if line.lower().startswith("file:"))


def _literal(written: bytes) -> bytes:
    """The bytes in AppleScript's way of writing them: the kind, then hexadecimal digits."""
    match = re.search(rb"data [A-Za-z]{4}([0-9A-Fa-f]+)", written)
    return bytes.fromhex(match.group(1).decode()) if match and len(match[1]) % 2 == 0 else b""


def _from_powershell(written: bytes) -> Clipping:
    found: dict[str, list[bytes]] = {}
    for line in written.split(b"\n"):
        kind, _, encoded = line.strip().partition(b" ")
        try:
            found.setdefault(kind.decode("ascii", "replace"), []).append(
                base64.b64decode(encoded, validate=True)
            )
        except binascii.Error:
            continue
    words = {kind: [each.decode("utf-8", "replace") for each in found[kind]] for kind in found}
    paths = tuple(Path(as_local(path)) for path in words.get("file", ()))
    text = "".join(words.get("text", ())).replace("\r\n", "\n")
    return Clipping(b"".join(found.get("picture", [])), paths, text)
