from __future__ import annotations

import gc
import itertools
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

# CI must not fail by chance; people's runs go on looking for new examples.
hypothesis.settings.register_profile("ci", derandomize=True, deadline=None, max_examples=50)
hypothesis.settings.register_profile("person", deadline=None, max_examples=50)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "person")

_KEEP = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "TMPDIR", "VIRTUAL_ENV", "PYTHONPATH")
_SNAPSHOTS = "TEXTUAL_SNAPSHOT_TEMPDIR"
_BLAS = ("OPENBLAS_", "NVPL_", "OMP_")


def pytest_collection_finish() -> None:
    """Keep the thousands of tests out of what is looked through for garbage, and look seldom.

    An app of a test leaves a hundred thousand objects in cycles, so looking was a quarter of the
    time of all that opens one.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 5)


@pytest.fixture(scope="session")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Folders that are not there yet; `mktemp` would list all earlier ones for each."""
    folder = tmp_path_factory.mktemp("homes")
    return (folder / str(number) for number in itertools.count())


@pytest.fixture(autouse=True)
def clean_world(homes: Iterator[Path], monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty home, no keys, a fixed terminal, and no network but loopback."""
    home = next(homes)
    home.mkdir()
    for name in list(os.environ):
        if name not in (*_KEEP, _SNAPSHOTS) and not name.startswith(("PYTEST", *_BLAS)):
            monkeypatch.delenv(name, raising=False)
    for name, value in {
        "HOME": str(home),
        "SALON_HOME": str(home / "salon"),
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "PYTHONDONTWRITEBYTECODE": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "NO_PROXY": "*",
    }.items():
        monkeypatch.setenv(name, value)
    connect = socket.socket.connect

    def only_loopback(self: socket.socket, address: object) -> None:
        host = address[0] if isinstance(address, tuple) else "127.0.0.1"
        if self.family != socket.AF_UNIX and host not in ("127.0.0.1", "::1", "localhost"):
            raise OSError(f"tests may not connect to {host}")
        connect(self, address)  # type: ignore[arg-type]  # whatever the socket module takes

    monkeypatch.setattr(socket.socket, "connect", only_loopback)
    yield


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder for files of this test."""
    return tmp_path
