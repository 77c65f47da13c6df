"""A tiny stand-in for the wheel with the offline model."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

from tui.adapters.offline.state import Package

TINY_MODEL = b"no model at all " * 1000
WHEEL = "tiny_model-1.0-py3-none-any.whl"
_FILES = {
    "tiny_model/tiny.gguf": TINY_MODEL,
    "tiny_model-1.0.dist-info/WHEEL": b"Wheel-Version: 1.0\nTag: py3-none-any\n",
    "tiny_model-1.0.dist-info/METADATA": b"Metadata-Version: 2.1\nName: tiny-model\nVersion: 1.0\n",
    "tiny_model-1.0.dist-info/RECORD": b"",
}


def write_wheel(folder: Path) -> Path:
    """Write the wheel; the same bytes each time."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / WHEEL
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in _FILES.items():
            archive.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), data)
    return path


def package_of(wheel: Path) -> Package:
    """The package as its true hashes describe it."""
    data = wheel.read_bytes()
    return Package(
        requirement="tiny-model==1.0",
        wheel_sha256=hashlib.sha256(data).hexdigest(),
        wheel_bytes=len(data),
        member="tiny_model/tiny.gguf",
        file="tiny.gguf",
        sha256=hashlib.sha256(TINY_MODEL).hexdigest(),
        bytes=len(TINY_MODEL),
    )


TINY = Package(
    requirement="tiny-model==1.0",
    wheel_sha256="0" * 64,
    wheel_bytes=1,
    member="tiny_model/tiny.gguf",
    file="tiny.gguf",
    sha256=hashlib.sha256(TINY_MODEL).hexdigest(),
    bytes=len(TINY_MODEL),
)
