"""Taking over settings from another program."""

from __future__ import annotations

from dataclasses import replace

from tui.domain.errors import ConfigError
from tui.domain.imported import Imported
from tui.domain.settings import ConnectionSettings, changed
from tui.services.configuring import SettingsService
from tui.services.connecting import ConnectionService
from tui.services.endpoints import proxy_key
from tui.services.ports import SecretStore


async def take_over(
    imported: Imported,
    settings: SettingsService,
    connections: ConnectionService,
    secrets: SecretStore,
) -> list[str]:
    """Make the settings one's own; nothing that exists is replaced but what they name.

    Returns:
        What was done and what is left to do, one line each.

    Raises:
        ConfigError: They could not be saved, or name a service that Salon does not know.
    """
    done = []
    if imported.connection is not None:
        done = await _connect(imported, imported.connection, settings, connections, secrets)
    for path, value in imported.values.items():
        await settings.change(path, value)
        done.append(f"{path}: {value}")
    return done


async def _connect(
    imported: Imported,
    chosen: ConnectionSettings,
    settings: SettingsService,
    connections: ConnectionService,
    secrets: SecretStore,
) -> list[str]:
    row = connections.providers.get(chosen.provider)
    if row is None:
        raise ConfigError(f"there is no provider {chosen.provider!r}", hint="nothing was changed")
    if chosen.proxy and not row.proxy:
        chosen = replace(chosen, proxy="", proxy_key="")
    same = (n for n, c in settings.current.connections.items() if c == chosen)
    name = next(same, "") or _free(imported.name, settings)
    if imported.password is not None and chosen.proxy:
        await secrets.store(proxy_key(name), imported.password.reveal())
    await settings.change(f"connections.{name}", changed(chosen))
    if row.chats:
        await settings.change("captioning.connection", name)
    done = [f"connection {name!r}: {row.label}{_at(chosen.url or chosen.proxy)}"]
    if not chosen.model and not row.captions_alone:
        done.append(f"choose a model for it: connection {name!r} in the settings (F2)")
    if row.needs_key and not chosen.proxy:
        variable = row.key_env[0] if row.key_env else "its key"
        done.append(f"its key was not read: set {variable}, or add it in the settings (F2)")
    return done


def _at(address: str) -> str:
    return f" at {address}" if address else ""


def _free(name: str, settings: SettingsService) -> str:
    """A name that no connection has."""
    taken = settings.current.connections
    names = [name, *(f"{name}{number}" for number in range(2, len(taken) + 3))]
    return next(each for each in names if each not in taken)
