"""From a connection's name to a model that answers."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING

from tui.domain.connection import Endpoint, FoundServer, Model, Provider, Vision, vision_by_name
from tui.domain.errors import AppError, AuthError, ConfigError
from tui.domain.generation import Finished, GenerationRequest, Sampling, TextDelta, Turn
from tui.domain.safetext import clean_line
from tui.domain.settings import ConnectionSettings, Settings
from tui.services.configuring import SettingsService

if TYPE_CHECKING:
    from tui.services.ports import ChatModel, Connector, OfflineModel, SecretStore

OFFLINE = "offline"
"""Name and provider id of the tiny model that Salon runs itself."""
OFFLINE_MODEL = "SmolLM2-135M-Instruct"


def vision_of(provider: Provider, model: str, said: Vision) -> Vision:
    """Whether a model sees: the person's or server's word, else the row's name patterns."""
    if said != "unknown":
        return said
    return vision_by_name(provider, model)


class ConnectionService:
    """Resolves names through settings, catalogue and secrets."""

    def __init__(
        self,
        settings: SettingsService,
        providers: Mapping[str, Provider],
        secrets: SecretStore,
        connector: Connector,
        normalise: Callable[[Provider, str], str],
        offline: OfflineModel,
    ) -> None:
        self.providers = providers
        self._settings = settings
        self._secrets = secrets
        self._connector = connector
        self._normalise = normalise
        self._offline = offline
        self._seen: dict[tuple[str, str], Vision] = {}

    def names(self) -> list[str]:
        """The connections there are, the offline model last when it is installed."""
        names = list(self._settings.current.connections)
        if OFFLINE not in names and self._offline.installed():
            names.append(OFFLINE)
        return names

    @property
    def problems(self) -> list[str]:
        """What the settings say of connections that cannot be, one line each."""
        settings, names = self._settings.current, self.names()
        chosen = {
            "chat.connection": settings.chat.connection,
            "captioning.connection": settings.captioning.connection,
        }
        found = [
            f"{path}: there is no connection {clean_line(name, 60)!r}"
            for path, name in chosen.items()
            if name and name not in names
        ]
        for name, connection in settings.connections.items():
            if connection.provider not in self.providers:
                found.append(
                    f"connection {clean_line(name, 60)!r}: there is no provider"
                    f" {clean_line(connection.provider, 60)!r}"
                )
        return found

    def current(self) -> str:
        """Name of the connection that chats; empty when there is none."""
        name = self._settings.current.chat.connection
        return name if name in self.names() else ""

    def captioning(self) -> str:
        """Name of the connection that captions; empty when there is none."""
        name = self._settings.current.captioning.connection
        return name if name in self.names() else self.current()

    def describe(self, name: str) -> ConnectionSettings:
        """The settings of a connection; the offline model has some of its own.

        Raises:
            ConfigError: No connection of that name.
        """
        found = self._settings.current.connections.get(name)
        if found is not None:
            return found
        if name == OFFLINE and self._offline.installed():
            return ConnectionSettings(provider=OFFLINE, model=OFFLINE_MODEL, vision="no")
        known = ", ".join(self.names()) or "none yet; press F2 to add one"
        raise ConfigError(f"no connection named {name!r}", hint=f"there are: {known}")

    def label(self, name: str) -> str:
        """For the status line, e.g. "Ollama: moondream"."""
        if not name:
            return "no connection"
        chosen = self.describe(name)
        provider = self.providers.get(chosen.provider)
        label = provider.label if provider else chosen.provider
        if chosen.provider == OFFLINE:
            return f"{label}, a tiny model: for trying Salon out"
        return f"{label}: {chosen.model or 'no model chosen'}"

    def vision(self, name: str) -> Vision:
        """Whether the connection's model is known to see pictures; asks nobody."""
        if not name:
            return "no"
        chosen = self.describe(name)
        provider = self.providers.get(chosen.provider)
        if provider is None:
            return chosen.vision
        said = chosen.vision
        if said == "unknown":
            said = self._seen.get((name, chosen.model), "unknown")
        return vision_of(provider, chosen.model, said)

    async def endpoint(self, name: str) -> Endpoint:
        """Everything needed to talk to a connection, its key included.

        Raises:
            ConfigError: No such connection or provider, or the key cannot be found.
            AuthError: The provider needs a key and there is none.
        """
        return await self.endpoint_of(name, self.describe(name))

    async def endpoint_of(self, name: str, chosen: ConnectionSettings) -> Endpoint:
        """Like `endpoint`, for settings that are not saved yet."""
        provider = self.providers.get(chosen.provider)
        if provider is None:
            raise ConfigError(
                f"connection {name!r} names an unknown provider {chosen.provider!r}",
                hint="one of " + ", ".join(self.providers),
            )
        if chosen.provider == OFFLINE and not chosen.url:
            url = await self._offline.base_url()
            return Endpoint(name, provider, url, self._offline.key, chosen.model, "no")
        url = self._normalise(provider, chosen.url)
        key = await self._secrets.resolve(chosen.key, name=name, env=provider.key_env)
        if key is None and provider.needs_key:
            where = provider.key_env[0] if provider.key_env else "its key"
            raise AuthError(
                f"{provider.label} needs a key",
                hint=f"set {where}, or add the key to connection {name!r} in the settings (F2)",
                provider=provider.label,
            )
        return Endpoint(name, provider, url, key, chosen.model, self.vision_for(name, chosen))

    def vision_for(self, name: str, chosen: ConnectionSettings) -> Vision:
        """What the person said, else what the server's list said the last time."""
        if chosen.vision != "unknown":
            return chosen.vision
        return self._seen.get((name, chosen.model), "unknown")

    async def open(self, name: str = "") -> tuple[Endpoint, ChatModel]:
        """A model to talk to, with its endpoint; the one that chats when no name is given.

        Raises:
            ConfigError: There is no such connection, or no model is chosen.
            AppError: The endpoint could not be made ready.
        """
        name = name or self.current()
        if not name:
            raise ConfigError(
                "no model is connected", hint="/connect finds local servers or takes a cloud key"
            )
        endpoint = await self.endpoint(name)
        if not endpoint.model:
            raise ConfigError(
                f"connection {name!r} has no model yet", hint="/model lists what it offers"
            )
        return endpoint, self._connector.open(endpoint)

    async def models(self, name: str) -> list[Model]:
        """What the connection's server offers. Raises AppError."""
        return await self._list(await self.endpoint(name))

    async def models_of(self, name: str, chosen: ConnectionSettings) -> list[Model]:
        """Like `models`, for settings that are not saved yet."""
        return await self._list(await self.endpoint_of(name, chosen))

    async def _list(self, endpoint: Endpoint) -> list[Model]:
        models = await self._connector.models(endpoint)
        models = [
            replace(model, vision=vision_of(endpoint.provider, model.id, model.vision))
            for model in models
        ]
        self._seen.update({(endpoint.name, model.id): model.vision for model in models})
        return models

    async def test(self, name: str, chosen: ConnectionSettings) -> str:
        """Send one tiny chat and say in a line what happened; never raises AppError.

        Args:
            name: What the connection is or will be called.
            chosen: Its settings, which need not be saved yet.
        """
        started = time.monotonic()
        try:
            endpoint = await self.endpoint_of(name, chosen)
            if not endpoint.model:
                count = len(await self._list(endpoint))
                return f"the server answers and offers {count} models; choose one"
            text = await self._say_hello(self._connector.open(endpoint))
        except AppError as error:
            return error.line()
        seconds = time.monotonic() - started
        return f"{endpoint.model} answered in {seconds:.1f} s: {' '.join(text.split())[:60]}"

    async def _say_hello(self, model: ChatModel) -> str:
        request = GenerationRequest(
            (Turn("user", "Say hello in three words."),), Sampling(max_tokens=32)
        )
        text = ""
        async with aclosing(model.generate(request)) as events:
            async for event in events:
                if isinstance(event, TextDelta):
                    text += event.text
                elif isinstance(event, Finished):
                    break
        return text

    async def discover(self) -> list[FoundServer]:
        """Local servers that answer on this machine's own ports; never raises."""
        return await self._connector.discover()

    async def adopt(self, found: FoundServer, model: str) -> str:
        """Make a found server a connection, chat with it, and give its name.

        Raises:
            ConfigError: The settings could not be written.
        """
        settings = self._settings.current
        name = self._free_name(found, settings)
        vision = next((m.vision for m in found.models if m.id == model), "unknown")
        chosen: dict[str, str] = {"provider": found.provider, "url": found.url, "model": model}
        if vision != "unknown":
            chosen["vision"] = vision
        await self._settings.change(f"connections.{name}", chosen)
        await self._settings.change("chat.connection", name)
        return name

    def _free_name(self, found: FoundServer, settings: Settings) -> str:
        name = found.provider
        number = 2
        while name in settings.connections and settings.connections[name].url != found.url:
            name = f"{found.provider}{number}"
            number += 1
        return name

    async def aclose(self) -> None:
        """Close connections and stop the offline model."""
        try:
            await self._connector.aclose()
        finally:
            await self._offline.aclose()
