"""The offline model's server, with a process that speaks its hand-shake in its place."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from tests.adapters.offline.packages import TINY, TINY_MODEL
from tui.adapters.offline.server import MODEL, OfflineServer
from tui.domain.errors import AppError

linux = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
FAKE = Path(__file__).with_name("fake_serve.py")


def server(models: Path, behaviour: str = "serves", **options: Any) -> OfflineServer:
    command = (sys.executable, str(FAKE), behaviour)
    options = {"runtime": lambda: True, **options}
    return OfflineServer(models, command=command, package=TINY, **options)


@pytest.fixture
def models(tmp_path: Path) -> Path:
    (tmp_path / TINY.file).write_bytes(TINY_MODEL)
    return tmp_path


@pytest_asyncio.fixture
async def running(models: Path) -> AsyncIterator[OfflineServer]:
    offline = server(models)
    yield offline
    await offline.aclose()


async def ask(offline: OfflineServer, key: str | None = None) -> httpx.Response:
    url = await offline.base_url()
    bearer = offline.key.reveal() if key is None else key
    async with httpx.AsyncClient(trust_env=False) as client:
        return await client.get(url, headers={"Authorization": f"Bearer {bearer}"})


async def until(condition: Callable[[], bool]) -> None:
    """Wait for what happens in other processes, of which no event tells."""
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.01)


async def gone(pid: int) -> None:
    """Wait until a process is gone that need not be our child."""
    await until(lambda: _state(pid) == "Z")


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return "Z"


async def test_it_starts_on_demand_with_the_model_and_a_key(
    running: OfflineServer, models: Path
) -> None:
    assert running.pid is None
    assert running.installed()
    answer = await ask(running)
    assert answer.json() == {"model": str(models / TINY.file), "alias": MODEL}
    assert (await ask(running, key="wrong")).status_code == 401


async def test_the_address_is_on_loopback_and_the_key_is_long(running: OfflineServer) -> None:
    assert (await running.base_url()).startswith("http://127.0.0.1:")
    assert (await running.base_url()).endswith("/v1")
    assert len(running.key.reveal()) > 40
    assert running.key.reveal() not in repr(running.key)


async def test_starting_twice_at_once_makes_one_process(running: OfflineServer) -> None:
    first, second = await asyncio.gather(running.base_url(), running.base_url())
    assert first == second


@linux
async def test_the_key_is_neither_in_the_arguments_nor_in_the_environment(
    running: OfflineServer,
) -> None:
    await running.base_url()
    seen = b"".join(
        Path(f"/proc/{running.pid}/{part}").read_bytes() for part in ("cmdline", "environ")
    )
    assert running.key.reveal().encode() not in seen


@linux
async def test_keys_of_other_services_do_not_reach_the_child(
    running: OfflineServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-elsewhere")
    await running.base_url()
    assert b"sk-elsewhere" not in Path(f"/proc/{running.pid}/environ").read_bytes()


async def test_a_killed_server_is_started_again_with_another_key(running: OfflineServer) -> None:
    await running.base_url()
    pid, key = running.pid, running.key.reveal()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    await until(lambda: running.pid is None)
    assert (await ask(running)).status_code == 200
    assert running.key.reveal() != key


async def test_it_stops_when_idle_and_comes_back(models: Path) -> None:
    offline = server(models, idle_seconds=0.05)
    await offline.base_url()
    await until(lambda: offline.pid is None)

    await offline.base_url()

    assert offline.pid is not None
    await offline.aclose()


@pytest.mark.parametrize("behaviour", ["serves", "deaf"])
async def test_closing_ends_the_process_even_if_it_does_not_listen(
    models: Path, behaviour: str
) -> None:
    offline = server(models, behaviour)
    await offline.base_url()
    pid = offline.pid
    assert pid is not None
    await offline.aclose()
    assert offline.pid is None
    await gone(pid)


async def test_closing_what_never_started_is_fine(models: Path) -> None:
    await server(models).aclose()


@pytest.mark.parametrize(
    ("behaviour", "hint"),
    [
        ("dies", "its process ended with code 3"),
        ("fails", "RuntimeError: \ufffd[2Jno such model"),
        ("babbles", "its process ended with code 0"),
    ],
)
async def test_a_server_that_does_not_start_says_why_in_one_line(
    models: Path, behaviour: str, hint: str
) -> None:
    offline = server(models, behaviour)
    with pytest.raises(AppError, match="could not be started") as caught:
        await offline.base_url()
    assert caught.value.hint == hint
    assert offline.pid is None


async def test_cancelling_the_start_ends_the_process(models: Path) -> None:
    offline = server(models, "hangs")
    start = asyncio.create_task(offline.base_url())
    await until(lambda: offline.pid is not None)
    pid = offline.pid
    assert pid is not None
    start.cancel()
    with pytest.raises(asyncio.CancelledError):
        await start
    await gone(pid)


async def test_what_is_missing_is_said_with_how_to_get_it(tmp_path: Path, models: Path) -> None:
    without_model = server(tmp_path / "empty")
    assert not without_model.installed()
    with pytest.raises(AppError, match="not installed") as caught:
        await without_model.base_url()
    assert "salon offline install" in caught.value.hint
    assert "xllamacpp" not in caught.value.hint
    without_runtime = server(models, runtime=lambda: False)
    with pytest.raises(AppError) as caught:
        await without_runtime.base_url()
    assert "pip install xllamacpp" in caught.value.hint


PARENT = """
import asyncio, os, signal, sys
from pathlib import Path
from tests.adapters.offline.test_server import server
async def main():
    offline = server(Path(sys.argv[1]))
    await offline.base_url()
    print(offline.pid, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
asyncio.run(main())
"""


@linux
async def test_the_server_dies_with_an_app_that_is_killed(models: Path) -> None:
    parent = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        PARENT,
        str(models),
        stdout=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[3],
    )
    out, _ = await parent.communicate()
    assert parent.returncode == -signal.SIGKILL
    await gone(int(out))


async def test_the_real_serve_process_refuses_what_is_no_model(models: Path) -> None:
    pytest.importorskip("xllamacpp")
    offline = OfflineServer(models, package=TINY)
    with pytest.raises(AppError, match="could not be started") as caught:
        await offline.base_url()
    assert caught.value.hint
    assert "\n" not in caught.value.line()
