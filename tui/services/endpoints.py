"""From a connection's settings to an endpoint: address, key, proxy and headers put together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tui.domain.connection import Endpoint, Provider, Vision
from tui.domain.errors import AuthError, ConfigError
from tui.domain.misplaced import misplaced_key
from tui.domain.safetext import clean_line
from tui.domain.secret import Secret
from tui.domain.settings import ConnectionSettings

if TYPE_CHECKING:
    from tui.services.ports import OfflineModel, SecretStore

OFFLINE = "offline"
"""Name and provider id of the tiny model that Salon runs itself."""


def proxy_key(name: str) -> str:
    """Under which name the password of a connection's reverse proxy is stored."""
    return f"{name} proxy"


class Endpoints:
    """Makes endpoints; the only place where keys are fetched."""

    def __init__(
        self,
        providers: Mapping[str, Provider],
        secrets: SecretStore,
        normalise: Callable[[Provider, str], str],
        offline: OfflineModel,
    ) -> None:
        self.providers = providers
        self._secrets = secrets
        self._normalise = normalise
        self._offline = offline

    def provider(self, name: str, chosen: ConnectionSettings) -> Provider:
        """The row of the catalogue. Raises ConfigError when there is none of that id."""
        row = self.providers.get(chosen.provider)
        if row is None:
            raise ConfigError(
                f"connection {name!r} names an unknown provider {chosen.provider!r}",
                hint="one of " + ", ".join(self.providers),
            )
        return row

    def address(self, name: str, chosen: ConnectionSettings) -> str:
        """Where requests go, without asking anybody. Raises ConfigError."""
        row = self.provider(name, chosen)
        if not chosen.proxy.strip():
            return self._normalise(row, chosen.url)
        if not row.proxy:
            raise ConfigError(
                f"{row.label} cannot be used through a reverse proxy",
                hint=f"clear `proxy` of connection {name!r}, or use the provider custom",
            )
        # The proxy stands for the whole base; Gemini's version path belongs to the protocol.
        path = urlsplit(row.base_url).path if row.protocol == "gemini" else ""
        base = self._normalise(replace(row, base_url="", add_path=""), chosen.proxy)
        return base if base.endswith(path) else base + path

    def plain(
        self, name: str, chosen: ConnectionSettings, model: str, vision: Vision = "unknown"
    ) -> Endpoint:
        """The endpoint without its key and headers, to see where it leads. Raises ConfigError."""
        row = self.provider(name, chosen)
        offline = chosen.provider == OFFLINE and not chosen.url
        url = "http://127.0.0.1/v1" if offline else self.address(name, chosen)
        return Endpoint(
            name,
            row,
            url,
            None,
            model or chosen.model,
            vision,
            proxied=bool(chosen.proxy.strip()),
            sampling=chosen.sampling,
            add_body=chosen.add_body,
            drop_body=chosen.drop_body,
        )

    async def ready(
        self, name: str, chosen: ConnectionSettings, model: str, vision: Vision = "unknown"
    ) -> Endpoint:
        """The endpoint with all that a request needs.

        Raises:
            ConfigError: Unknown provider, an impossible address, or a key that cannot be found.
            AuthError: The provider needs a key and there is none.
        """
        endpoint = self.plain(name, chosen, model, vision)
        if chosen.provider == OFFLINE and not chosen.url:
            return replace(endpoint, url=await self._offline.base_url(), key=self._offline.key)
        key = await self.key(name, chosen)
        row = endpoint.provider
        if key is None and row.needs_key and not endpoint.proxied:
            where = row.key_env[0] if row.key_env else "its key"
            raise AuthError(
                f"{row.label} needs a key",
                hint=f"set {where}, or add the key to connection {name!r} in the settings (F2)",
                provider=row.label,
            )
        headers = [
            (title, await self._header(name, text)) for title, text in chosen.headers.items()
        ]
        return replace(endpoint, key=key, headers=tuple(headers))

    async def key(self, name: str, chosen: ConnectionSettings) -> Secret | None:
        """The key that is sent: the proxy's password where a proxy stands in, never both.

        Raises:
            ConfigError: The key cannot be found where the settings say it is.
        """
        row = self.provider(name, chosen)
        whose = f"connection “{clean_line(name, 40)}”" if name else row.label
        if wrong := misplaced_key(chosen):
            raise ConfigError(f"{whose}: {wrong}", hint="F2 changes it")
        try:
            if chosen.proxy.strip():
                return await self._secrets.resolve(chosen.proxy_key, name=proxy_key(name))
            return await self._secrets.resolve(chosen.key, name=name, env=row.key_env)
        except ConfigError as error:
            raise ConfigError(f"the key of {whose}: {error.message}", hint=error.hint) from error

    async def move_keys(self, old: str, new: str, chosen: ConnectionSettings) -> None:
        """Keep the stored keys of a connection under its new name. Raises ConfigError."""
        for reference, before, after in (
            (chosen.key, old, new),
            (chosen.proxy_key, proxy_key(old), proxy_key(new)),
        ):
            if reference == "stored":
                key = await self._secrets.resolve(reference, name=before)
                if key is not None:
                    await self._secrets.store(after, key.reveal())
                    await self._secrets.forget(before)

    async def _header(self, name: str, text: str) -> Secret:
        if not text.startswith(("env:", "cmd:")):
            return Secret(text, origin="config.yaml")
        found = await self._secrets.resolve(text, name=name)
        return found or Secret("")
