"""Makes a proper base address of what a person typed or pasted."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit, urlunsplit

from tui.domain.connection import Provider
from tui.domain.errors import ConfigError


def normalise(provider: Provider, url: str) -> str:
    """The base address to send requests below, without a trailing slash.

    A missing scheme is added, a pasted full path is cut back to the base, and the version path
    is added where the provider has a fixed one. What the person of a "custom" connection typed
    stays as it is otherwise.

    Args:
        provider: The row that the address is for.
        url: As typed; empty for the provider's own address.

    Raises:
        ConfigError: No address can be made of it.
    """
    typed = "".join(url.split()) or provider.base_url
    if not typed:
        raise ConfigError(
            f"{provider.label} needs an address",
            hint=provider.note or "it looks like http://host:8080/v1",
        )
    if "://" not in typed:
        typed = f"{'http' if _nearby(typed, provider) else 'https'}://{typed.lstrip('/')}"
    parts = _split(typed)
    path = _base_path(provider, parts)
    return urlunsplit((parts.scheme.lower(), _reachable(parts), path, "", ""))


def root(provider: Provider, url: str) -> str:
    """The address without the version path, where a server's own calls live."""
    return url.removesuffix(provider.add_path) if provider.add_path else url


def host(url: str) -> str:
    """Host and port for people, never a user name or password."""
    parts = urlsplit(url)
    return parts.netloc.rpartition("@")[2] or "?"


def is_loopback(url: str) -> bool:
    """Whether the address is on this machine."""
    name = urlsplit(url).hostname or ""
    address = _ip(name)
    return address.is_loopback if address else name == "localhost"


def _split(typed: str) -> SplitResult:
    try:
        parts = urlsplit(typed)
        usable = parts.scheme.lower() in {"http", "https"} and parts.hostname
        _ = parts.port
    except ValueError:
        usable = None
    if not usable:
        raise ConfigError("the address makes no sense", hint="it looks like http://host:8080/v1")
    return parts


def _base_path(provider: Provider, parts: SplitResult) -> str:
    path = parts.path.rstrip("/")
    stripping = True
    while stripping:
        stripping = False
        for tail in provider.strip_paths:
            shorter = _without(path, tail)
            stripping = stripping or shorter != path
            path = shorter
    whole = urlsplit(provider.base_url)
    if not path and not provider.local and provider.base_url:
        return whole.path.rstrip("/")
    if path and whole.hostname == parts.hostname and whole.path.startswith(f"{path}/"):
        return whole.path
    return path if path.endswith(provider.add_path) else path + provider.add_path


def _without(path: str, tail: str) -> str:
    """The path without an end; a star in it stands for anything."""
    pattern = ".*".join(re.escape(part) for part in tail.split("*"))
    return re.sub(f"{pattern}$", "", path).rstrip("/")


def _reachable(parts: SplitResult) -> str:
    """Servers print the address they listen on; that of all interfaces is none to call."""
    here = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(parts.hostname or "")
    if here is None:
        return parts.netloc
    user, at, _ = parts.netloc.rpartition("@")
    return f"{user}{at}{here}" + (f":{parts.port}" if parts.port is not None else "")


def _nearby(typed: str, provider: Provider) -> bool:
    """Whether an address without a scheme is one where TLS is unlikely."""
    name = typed.lstrip("/").split("/")[0].rpartition("@")[2]
    bare = name[1 : name.index("]")] if name.startswith("[") and "]" in name else name.split(":")[0]
    address = _ip(bare)
    if address is None:
        return provider.local or "." not in bare or bare.endswith((".local", ".lan"))
    return address.is_private or address.is_loopback


def _ip(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None
