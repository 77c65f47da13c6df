from __future__ import annotations

import asyncio
import base64
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from tui.adapters import helper_program
from tui.adapters.clipboard import SystemClipboard
from tui.adapters.helper_program import run
from tui.domain.clipping import Clipping
from tui.domain.errors import ClipboardError

PNG = b"\x89PNG\r\n\x1a\n\x00\xff\n and more\r\n"


def program(folder: Path, name: str, **contents: bytes) -> None:
    """Put a program there that knows `--list-types` or TARGETS, and gives what it has by type.

    Args:
        folder: Where it goes.
        name: `wl-paste` or `xclip`.
        contents: By type, with `__` for the slash and `_` for a hyphen.
    """
    types = {kind.replace("__", "/").replace("_", "-"): data for kind, data in contents.items()}
    cases = ""
    for number, (kind, data) in enumerate(types.items()):
        (folder / f"{name}.{number}").write_bytes(data)
        cases += f'"{kind}") exec /bin/cat "{folder}/{name}.{number}";;\n'
    listed = "\\n".join(types)
    file = folder / name
    file.write_text(
        '#!/bin/sh\nfor last; do :; done\ncase "$last" in\n'
        f'TARGETS|--list-types) printf "{listed}\\n";;\n{cases}*) exit 1;;\nesac\n'
    )
    file.chmod(0o755)


@pytest.fixture(params=["wl-paste", "xclip"])
def helper(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def clipboard(folder: Path, helper: str) -> SystemClipboard:
    desktop = {"wl-paste": "WAYLAND_DISPLAY", "xclip": "DISPLAY"}[helper]
    return SystemClipboard({desktop: "x", "PATH": str(folder)}, "linux", _run_in(folder))


def _run_in(folder: Path) -> helper_program.Run:
    async def run_there(command: Sequence[str], seconds: float) -> bytes:
        return await run([str(folder / command[0]), *command[1:]], seconds)

    return run_there


async def test_the_most_faithful_picture_is_taken_to_the_last_byte(
    helper: str, tmp_path: Path
) -> None:
    program(tmp_path, helper, text__plain=b"words", image__jpeg=b"worse", image__png=PNG)

    assert await clipboard(tmp_path, helper).read() == Clipping(PNG)


async def test_a_type_that_gives_nothing_is_passed_over(helper: str, tmp_path: Path) -> None:
    program(tmp_path, helper, image__png=b"", image__jpeg=PNG)

    assert await clipboard(tmp_path, helper).read() == Clipping(PNG)


async def test_files_that_were_copied_are_their_paths(helper: str, tmp_path: Path) -> None:
    listed = b"# files\r\nfile:///tmp/A%20B.JPG\r\nfile:///tmp/gr%C3%B6%C3%9Fe.png\r\n"
    program(tmp_path, helper, text__uri_list=listed, text__plain=b"/tmp/A B.JPG")

    found = await clipboard(tmp_path, helper).read()

    assert found == Clipping(paths=(Path("/tmp/A B.JPG"), Path("/tmp/größe.png")))


async def test_else_it_is_the_text(helper: str, tmp_path: Path) -> None:
    program(tmp_path, helper, text__html=b"<b>no</b>", text__plain="grüße\n".encode())

    assert await clipboard(tmp_path, helper).read() == Clipping(text="grüße\n")


async def test_an_empty_clipboard_is_nothing(helper: str, tmp_path: Path) -> None:
    file = tmp_path / helper
    file.write_text("#!/bin/sh\necho 'No selection' >&2\nexit 1\n")
    file.chmod(0o755)

    assert await clipboard(tmp_path, helper).read() == Clipping()


async def test_a_helper_that_hangs_is_stopped(helper: str, tmp_path: Path) -> None:
    file = tmp_path / helper
    file.write_text(f"#!/bin/sh\necho $$ > {tmp_path}/pid\nexec /bin/sleep 100\n")
    file.chmod(0o755)

    with pytest.raises(ClipboardError, match="gave no answer"):
        await run([str(file)], 0.2)

    pid = int((tmp_path / "pid").read_text())
    assert not Path(f"/proc/{pid}").exists()


async def test_a_helper_that_gives_too_much_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(helper_program, "LARGEST", 1000)

    with pytest.raises(ClipboardError, match="larger than"):
        await run(["/bin/cat", "/dev/zero"], 5)


async def test_a_helper_that_is_not_there_is_named() -> None:
    with pytest.raises(ClipboardError, match="cannot be run"):
        await run(["/nowhere/xclip"], 1)


async def test_esc_stops_the_helper_too(tmp_path: Path) -> None:
    file = tmp_path / "slow"
    file.write_text(f"#!/bin/sh\necho $$ > {tmp_path}/pid\nexec /bin/sleep 100\n")
    file.chmod(0o755)
    task = asyncio.create_task(run([str(file)], 50))
    while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
        await asyncio.sleep(0.005)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert not Path(f"/proc/{int((tmp_path / 'pid').read_text())}").exists()


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({"WAYLAND_DISPLAY": "w"}, "wl-paste is missing.*install the package wl-clipboard"),
        ({"DISPLAY": ":0"}, "xclip is missing.*install the package xclip"),
        ({"WAYLAND_DISPLAY": "w", "DISPLAY": ":0"}, "wl-paste is missing"),
        ({}, "no clipboard here"),
        (
            {"SSH_CONNECTION": "10.0.0.1 5 10.0.0.9 22", "USER": "ada"},
            r"over ssh.*scp the picture to ada@10\.0\.0\.9",
        ),
    ],
)
async def test_what_is_missing_is_named_in_one_line(
    environ: dict[str, str], said: str, tmp_path: Path
) -> None:
    with pytest.raises(ClipboardError) as caught:
        await SystemClipboard({**environ, "PATH": str(tmp_path)}, "linux").read()

    assert re.search(said, caught.value.line())


