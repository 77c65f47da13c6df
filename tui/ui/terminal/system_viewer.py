"""Opening a picture in the program that the desktop has for pictures.

That program gets a copy under a name made here: names of pictures come from elsewhere. The copies
lie in a folder that only the person can read, and go when Salon ends.
"""

from __future__ import annotations

import asyncio
import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tui.domain.errors import AppError
from tui.domain.image import Image

SECONDS = 3.0
"""How long a program is watched for failing; some stay until the picture is closed."""
_ENDINGS = {"image/jpeg": ".jpg", "image/png": ".png"}


def opener(environment: Mapping[str, str], platform: str) -> list[str]:
    """The program that opens files on this machine's screen, or nothing.

    Args:
        environment: Tells whether there is a screen: over ssh there is none, unless X11 or
            Wayland comes along.
        platform: As `sys.platform`.
    """
    has_display = bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))
    is_remote = bool(environment.get("SSH_CONNECTION") or environment.get("SSH_TTY"))
    if platform == "darwin":
        candidates = [] if is_remote else [["open"]]
    elif environment.get("WSL_DISTRO_NAME") and not is_remote:
        candidates = [["wslview"], ["cmd.exe", "/c", "start", ""]]
    else:
        candidates = []
    if has_display and platform != "darwin":
        candidates.append(["xdg-open"])
    path = environment.get("PATH")
    return next((each for each in candidates if shutil.which(each[0], path=path)), [])


class SystemViewer:
    """Writes pictures to files and has them opened.

    Args:
        environment: Where to look for a screen and for programs.
        platform: As `sys.platform`.
    """

    def __init__(
        self, environment: Mapping[str, str] = os.environ, platform: str = sys.platform
    ) -> None:
        self._environment = environment
        self._platform = platform
        self._running: list[subprocess.Popen[bytes]] = []
        self._folder: Path | None = None
        self._files: dict[str, Path] = {}

    async def open(self, image: Image) -> None:
        """Open a picture beside Salon.

        Raises:
            AppError: There is no program or no screen for it, or it failed; the hint says where
                the file is.
        """
        await asyncio.to_thread(self._open, image)

    def close(self) -> None:
        """Remove the files; a second time does nothing."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
        self._folder, self._files = None, {}

    def _open(self, image: Image) -> None:
        try:
            path = self._written(image)
        except OSError as error:
            reason = (error.strerror or "unknown reason").lower()
            raise AppError("the picture could not be written to a file", hint=reason) from error
        command = opener(self._environment, self._platform)
        if not command:
            raise AppError(
                "there is no program or no screen here to open pictures with",
                hint=f"until Salon ends it is in {path}",
            )
        if not self._runs([*command, self._named_for(command[0], path)]):
            raise AppError(
                f"{command[0]} could not open the picture", hint=f"until Salon ends it is in {path}"
            )

    def _written(self, image: Image) -> Path:
        """The file of a picture; written once, readable by the person alone."""
        known = self._files.get(image.digest)
        if known is not None and known.exists():
            return known
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="salon-"))
            atexit.register(self.close)
        path = self._folder / f"picture-{len(self._files) + 1}{_ENDINGS.get(image.mime, '')}"
        path.touch(0o600)
        path.write_bytes(image.data)
        self._files[image.digest] = path
        return path

    def _named_for(self, program: str, path: Path) -> str:
        """The file as a program knows it: those of Windows know other paths than WSL."""
        if program != "cmd.exe":
            return str(path)
        try:
            said = subprocess.run(
                ["wslpath", "-w", str(path)],
                env=dict(self._environment),
                capture_output=True,
                text=True,
                timeout=SECONDS,
                check=True,
            )
        except (OSError, subprocess.SubprocessError):
            return str(path)
        return said.stdout.strip()

    def _runs(self, command: list[str]) -> bool:
        """Start a program beside the app; whether it went well, as far as can be told."""
        try:
            # In a session of its own it cannot write to the terminal, and outlives Salon.
            process = subprocess.Popen(
                command,
                env=dict(self._environment),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except OSError:
            return False
        self._running = [each for each in self._running if each.poll() is None]
        try:
            return process.wait(SECONDS) == 0
        except subprocess.TimeoutExpired:
            self._running.append(process)
            return True
