"""The worker process: started, kept, cancelled, crashed, stopped."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from tui.adapters.onnx.client import OnnxWorker
from tui.adapters.onnx.wire import Fields
from tui.domain.errors import CaptionError

MODULE = "tests.adapters.onnx.operations"


@pytest.fixture
async def odd() -> AsyncIterator[OnnxWorker]:
    made = OnnxWorker(module=MODULE)
    yield made
    await made.aclose()


async def replies(worker: OnnxWorker, op: str, **fields: object) -> list[Fields]:
    async with aclosing(worker.run(op, dict(fields), b"12345")) as stream:
        return [
            {key: value for key, value in reply.items() if key != "id"} async for reply in stream
        ]


async def first(worker: OnnxWorker, op: str) -> None:
    """Start an operation and leave it after its first reply."""
    async with aclosing(worker.run(op, {})) as stream:
        async for _ in stream:
            return


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def gone(pid: int) -> None:
    async with asyncio.timeout(10):
        while alive(pid):
            await asyncio.sleep(0.01)


async def test_nothing_starts_before_the_first_operation(odd: OnnxWorker) -> None:
    assert odd.pid is None


async def test_an_operation_gets_its_fields_and_bytes_and_may_print(odd: OnnxWorker) -> None:
    assert await replies(odd, "echo", text="grün") == [{"got": "grün", "bytes": 5}]


async def test_operations_wait_for_their_turn(odd: OnnxWorker) -> None:
    texts = [str(number) for number in range(5)]
    found = await asyncio.gather(*(replies(odd, "echo", text=text) for text in texts))
    assert [reply[0]["got"] for reply in found] == texts


async def test_a_cancelled_operation_ends_and_the_process_stays(odd: OnnxWorker) -> None:
    await first(odd, "count")
    pid = odd.pid
    assert await replies(odd, "echo", text="next") == [{"got": "next", "bytes": 5}]
    assert odd.pid == pid


async def test_an_operation_that_ignores_a_cancel_is_killed_within_moments(
    odd: OnnxWorker,
) -> None:
    loop = asyncio.get_running_loop()
    began = loop.time()
    await first(odd, "deaf")
    assert loop.time() - began < 5
    pid = odd.pid
    assert pid is not None
    assert await replies(odd, "echo", text="next") == [{"got": "next", "bytes": 5}]
    assert odd.pid != pid
    await gone(pid)


async def test_cancelling_returns_at_once(odd: OnnxWorker) -> None:
    stream = odd.run("deaf", {})
    await anext(stream)
    loop = asyncio.get_running_loop()
    began = loop.time()
    await stream.aclose()
    assert loop.time() - began < 0.5


async def test_cancelling_the_task_cancels_the_operation(odd: OnnxWorker) -> None:
    task = asyncio.create_task(replies(odd, "count"))
    async with asyncio.timeout(10):
        while odd.pid is None:
            await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await replies(odd, "echo", text="next") == [{"got": "next", "bytes": 5}]


@pytest.mark.parametrize(
    ("op", "message"),
    [
        ("crash", r"crashed \(SIGSEGV\)"),
        ("vanish", r"crashed \(exit code 3\)"),
    ],
)
async def test_a_crash_is_told_and_the_next_operation_works(
    odd: OnnxWorker, op: str, message: str
) -> None:
    with pytest.raises(CaptionError, match=message):
        await replies(odd, op)
    assert await replies(odd, "echo", text="next") == [{"got": "next", "bytes": 5}]


async def test_errors_of_an_operation_come_through_cleaned(odd: OnnxWorker) -> None:
    with pytest.raises(CaptionError) as raised:
        await replies(odd, "refuse")
    assert "\x1b" not in raised.value.message
    assert "\n" not in raised.value.message
    assert raised.value.hint == "another"


async def test_a_bug_in_an_operation_is_named_and_the_process_stays(odd: OnnxWorker) -> None:
    with pytest.raises(CaptionError, match="ZeroDivisionError"):
        await replies(odd, "fail")
    assert odd.pid is not None


async def test_an_unknown_operation_is_refused(odd: OnnxWorker) -> None:
    with pytest.raises(CaptionError, match="no operation"):
        await replies(odd, "nonsense")


async def test_the_worker_gets_no_keys_and_no_network_settings(
    odd: OnnxWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "secret")
    monkeypatch.setenv("HF_TOKEN", "secret")
    monkeypatch.setenv("HTTPS_PROXY", "http://user:secret@127.0.0.1")
    found = (await replies(odd, "environment"))[0]
    assert {"OPENAI_API_KEY", "HF_TOKEN", "HTTPS_PROXY"}.isdisjoint(found["names"])
    assert "HF_HUB_OFFLINE" in found["names"]
    assert found["nice"] >= 5


async def test_an_idle_worker_is_stopped_and_starts_again() -> None:
    worker = OnnxWorker(idle_seconds=0.05, module=MODULE)
    try:
        await replies(worker, "echo", text="a")
        pid = worker.pid
        assert pid is not None
        await gone(pid)
        assert await replies(worker, "echo", text="b") == [{"got": "b", "bytes": 5}]
    finally:
        await worker.aclose()


async def test_closing_ends_the_process_even_in_an_operation() -> None:
    worker = OnnxWorker(module=MODULE)
    stream = worker.run("deaf", {})
    await anext(stream)
    pid = worker.pid
    assert pid is not None
    await worker.aclose()
    with pytest.raises(CaptionError, match="was stopped"):
        await anext(stream)
    await gone(pid)
    await worker.aclose()


def test_the_worker_ends_with_the_app() -> None:
    code = (
        "import asyncio, os\n"
        "from tui.adapters.onnx.client import OnnxWorker\n"
        "async def main():\n"
        f"    worker = OnnxWorker(module={MODULE!r})\n"
        "    stream = worker.run('deaf', {})\n"
        "    await anext(stream)\n"
        "    print(worker.pid, flush=True)\n"
        "    os._exit(1)\n"
        "asyncio.run(main())\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    pid = int(done.stdout)
    asyncio.run(gone(pid))


def test_the_client_imports_nothing_heavy() -> None:
    code = (
        "import sys, tui.adapters.captioners.onnx\n"
        "heavy = {'numpy', 'onnxruntime', 'PIL', 'transformers', 'huggingface_hub', 'httpx',"
        " 'httpx2', 'tokenizers', 'yaml'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
