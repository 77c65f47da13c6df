"""What the settings say of connections: which there are, what each is for, whether it sees."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Literal

from tui.domain.connection import Provider, Vision, vision_by_name
from tui.domain.errors import ConfigError
from tui.domain.fate import Sight
from tui.domain.misplaced import misplaced_key
from tui.domain.safetext import clean_line
from tui.domain.settings import ConnectionSettings, changed
from tui.services.configuring import SettingsService
from tui.services.endpoints import OFFLINE, Endpoints
from tui.services.ports import OfflineModel

OFFLINE_MODEL = "SmolLM2-135M-Instruct"
Purpose = Literal["chat", "captions"]
_SETTING: dict[Purpose, str] = {"chat": "chat.connection", "captions": "captioning.connection"}


def vision_of(provider: Provider, model: str, said: Vision) -> Vision:
    """Whether a model sees: the person's or server's word, else the row's name patterns."""
    if said != "unknown":
        return said
    return vision_by_name(provider, model)


class ConnectionBook:
    """The connections by name; asks no server."""

    def __init__(
        self, settings: SettingsService, endpoints: Endpoints, offline: OfflineModel
    ) -> None:
        self._settings = settings
        self.endpoints = endpoints
        self._offline = offline
        self._seen: dict[tuple[str, str], Vision] = {}

    @property
    def providers(self) -> Mapping[str, Provider]:
        """The catalogue, by id."""
        return self.endpoints.providers

    # -- which there are

    def names(self) -> list[str]:
        """The connections there are, the offline model last when it is installed."""
        names = list(self._settings.current.connections)
        if OFFLINE not in names and self._offline.installed():
            names.append(OFFLINE)
        return names

    def chatting(self) -> list[str]:
        """Those of the connections that can chat."""
        return [name for name, row in self._rows() if row is None or row.chats]

    def captioners(self) -> list[str]:
        """Those of the connections that can caption, as far as it depends on the service."""
        return [name for name, row in self._rows() if row is None or row.captions]

    def painters(self) -> list[str]:
        """Those of the connections that make pictures."""
        return [name for name, row in self._rows() if row is not None and row.images]

    def _rows(self) -> list[tuple[str, Provider | None]]:
        names = self.names()
        return [(name, self.providers.get(self.describe(name).provider)) for name in names]

    @property
    def problems(self) -> list[str]:
        """What the settings say of connections that cannot be, one line each."""
        settings, names = self._settings.current, self.names()
        chosen = {
            "chat.connection": settings.chat.connection,
            "captioning.connection": settings.captioning.connection,
            "imagine.connection": settings.imagine.connection,
        }
        for number, step in enumerate(settings.captioning.chain, 1):
            chosen[f"captioning.chain, step {number}"] = step.connection
        found = [
            f"{path}: there is no connection {clean_line(name, 60)!r}"
            for path, name in chosen.items()
            if name and name not in names
        ]
        for name, connection in settings.connections.items():
            if wrong := misplaced_key(connection):
                found.append(f"connection {clean_line(name, 60)!r}: {wrong}")
            if connection.provider not in self.providers:
                wrong = f"there is no provider {clean_line(connection.provider, 60)!r}"
                found.append(f"connection {clean_line(name, 60)!r}: {wrong}")
        return found

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
        if provider is not None and not provider.chats:
            return label
        some = "any model" if chosen.provider == "horde" else "no model chosen"
        return f"{label}: {chosen.model or some}"

    # -- what each is used for

    def current(self) -> str:
        """Name of the connection that chats; empty when there is none."""
        name = self._settings.current.chat.connection
        return name if name in self.names() else ""

    def captioning(self) -> str:
        """Name of the connection that captions; empty when there is none."""
        name = self._settings.current.captioning.connection
        return name if name in self.names() else self.current()

    def uses(self, name: str) -> list[Purpose]:
        """What a connection is used for now."""
        found: list[Purpose] = ["chat"] if name == self.current() else []
        captioning = self._settings.current.captioning
        match captioning.source:
            case "multimodal":
                captions = name == self.captioning()
            case "chain":
                captions = any(step.connection == name for step in captioning.chain)
            case _:
                captions = False
        return [*found, "captions"] if captions else found

    async def use(self, name: str, purpose: Purpose) -> None:
        """Chat or caption with a connection from now on. Raises ConfigError.

        Args:
            name: Which one; empty for captions: the one that chats.
            purpose: What for. Captions then come from it, whatever the source was.
        """
        if name or purpose == "chat":
            self.describe(name)
        await self._settings.change(_SETTING[purpose], name)
        if purpose == "captions":
            await self._settings.change("captioning.source", "multimodal")

    async def choose_model(self, name: str, model: str) -> None:
        """Talk to another model of a connection; what is known of its sight goes along.

        Raises:
            ConfigError: The connection has no settings of its own, or they cannot be written.
        """
        if name not in self._settings.current.connections:
            raise ConfigError(
                f"the model of {name!r} cannot be changed", hint="/connect picks another"
            )
        if wrong := misplaced_key(ConnectionSettings(model=model)):
            raise ConfigError(wrong)
        sight = self.seen(name, model)
        if sight != self._settings.current.connections[name].vision:
            await self._settings.change(f"connections.{name}.vision", sight)
        await self._settings.change(f"connections.{name}.model", model)

    def puller(self, name: str = "") -> tuple[str, ConnectionSettings]:
        """The connection to whose server models can be fetched, and its settings.

        The one named, else the first that can: of the one that chats, the one that captions, all.
        Else a server at the usual address, which has no connection yet and so no name.

        Raises:
            ConfigError: There is none of that name, or it fetches no models.
        """
        if name:
            chosen = self.describe(name)
            if not self._pulls(chosen):
                raise ConfigError(
                    f"connection {name!r} fetches no models", hint="only an Ollama does"
                )
            return name, chosen
        for each in (self.current(), self.captioning(), *self.names()):
            if each and self._pulls(self.describe(each)):
                return each, self.describe(each)
        row = next(row for row in self.providers.values() if row.pulls)
        return "", ConnectionSettings(row.id)

    def _pulls(self, chosen: ConnectionSettings) -> bool:
        row = self.providers.get(chosen.provider)
        return row is not None and row.pulls

    async def rename(self, old: str, new: str) -> None:
        """Give a connection another name everywhere, in the settings and where its key is stored.

        Raises:
            ConfigError: There is none of the old name or one of the new, or it cannot be saved.
        """
        settings = self._settings.current
        if new in self.names():
            raise ConfigError(f"there is a connection named {new!r} already")
        if old not in settings.connections:
            raise ConfigError(f"connection {old!r} cannot be renamed")
        await self.endpoints.move_keys(old, new, settings.connections[old])
        await self._settings.change(f"connections.{new}", changed(settings.connections[old]))
        await self._refer(old, new)
        await self._settings.change(f"connections.{old}", None, delete=True)

    async def remove(self, name: str) -> None:
        """Delete a connection and whatever names it: who chats, who captions, steps of the chain.

        Raises:
            ConfigError: It cannot be saved.
        """
        await self._refer(name, "")
        await self._settings.change(f"connections.{name}", None, delete=True)

    async def _refer(self, old: str, new: str) -> None:
        """Name another connection wherever one is named; empty: none, and no step either."""
        settings = self._settings.current
        for path, name in (
            ("chat.connection", settings.chat.connection),
            ("captioning.connection", settings.captioning.connection),
            ("imagine.connection", settings.imagine.connection),
        ):
            if name == old:
                await self._settings.change(path, new)
        chain = settings.captioning.chain
        if any(step.connection == old for step in chain):
            steps = [
                asdict(replace(step, connection=new) if step.connection == old else step)
                for step in chain
                if new or step.connection != old
            ]
            await self._settings.change("captioning.chain", steps)

    # -- what is known of it

    def vision(self, name: str, model: str = "") -> Vision:
        """Whether a connection's model is known to see pictures; asks nobody.

        Args:
            name: The connection; empty: none, which sees nothing.
            model: Another model than the connection's own.
        """
        if not name:
            return "no"
        chosen = self.describe(name)
        provider = self.providers.get(chosen.provider)
        if provider is None:
            return chosen.vision
        return vision_of(
            provider, model or chosen.model, self._said(name, chosen, model or chosen.model)
        )

    def captions_alone(self, name: str) -> bool:
        """Whether a connection captions by itself, without any model that is chosen for it."""
        row = self.providers.get(self.describe(name).provider)
        return row is not None and row.captions_alone

    def seen(self, name: str, model: str) -> Vision:
        """What its server, or a test, told of a model's sight since Salon was started."""
        return self._seen.get((name, model), "unknown")

    def models_seen(self) -> list[tuple[str, str]]:
        """Models that servers told of since Salon was started, as connection and id; asks nobody.

        Those of the connections that chat and caption come first.
        """
        first = (self.current(), self.captioning())
        return sorted(self._seen, key=lambda each: each[0] not in first)

    def sight(self, name: str) -> Sight:
        """What is known of the model that chats, for deciding what it gets; asks nobody."""
        if not name:
            return Sight("no")
        chosen = self.describe(name)
        try:
            here = self.endpoints.plain(name, chosen, "").stays_here
        except ConfigError:
            here = False
        return Sight(self.vision(name), here)

    def _said(self, name: str, chosen: ConnectionSettings, model: str) -> Vision:
        """The person's word on the connection's own model, else what the server said last."""
        if chosen.vision != "unknown" and model == chosen.model:
            return chosen.vision
        return self.seen(name, model)
