"""Pictures from the web: few redirects, few bytes, and only from public machines."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from tui.adapters.public_address import Place, public_place
from tui.domain.errors import ImageError
from tui.domain.safetext import clean_line

if TYPE_CHECKING:
    import httpx

SECONDS = 60.0
"""For all of it."""
_SILENCE_SECONDS = 20.0
_CONNECT_SECONDS = 5.0
MOST_REDIRECTS = 3
_REDIRECTS = frozenset((301, 302, 303, 307, 308))


class PictureUrls:
    """Fetches pictures.

    Args:
        look: Says where a request may go. Raises ImageError; asked again for each redirect.
        make: Makes the client; told whether a proxy leads to the host.
    """

    def __init__(
        self,
        look: Callable[[str], Awaitable[Place]] = public_place,
        make: Callable[[bool], httpx.AsyncClient] | None = None,
    ) -> None:
        self._look = look
        self._make = make or _client

    async def fetch(self, url: str, limit: int) -> bytes:
        """Fetch a picture's file.

        Args:
            url: Only https.
            limit: Largest size in bytes.

        Raises:
            ImageError: One line for everything that is no picture, too large, or not to be had.
        """
        import httpx

        place = Place("")
        try:
            async with asyncio.timeout(SECONDS):
                for _ in range(MOST_REDIRECTS + 1):
                    place = await self._look(url)
                    found = await self._try_each(url, place, limit)
                    if isinstance(found, bytes):
                        return found
                    url = urljoin(url, found)
        except (TimeoutError, httpx.TimeoutException) as error:
            raise ImageError(f"{_shown(place.host)} was silent for too long") from error
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise ImageError(
                f"{_shown(place.host)}: the picture cannot be fetched ({_reason(error)})"
            ) from error
        raise ImageError(f"{_shown(place.host)} leads from one address to the next without end")

    async def _try_each(self, url: str, place: Place, limit: int) -> bytes | str:
        """Ask at the first of a host's addresses that can be reached."""
        import httpx

        *others, last = place.addresses or ("",)
        for address in others:
            try:
                return await self._ask(url, place.host, address, limit)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue
        return await self._ask(url, place.host, last, limit)

    async def _ask(self, url: str, host: str, address: str, limit: int) -> bytes | str:
        """Fetch, or give the address that the answer points to."""
        import httpx

        target = httpx.URL(url)
        # Bytes that unpack to something huge are not asked for.
        headers = {"Accept": "image/*", "Accept-Encoding": "identity"}
        extensions = {}
        if address:
            # Connected to the address that was checked; the certificate is still the host's.
            headers["Host"] = target.netloc.decode("ascii")
            extensions = {"sni_hostname": target.raw_host.decode("ascii")}
            target = target.copy_with(host=address)
        async with (
            self._make(not address) as client,
            client.stream("GET", target, headers=headers, extensions=extensions) as response,
        ):
            if response.status_code in _REDIRECTS and "location" in response.headers:
                return str(response.headers["location"])
            _check(response, host, limit)
            data = bytearray()
            async for chunk in response.aiter_raw():
                data += chunk
                if len(data) > limit:
                    raise _too_large(host, limit)
            return bytes(data)


def _client(by_proxy: bool) -> httpx.AsyncClient:
    import httpx

    from tui import __version__

    # Without a proxy's consent none is used: it would look the host up once more.
    direct = {} if by_proxy else dict.fromkeys(("all://", "http://", "https://"))
    try:
        return httpx.AsyncClient(
            timeout=httpx.Timeout(_SILENCE_SECONDS, connect=_CONNECT_SECONDS),
            follow_redirects=False,
            headers={"User-Agent": f"salon/{__version__}"},
            mounts=direct,
        )
    except ImportError as error:
        raise ImageError(
            "the proxy settings in the environment cannot be used",
            hint="look at HTTP_PROXY, HTTPS_PROXY and ALL_PROXY",
        ) from error


def _check(response: httpx.Response, host: str, limit: int) -> None:
    if response.status_code != 200:
        raise ImageError(
            f"{_shown(host)} does not give the picture out (status {response.status_code})",
            hint="open the address in a browser",
        )
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not kind.startswith("image/"):
        what = clean_line(kind, 40) or "something without a type"
        raise ImageError(
            f"{_shown(host)} sent {what}, not a picture",
            hint="the address of a page is not that of the picture on it",
        )
    length = response.headers.get("content-length", "")
    if length.isdecimal() and int(length) > limit:
        raise _too_large(host, limit)


def _too_large(host: str, limit: int) -> ImageError:
    return ImageError(
        f"{_shown(host)}: the picture is larger than {limit // 1_000_000} MB",
        hint="images.max_megabytes sets the limit",
    )


def _shown(host: str) -> str:
    return clean_line(host, 80) or "the address"


def _reason(error: Exception) -> str:
    return clean_line(str(error), 100).lower() or type(error).__name__
