"""Whether an address on the web may be asked for a picture, and at which machine exactly.

A name that a stranger wrote may lead into one's own network. So every machine that it stands for
has to be a public one, and the connection goes to the very address that was looked at: a second
look-up could give another.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from tui.domain.errors import ImageError
from tui.domain.safetext import clean_line

Resolve = Callable[[str, int], Awaitable[list[str]]]
"""Gives the addresses of a host. Raises OSError."""

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_HOME_NAMES = (".local", ".localhost", ".internal", ".lan", ".home.arpa")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a request may go."""

    host: str
    """As it stands in the address; for the certificate and for people."""
    addresses: tuple[str, ...] = ()
    """The numeric addresses to connect to, best first; none: a proxy finds the way."""


def is_public(text: str) -> bool:
    """Whether a numeric address belongs to the public internet, whatever it is wrapped in."""
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            address = inner
        elif address.teredo or address.is_site_local:
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved)


async def resolve(host: str, port: int) -> list[str]:
    """Look a host up the way any program here does. Raises OSError."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


def goes_by_proxy(host: str) -> bool:
    """Whether the environment sends https requests to this host through a proxy."""
    proxies = getproxies()
    return bool(proxies.get("https") or proxies.get("all")) and not proxy_bypass(host)


async def public_place(
    url: str, look_up: Resolve = resolve, by_proxy: Callable[[str], bool] = goes_by_proxy
) -> Place:
    """Look at an address before anything is sent there.

    Raises:
        ImageError: It is not https, or leads into a private network, or nowhere.
    """
    host, port = _parts(url)
    shown = clean_line(host, 80)
    if host.rstrip(".").endswith(_HOME_NAMES) or host == "localhost":
        raise _private(shown)
    proxied = by_proxy(host)
    try:
        addresses = await look_up(host, port)
    except (OSError, UnicodeError) as error:
        if proxied:
            return Place(host)
        raise ImageError(
            f"{shown}: no such host", hint="check the address and the network"
        ) from error
    if not addresses or not all(map(is_public, addresses)):
        raise _private(shown)
    return Place(host, () if proxied else tuple(addresses))


def _parts(url: str) -> tuple[str, int]:
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port or 443
    except ValueError as error:
        raise ImageError("the address makes no sense") from error
    if parts.scheme != "https":
        raise ImageError(
            "only https: pictures are not fetched over an open connection",
            hint="try the address with https://, or download the picture and attach the file",
        )
    if not host or parts.username is not None:
        raise ImageError("the address makes no sense", hint="it looks like https://host/a.png")
    return host, port


def _private(host: str) -> ImageError:
    return ImageError(
        f"{host} is not on the public internet",
        hint="download the picture and attach the file",
    )
