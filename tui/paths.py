"""Where Salon keeps its files, and where the files shipped with it are."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tui.domain.errors import AppError, StorageError

_PACKAGE = Path(__file__).resolve().parent
_KINDS = {
    "config": ("XDG_CONFIG_HOME", ".config"),
    "data": ("XDG_DATA_HOME", ".local/share"),
    "state": ("XDG_STATE_HOME", ".local/state"),
    "cache": ("XDG_CACHE_HOME", ".cache"),
}


@dataclass(frozen=True, slots=True)
class Paths:
    """The four folders of Salon, absolute. Nothing is created until `folder` is asked."""

    config: Path
    """What the person writes: settings, themes, keys."""
    data: Path
    """What must not be lost: chats, pictures, characters."""
    state: Path
    """Logs and what can be lost without harm."""
    cache: Path
    """What can be fetched or made again."""

    @property
    def settings(self) -> Path:
        """The person's own `config.yaml`."""
        return self.config / "config.yaml"

    @property
    def themes(self) -> Path:
        """The person's own themes."""
        return self.config / "themes"

    @property
    def keys(self) -> Path:
        """Stored keys, readable by the owner only."""
        return self.config / "keys"

    @property
    def chats(self) -> Path:
        """The database of chats."""
        return self.data / "chats.db"

    @property
    def images(self) -> Path:
        """Pictures by digest."""
        return self.data / "images"

    @property
    def characters(self) -> Path:
        """Character files."""
        return self.data / "characters"

    @property
    def personas(self) -> Path:
        """Persona files."""
        return self.data / "personas"

    @property
    def quick_replies(self) -> Path:
        """Sets of quick replies."""
        return self.data / "quick-replies"

    @property
    def quick_reply_memory(self) -> Path:
        """Which scripts may run, and whose buttons are shown."""
        return self.data / "quick-replies.json"

    @property
    def workflows(self) -> Path:
        """The person's own workflows for ComfyUI."""
        return self.data / "workflows"

    @property
    def models(self) -> Path:
        """Models that Salon installed itself."""
        return self.data / "models"

    @property
    def parsed(self) -> Path:
        """What was found in YAML files."""
        return self.cache / "parsed"

    @property
    def log(self) -> Path:
        """The log of the program."""
        return self.state / "salon.log"

    @property
    def first_frame(self) -> Path:
        """Colours of the frame that is painted before anything is loaded."""
        return self.state / "first-frame"

    @property
    def stderr(self) -> Path:
        """What C libraries print."""
        return self.state / "stderr.log"


def find(environ: Mapping[str, str] | None = None) -> Paths:
    """Choose the folders from the environment.

    Args:
        environ: Read instead of the process environment. `SALON_HOME` overrides all; relative
            XDG values are ignored, as the XDG specification wants it.
    """
    env = os.environ if environ is None else environ
    own = env.get("SALON_HOME", "").strip()
    if own:
        top = Path(own).expanduser().absolute()
        return Paths(top / "config", top / "data", top / "state", top / "cache")
    base = _home(env)

    def xdg(kind: str) -> Path:
        variable, usual = _KINDS[kind]
        value = env.get(variable, "")
        return (Path(value) if value.startswith("/") else base / usual) / "salon"

    return Paths(xdg("config"), xdg("data"), xdg("state"), xdg("cache"))


def _home(env: Mapping[str, str]) -> Path:
    home = Path(env.get("HOME", ""))
    if home.is_absolute():
        return home
    try:
        return Path.home()
    except RuntimeError as error:
        raise AppError("this user has no home folder", hint="set SALON_HOME to a folder") from error


def folder(path: Path) -> Path:
    """Make a folder that only its owner can read, with those above it, and give it back.

    Raises:
        StorageError: It cannot be made, or something else has its name.
    """
    try:
        for missing in reversed([path, *path.parents]):
            if not missing.exists():
                missing.mkdir(mode=0o700, exist_ok=True)
        if not path.is_dir():
            raise NotADirectoryError(20, "not a folder")
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise StorageError(
            f"cannot make the folder {path}, {reason}",
            hint="set SALON_HOME to a folder that can be written to",
        ) from error
    return path


def shipped(name: str) -> Path:
    """Find a file or folder that comes with Salon: `config.yaml`, `themes`, `characters`.

    Returns:
        Its path in an installed wheel, else inside the package, else beside it (a checkout).
    """
    for top in (_PACKAGE / "_shipped", _PACKAGE / "data"):
        if (top / name).exists():
            return top / name
    return _PACKAGE.parent / name
