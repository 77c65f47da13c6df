"""What a service sends as a picture: decoded, fetched, and looked at before anybody uses it."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from urllib.parse import urlsplit

from tui.adapters.failures import Origin
from tui.adapters.http import Call, Http, not_json
from tui.adapters.image_file import picture_format
from tui.adapters.providers import calls
from tui.adapters.public_address import Place, is_public, public_place
from tui.domain.connection import Endpoint, is_loopback
from tui.domain.errors import ImageError, ProtocolError
from tui.domain.generation import Progress
from tui.domain.safetext import clean_line

MOST_BYTES = 25_000_000
"""The largest picture that is taken from a service."""
_MOST_TEXT = MOST_BYTES * 4 // 3 + 200
"""As long is one in base64, with the beginning of a `data:` address."""
_TEXT_SIGNS = (b"{", b"[", b"<")
"""How JSON and web pages begin, and no picture."""
_DATA_URL = re.compile(r"data:[\w.+/-]{0,100}(;[\w=.-]{1,40}){0,3},", re.ASCII)

Fetch = Callable[[str, int], Awaitable[bytes]]
"""Fetches an https address, up to so many bytes. Raises ImageError."""


def checked(data: bytes, origin: Origin) -> bytes:
    """The same bytes, when they begin like a picture.

    Raises:
        ProviderError: They do not, or there are too many; a text is quoted.
    """
    if len(data) > MOST_BYTES:
        raise too_large(origin)
    if not data:
        raise missing(origin)
    if data.lstrip()[:1] in _TEXT_SIGNS:
        raise not_json(data, origin)
    try:
        picture_format(data, origin.label)
    except ImageError as error:
        raise ProtocolError(error.message, hint="try again", provider=origin.label) from error
    return data


def from_text(text: str, origin: Origin) -> bytes:
    """Decode a picture in base64 or in a `data:` address. Raises ProviderError."""
    if len(text) > _MOST_TEXT:
        raise too_large(origin)
    data = decoded(text)
    if data is None:
        raise ProtocolError(
            f"{origin.label} sent a picture that cannot be decoded",
            hint="try again",
            provider=origin.label,
        )
    return checked(data, origin)


def decoded(text: str) -> bytes | None:
    """The bytes of base64 or of a `data:` address; None: it is neither."""
    start = _DATA_URL.match(text)
    bare = "".join(text[start.end() if start else 0 :].split())
    try:
        return base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


def missing(origin: Origin, words: str = "") -> ProtocolError:
    """The error for an answer without a picture; with what the model said in place of one."""
    said = clean_line(words.strip(), 200).rstrip(".")
    return ProtocolError(
        f"{origin.label} sent no picture" + (f" but said: {said}" if said else ""),
        hint="say it in another way, or choose another model",
        provider=origin.label,
    )


def too_large(origin: Origin) -> ProtocolError:
    """The error for a picture beyond `MOST_BYTES`."""
    return ProtocolError(
        f"{origin.label} sent a picture of more than {MOST_BYTES // 1_000_000} MB",
        hint="ask for a smaller one",
        provider=origin.label,
    )


async def body_of(
    client: Http, call: Call, limit: int = MOST_BYTES
) -> AsyncGenerator[Progress | bytes, None]:
    """Send a call and give its whole answer at last.

    Raises:
        ProviderError: Refused, broken off, or more bytes than the limit.
    """
    data = bytearray()
    async with aclosing(client.stream(call)) as chunks:
        async for chunk in chunks:
            if isinstance(chunk, Progress):
                yield chunk
                continue
            data += chunk
            if len(data) > limit:
                raise too_large(call.origin)
    yield bytes(data)


class Addresses:
    """Fetches the pictures that a service only gives an address of.

    From a stranger's words a request could be led into one's own network, so only public
    machines are asked, by https. Where the service itself is on this machine or in this network,
    what it names there may be asked too; by http only the service itself, or this machine.
    """

    def __init__(self, endpoint: Endpoint, client: Http, fetch: Fetch | None = None) -> None:
        """Make it.

        Args:
            endpoint: Whose pictures they are.
            client: Sends what stays on this machine or goes to the service itself.
            fetch: Fetches all else; None: by https, from where it is allowed.
        """
        self._endpoint = endpoint
        self._client = client
        self._fetch = fetch

    async def picture(self, url: str) -> bytes:
        """Fetch and look at one. Raises ProviderError."""
        origin = calls.origin_of(self._endpoint)
        if url.startswith("data:"):
            return from_text(url, origin)
        try:
            if self._near(url):
                return checked(await self._directly(url, origin), origin)
            fetch = self._fetch or self._fetcher()
            return checked(await fetch(url, MOST_BYTES), origin)
        except ImageError as error:
            raise ProtocolError(
                f"the picture of {origin.label} cannot be fetched: {error.message}",
                hint="try again, or use another service",
                provider=origin.label,
            ) from error

    def _near(self, url: str) -> bool:
        """Whether it is at the service itself, or on this machine like the service."""
        try:
            there, here = urlsplit(url), urlsplit(self._endpoint.url)
            same = (there.hostname, there.port) == (here.hostname, here.port)
        except ValueError:
            return False
        usable = there.scheme == here.scheme == "http" and there.username is None
        usable = usable and url.isprintable()  # half a letter has no place in a request
        return usable and (same or (is_loopback(url) and is_loopback(self._endpoint.url)))

    async def _directly(self, url: str, origin: Origin) -> bytes:
        # Without the key: the address is the server's word, and a picture needs none.
        call = Call(url, origin, headers={"Accept": "image/*"}, read_seconds=calls.MAKING_SECONDS)
        data = b""
        async with aclosing(body_of(self._client, call)) as steps:
            async for step in steps:
                data = step if isinstance(step, bytes) else data
        return data

    def _fetcher(self) -> Fetch:
        from tui.adapters.picture_url import PictureUrls

        return PictureUrls(_anywhere if _is_private(self._endpoint.url) else public_place).fetch


def _is_private(url: str) -> bool:
    name = urlsplit(url).hostname or ""
    try:
        return not is_public(name)
    except ValueError:
        return is_loopback(url) or "." not in name or name.endswith((".local", ".lan"))


async def _anywhere(url: str) -> Place:
    """Where the service is in this network itself, so may its pictures be; but by https."""
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname or parts.username is not None:
        raise ImageError("only https: pictures are not fetched over an open connection")
    return Place(parts.hostname)
