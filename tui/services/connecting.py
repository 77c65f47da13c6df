"""From a connection's name to a model that answers."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from tui.domain.connection import Endpoint, FoundServer, Model, Vision
from tui.domain.errors import AppError, ConfigError
from tui.domain.generation import Progress
from tui.domain.settings import ConnectionSettings, changed
from tui.services.configuring import SettingsService
from tui.services.connection_book import ConnectionBook, Purpose, vision_of
from tui.services.endpoints import Endpoints
from tui.services.trial import Sample, Tell, TestLine, try_chat, try_picture

if TYPE_CHECKING:
    from tui.services.ports import ChatModel, Connector, OfflineModel


class ConnectionService(ConnectionBook):
    """Opens connections, asks their servers, tries them out."""

    def __init__(
        self,
        settings: SettingsService,
        endpoints: Endpoints,
        offline: OfflineModel,
        connector: Connector,
        sample: Callable[[], Sample],
    ) -> None:
        super().__init__(settings, endpoints, offline)
        self._connector = connector
        self._sample = sample

    async def key_origin(self, name: str, chosen: ConnectionSettings) -> str:
        """Where the key that would be sent comes from; empty when there is none.

        Raises:
            ConfigError: It cannot be found where the settings say it is.
        """
        key = await self.endpoints.key(name, chosen)
        return key.origin or "found" if key else ""

    async def endpoint(self, name: str, model: str = "") -> Endpoint:
        """Everything needed to talk to a connection, its key included.

        Raises:
            ConfigError: No such connection or provider, or the key cannot be found.
            AuthError: The provider needs a key and there is none.
        """
        return await self.endpoint_of(name, self.describe(name), model)

    async def endpoint_of(self, name: str, chosen: ConnectionSettings, model: str = "") -> Endpoint:
        """Like `endpoint`, for settings that are not saved yet."""
        vision = self._said(name, chosen, model or chosen.model)
        return await self.endpoints.ready(name, chosen, model, vision)

    def source(self, kind: Literal["horde", "extras"], name: str = "") -> tuple[str, Endpoint]:
        """The connection that a source of its own uses, and where it leads, without a key.

        The one named, else the first of that provider, else one of the provider's own address.

        Raises:
            ConfigError: The one named is not there or of another provider.
        """
        if name:
            chosen = self.describe(name)
            if chosen.provider != kind:
                raise ConfigError(f"connection {name!r} is not of the provider {kind}")
        else:
            found = self._settings.current.connections.items()
            name = next((n for n, each in found if each.provider == kind), "")
            chosen = self.describe(name) if name else ConnectionSettings(provider=kind)
        return name, self.endpoints.plain(name, chosen, "")

    async def source_endpoint(self, kind: Literal["horde", "extras"], name: str = "") -> Endpoint:
        """The endpoint of `source`, with its key. Raises ConfigError."""
        name, _ = self.source(kind, name)
        chosen = self.describe(name) if name else ConnectionSettings(provider=kind)
        return await self.endpoint_of(name, chosen)

    async def open(self, name: str = "", model: str = "") -> tuple[Endpoint, ChatModel]:
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
        endpoint = await self.endpoint(name, model)
        if not endpoint.model and not endpoint.provider.captions_alone:
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

    async def about(self, name: str, chosen: ConnectionSettings) -> str:
        """Say in a few words what answers there. Raises AppError."""
        return await self._connector.about(await self.endpoint_of(name, chosen))

    async def test(
        self, name: str, chosen: ConnectionSettings, tell: Tell = lambda _: None
    ) -> list[TestLine]:
        """Send one tiny chat and one small picture; never raises AppError.

        Args:
            name: What the connection is or will be called.
            chosen: Its settings, which need not be saved yet.
            tell: Takes what the server does meanwhile.
        """
        try:
            endpoint = await self.endpoint_of(name, chosen)
            if not endpoint.provider.chats:
                return [TestLine(True, await self._connector.about(endpoint))]
            if not endpoint.model and endpoint.provider.protocol != "horde":
                count = len(await self._list(endpoint))
                return [TestLine(True, f"the server answers and offers {count} models; choose one")]
            model = self._connector.open(endpoint)
        except AppError as error:
            return [TestLine(False, error.line())]
        label = endpoint.model or endpoint.provider.label
        lines = [await try_chat(model, label, tell)]
        if lines[0].ok and endpoint.provider.protocol != "horde":
            line, sight = await try_picture(model, label, self._sample(), tell)
            lines.append(line)
            if sight != "unknown":
                self._seen[name, endpoint.model] = sight
        return lines

    async def pull(
        self, name: str, chosen: ConnectionSettings, model: str
    ) -> AsyncGenerator[Progress, None]:
        """Fetch a model to the connection's server; closing pauses. Raises AppError."""
        endpoint = await self.endpoint_of(name, chosen)
        async with aclosing(self._connector.pull(endpoint, model)) as events:
            async for event in events:
                yield event

    async def discover(self) -> list[FoundServer]:
        """Local servers that answer on this machine's own ports; never raises."""
        return await self._connector.discover()

    async def adopt(self, found: FoundServer, model: str, purpose: Purpose = "chat") -> str:
        """Make a found server a connection, use it for what it can, and give its name.

        Raises:
            ConfigError: The settings could not be written.
        """
        name = self._free_name(found)
        vision: Vision = next((m.vision for m in found.models if m.id == model), "unknown")
        chosen = ConnectionSettings(found.provider, found.url, "", model, vision)
        await self._settings.change(f"connections.{name}", changed(chosen))
        row = self.providers.get(found.provider)
        if purpose == "captions" or row is None or row.chats:
            await self.use(name, purpose)
        return name

    def _free_name(self, found: FoundServer) -> str:
        connections = self._settings.current.connections
        name = found.provider
        number = 2
        while name in connections and connections[name].url != found.url:
            name = f"{found.provider}{number}"
            number += 1
        return name

    async def aclose(self) -> None:
        """Close connections and stop the offline model."""
        try:
            await self._connector.aclose()
        finally:
            await self._offline.aclose()