async def test_xclip_serves_where_wayland_has_no_helper(tmp_path: Path) -> None:
    program(tmp_path, "xclip", image__png=PNG)
    environ = {"WAYLAND_DISPLAY": "w", "DISPLAY": ":0", "PATH": str(tmp_path)}

    assert await SystemClipboard(environ, "linux", _run_in(tmp_path)).read() == Clipping(PNG)


class Programs:
    """Answers by the last word of a command."""

    def __init__(self, **answers: bytes) -> None:
        self.answers = answers
        self.asked: list[tuple[str, ...]] = []

    async def __call__(self, command: Sequence[str], seconds: float) -> bytes:
        self.asked.append(tuple(command))
        key = command[-1] if command[0] == "osascript" else command[0]
        found = [answer for name, answer in self.answers.items() if name in key.replace(".", "_")]
        return found[0] if found else b""


async def mac(tmp_path: Path, **answers: bytes) -> Clipping:
    return await SystemClipboard({"PATH": str(tmp_path)}, "darwin", Programs(**answers)).read()


async def test_macos_gives_a_picture_without_any_helper(tmp_path: Path) -> None:
    literal = "«data PNGf".encode() + PNG.hex().upper().encode() + "»\n".encode()

    assert await mac(
        tmp_path, info="«class PNGf», 30, TIFF picture, 900".encode(), PNGf=literal
    ) == Clipping(PNG)


async def test_macos_uses_pngpaste_where_it_is(tmp_path: Path) -> None:
    (tmp_path / "pngpaste").touch(0o755)

    assert await mac(tmp_path, info="«class PNGf», 30".encode(), pngpaste=PNG) == Clipping(PNG)


async def test_macos_gives_a_file_and_not_its_icon(tmp_path: Path) -> None:
    info = "«class furl», 40, «class PNGf», 30".encode()

    assert await mac(tmp_path, info=info, furl=b"/Users/me/A B.JPG\n", PNGf=b"icon") == Clipping(
        paths=(Path("/Users/me/A B.JPG"),)
    )


async def test_macos_gives_text(tmp_path: Path) -> None:
    assert await mac(tmp_path, info=b"Unicode text, 8", pbpaste=b"words") == Clipping(text="words")


def coded(kind: str, data: bytes) -> bytes:
    return f"{kind} {base64.b64encode(data).decode()}\r\n".encode()


@pytest.mark.parametrize(
    ("written", "found"),
    [
        (coded("picture", PNG), Clipping(PNG)),
        (
            coded("file", b"C:\\A B.JPG") + coded("file", b"\\\\wsl$\\Debian\\tmp\\b.png"),
            Clipping(paths=(Path("/mnt/c/A B.JPG"), Path("/tmp/b.png"))),
        ),
        (coded("text", b"one\r\ntwo"), Clipping(text="one\ntwo")),
        (b"Add-Type : Cannot find\r\n", Clipping()),
        (b"", Clipping()),
    ],
)
async def test_windows_clipboard_is_read_from_wsl(
    written: bytes, found: Clipping, tmp_path: Path
) -> None:
    (tmp_path / "powershell.exe").touch(0o755)
    environ = {"WSL_DISTRO_NAME": "Debian", "WAYLAND_DISPLAY": "w", "PATH": str(tmp_path)}

    assert await SystemClipboard(environ, "linux", Programs(powershell=written)).read() == found
