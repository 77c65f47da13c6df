"""The one HTTP client: time-outs, proxies, retries before the first byte, errors put in words."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing, nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NoReturn

from tui.adapters.failures import Answer, Origin, refusal, retry_after
from tui.adapters.pace import paced as pace_of
from tui.adapters.retrying import LOADING_SECONDS, MAX_WAIT, Failed, Patience, Sleep
from tui.adapters.unpacking import TAKEN, unpacked
from tui.adapters.wire import parse
from tui.domain.errors import (
    Loading,
    NetworkError,
    Overloaded,
    ProtocolError,
    ProviderError,
    QuotaError,
    RateLimited,
)
from tui.domain.generation import Progress

if TYPE_CHECKING:
    import httpx

CONNECT_SECONDS = 5.0
READ_SECONDS = 600.0
"""Between two pieces of an answer; local servers may think longer, so they have no limit."""
MAX_STREAM = 256 * 1024 * 1024
MAX_BODY = 32 * 1024 * 1024
MAX_ERROR_BODY = 64 * 1024
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Call:
    """One request, complete."""

    url: str
    origin: Origin
    body: Mapping[str, object] | None = None
    """Sent as JSON by POST; None makes it a GET."""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    read_seconds: float | None = READ_SECONDS
    retries: int = 2
    method: str = ""
    """Empty: GET, or POST when there is a body."""
    longest_wait: float = MAX_WAIT
    """Seconds that the server may ask to wait; beyond it the error is shown instead."""
    costly: bool = False
    """Whether to repeat it only when it certainly was not begun."""
    whole_seconds: float | None = None
    """For all of an answer in JSON, waits included; None: as long as something comes."""

    @property
    def patience(self) -> float:
        """Seconds to keep asking a server that is loading its model.

        Where the answer may take any time, so may what comes before it.
        """
        return LOADING_SECONDS if self.origin.local and self.read_seconds is None else 0.0


def new_client() -> httpx.AsyncClient:
    """Make a client: proxies and certificates from the environment, loopback always direct.

    Raises:
        NetworkError: The environment names a proxy that makes no sense.
    """
    import httpx

    from tui import __version__

    direct = ("all://127.0.0.1", "all://localhost", "all://[::1]")
    try:
        return httpx.AsyncClient(
            timeout=httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS),
            follow_redirects=False,  # a redirect would carry the key to another host
            headers={"User-Agent": f"salon/{__version__}"},
            mounts=dict.fromkeys(direct),
        )
    except (ValueError, ImportError) as error:
        raise NetworkError(
            "the proxy settings in the environment cannot be used",
            hint="look at HTTP_PROXY, HTTPS_PROXY and ALL_PROXY",
        ) from error


class Http:
    """Sends calls through one client, made on first use and reused for everything."""

    def __init__(
        self,
        make: Callable[[], httpx.AsyncClient] = new_client,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._make = make
        self._sleep = sleep
        self._client: httpx.AsyncClient | None = None
        self._background: set[asyncio.Task[None]] = set()

    async def stream(
        self, call: Call, *, paced: bool = False
    ) -> AsyncGenerator[Progress | bytes, None]:
        """Give the answer's body as it comes; closing the generator closes the connection.

        What fails before the first byte is tried again where that makes sense; the waits show
        as Progress, which moves each second. `paced`, it is read as somebody reads along.

        Raises:
            ProviderError: Refused, unreachable, broken off, or larger than `MAX_STREAM`.
        """
        patience = Patience(call.retries, call.patience, call.longest_wait)
        while True:
            began = False
            try:
                async with aclosing(self._once(call, MAX_STREAM, paced)) as chunks:
                    async for chunk in chunks:
                        began = True
                        yield chunk
                return
            except Failed as failed:
                lost = began or (call.costly and not _untouched(failed))
                wait = None if lost else patience.after(failed)
                if wait is None:
                    raise failed.error from failed.__cause__
            async with aclosing(wait.notes(self._sleep)) as notes:
                async for note in notes:
                    yield note

    async def json(self, call: Call) -> object:
        """Fetch and decode a JSON answer. Raises ProviderError."""
        try:
            async with asyncio.timeout(call.whole_seconds):
                return await self._json(call)
        except TimeoutError as error:
            raise NetworkError(
                f"{call.origin.label} at {call.origin.host} took too long to answer",
                hint="try again",
                provider=call.origin.label,
            ) from error

    async def _json(self, call: Call) -> object:
        body = bytearray()
        async with aclosing(self.stream(call)) as chunks:
            async for chunk in chunks:
                if isinstance(chunk, bytes):
                    body += chunk
                if len(body) > MAX_BODY:
                    raise ProtocolError(f"{call.origin.host} sent a list of more than 32 MB")
        try:
            return parse(bytes(body))
        except ValueError as error:
            raise not_json(bytes(body), call.origin) from error

    def fire(self, call: Call) -> None:
        """Send a call in the background; what comes of it does not matter."""

        async def run() -> None:
            try:
                async with asyncio.timeout(2):
                    await self.json(call)
            except (ProviderError, TimeoutError) as error:
                _log.debug("%s: %s", call.origin.host, error)

        task = asyncio.get_running_loop().create_task(run())
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def aclose(self) -> None:
        """Finish what runs in the background and close the connections."""
        if self._background:
            await asyncio.wait(self._background, timeout=2)
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    async def _once(self, call: Call, limit: int, paced: bool) -> AsyncGenerator[bytes, None]:
        import httpx

        if self._client is None:
            self._client = self._make()
        timeout = httpx.Timeout(
            call.read_seconds, connect=CONNECT_SECONDS, write=60.0, pool=CONNECT_SECONDS
        )
        content = None if call.body is None else _encode(call.body)
        headers = {"Accept": "application/json, text/event-stream", **call.headers}
        headers["Accept-Encoding"] = TAKEN if content is None else "identity"
        if content is not None:
            headers["Content-Type"] = "application/json"
        method = call.method or ("GET" if content is None else "POST")
        size, too_much = 0, f"{call.origin.host} sent more than {limit} bytes"
        try:
            async with self._client.stream(
                method, call.url, content=content, headers=headers, timeout=timeout
            ) as response:
                if response.status_code >= 300:
                    await _refuse(response, call.origin)
                with pace_of(response) if paced else nullcontext():
                    async with aclosing(unpacked(response, call.origin.host)) as chunks:
                        async for chunk in chunks:
                            size += len(chunk)
                            if size > limit:
                                raise ProtocolError(too_much)
                            yield chunk
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            from tui.adapters.network_errors import network_error

            raise Failed(*network_error(error, call.origin)) from error


def _untouched(failed: Failed) -> bool:
    """Whether the server certainly did nothing: it said so, or was not reached."""
    import httpx

    unreached = isinstance(failed.__cause__, (httpx.ConnectError, httpx.ConnectTimeout))
    return unreached or isinstance(failed.error, (RateLimited, Loading))


def _encode(body: Mapping[str, object]) -> bytes:
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "replace")


async def _refuse(response: httpx.Response, origin: Origin) -> NoReturn:
    raw = bytearray()
    async with aclosing(unpacked(response, origin.host)) as chunks:
        async for chunk in chunks:
            raw += chunk
            if len(raw) >= MAX_ERROR_BODY:
                break
    text = bytes(raw[:MAX_ERROR_BODY]).decode("utf-8", "replace")
    try:
        body = parse(text)
    except ValueError:
        body = text
    if response.is_redirect:
        body = f"it points to {response.headers.get('location', 'another address')}"
    answer = Answer(response.status_code, body, retry_after(response.headers))
    error = refusal(answer, origin)
    again = isinstance(error, (Overloaded, RateLimited))
    word = response.headers.get("x-should-retry")
    if word is not None and not isinstance(error, QuotaError):
        again = word == "true"
    raise Failed(error, again)


def not_json(body: bytes, origin: Origin) -> ProviderError:
    """The error for an answer that should have been JSON."""
    text = body[:MAX_ERROR_BODY].decode("utf-8", "replace")
    return refusal(Answer(200, text, stray=True), origin)
