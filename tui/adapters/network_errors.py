"""Connections that fail, in words: what happened, and what to look at."""

from __future__ import annotations

import logging
import ssl
from collections.abc import Iterator
from urllib.parse import urlsplit

from tui.adapters.failures import Origin, redact
from tui.domain.errors import NetworkError
from tui.domain.safetext import clean_line

_log = logging.getLogger(__name__)


def _causes(error: BaseException) -> Iterator[BaseException]:
    current: BaseException | None = error
    while current is not None:
        yield current
        current = current.__cause__ or current.__context__


def _tls_words(where: str, causes: list[ssl.SSLError]) -> tuple[str, str]:
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
        hint = "check the address, or set SSL_CERT_FILE to your own authority's certificate"
        return f"{where}: the certificate was not accepted", hint
    return f"{where}: no TLS connection came about", "is it http:// rather than https://?"


def _way_there(origin: Origin) -> str:
    from tui.adapters.public_address import goes_by_proxy

    if origin.local:
        return "is it running?"
    if goes_by_proxy(urlsplit(f"//{origin.host}").hostname or ""):
        return "check the network, the address, and the proxy that HTTPS_PROXY names"
    return "check the network and the address"


def network_error(error: Exception, origin: Origin) -> tuple[NetworkError, bool]:
    """Put a failure of the connection into words; and say whether to try again."""
    import httpx

    where = f"{origin.label} at {origin.host}"
    again = False
    if isinstance(error, (httpx.InvalidURL, httpx.UnsupportedProtocol)):
        message, hint = f"{where}: the address makes no sense", "it looks like https://host/v1"
    elif tls := [c for c in _causes(error) if isinstance(c, ssl.SSLError)]:
        message, hint = _tls_words(where, tls)
    elif isinstance(error, httpx.ProxyError):
        message, hint = f"{where}: the proxy refused", "look at HTTPS_PROXY and NO_PROXY"
    elif isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout)):
        again = not origin.local
        message, hint = f"{where} cannot be reached", _way_there(origin)
    elif isinstance(error, httpx.TimeoutException):
        message, hint = f"{where} was silent for too long", "try again"
    else:
        again = True
        message, hint = f"the connection to {where} broke off", "what came is kept; try again"
    detail = clean_line(redact(str(error), origin.key, *origin.secrets), 120)
    _log.info("%s: %s (%s)", message, type(error).__name__, detail)
    return NetworkError(message, hint=hint, provider=origin.label), again
