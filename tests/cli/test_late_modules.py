from __future__ import annotations

import sys
from types import ModuleType
from unittest.mock import sentinel

import pytest

from tests.cli.test_main import python
from tui.cli.late_modules import _Late, standing_in

LATE = "'ssl asyncio.sslproto mimetypes platformdirs textual.types'.split()"
START = f"""
import sys
from tui.cli import late_modules
with late_modules.standing_in():
    import tui.bootstrap, tui.ui.start
loaded = [name for name in {LATE} if name in sys.modules]
assert not loaded, loaded
"""
TLS = """
import asyncio, asyncio.base_events, ssl

def context(protocol):
    made = ssl.SSLContext(protocol)
    made.check_hostname, made.verify_mode = False, ssl.CERT_NONE
    made.maximum_version = ssl.TLSVersion.TLSv1_2
    made.set_ciphers("AECDH:@SECLEVEL=0")  # needs no certificate
    return made

async def shout(reader, writer):
    writer.write((await reader.readline()).upper())
    await writer.drain()
    writer.close()

async def main():
    server = await asyncio.start_server(
        shout, "127.0.0.1", 0, ssl=context(ssl.PROTOCOL_TLS_SERVER)
    )
    port = server.sockets[0].getsockname()[1]
    secret = context(ssl.PROTOCOL_TLS_CLIENT)
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=secret)
    writer.write(b"hello\\n")
    assert await reader.readline() == b"HELLO\\n"
    writer.close()
    server.close()

asyncio.run(main())
assert asyncio.base_events.ssl.SSLContext is ssl.SSLContext
"""
USED = """
import mimetypes, platformdirs, textual.app, textual.types
from textual.widgets import DirectoryTree
assert textual.app.user_downloads_path() == platformdirs.user_downloads_path()
assert textual.app.mimetypes.guess_type("a.png") == ("image/png", None)
assert textual.types.DirEntry.__module__ == "textual.widgets._directory_tree"
assert sys.modules["textual"].types is textual.types
assert sys.modules["textual.command"].IgnoreReturnCallbackType
"""


@pytest.mark.parametrize("then", ["", TLS, USED])
def test_what_was_left_out_of_the_start_is_there_when_it_is_used(then: str) -> None:
    done = python("-c", START + then)

    assert (done.returncode, done.stderr) == (0, "")


def test_a_module_that_was_loaded_before_keeps_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    mine = ModuleType("platformdirs")
    monkeypatch.setitem(sys.modules, "platformdirs", mine)
    with standing_in():
        assert sys.modules["platformdirs"] is mine
    assert sys.modules["platformdirs"] is mine


def test_who_asks_for_more_than_was_foreseen_gets_the_module(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    late = _Late("colorsys", nearer="keyword", known=sentinel.known)
    monkeypatch.setitem(sys.modules, "colorsys", late)

    assert late.known is sentinel.known
    assert "if" in late.kwlist
    assert sys.modules["colorsys"] is late
    assert late.rgb_to_hsv(0, 0, 0) == (0, 0, 0)
    assert sys.modules["colorsys"] is not late
    with pytest.raises(AttributeError, match="colorsys"):
        late.nothing_like_it  # noqa: B018 - asked for


def test_where_the_nearer_module_is_missing_the_module_itself_is_loaded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    late = _Late("colorsys", nearer="no_such_module")
    monkeypatch.setitem(sys.modules, "colorsys", late)

    assert late.rgb_to_hsv(0, 0, 0) == (0, 0, 0)
    assert sys.modules["colorsys"] is not late
