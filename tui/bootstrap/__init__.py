"""Wiring: the one place that knows every adapter.

Nothing starts and nothing is read from the network here, and each adapter is imported when it is
first needed.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from tui.bootstrap.late import LateConnector, LateImagers, LateUpkeep, LateWorker, Reader, Sources
from tui.services import Services
from tui.services.configuring import SettingsService
from tui.services.connecting import ConnectionService
from tui.services.endpoints import Endpoints
from tui.services.library import Library

if TYPE_CHECKING:
    from tui.adapters.storage.chats import SqliteChats
    from tui.adapters.storage.images import ImageFiles
    from tui.domain.connection import Provider
    from tui.domain.imported import Imported
    from tui.paths import Paths
    from tui.services.captioning import CaptionService
    from tui.services.chatting import ChatService
    from tui.services.exporting import ExportService
    from tui.services.intake import IntakeService
    from tui.services.quick_replies import QuickReplies
    from tui.services.trial import Sample


def build(paths: Paths, flags: Mapping[str, object], environ: Mapping[str, str]) -> Services:
    """Put the program together.

    Args:
        paths: Where things are kept.
        flags: Settings given on the command line, by dotted path.
        environ: The environment, for settings and keys.

    Raises:
        StorageError: The data folder cannot be used.
    """
    from tui.adapters.characters import YamlCharacters
    from tui.adapters.config_store import ConfigStore
    from tui.adapters.offline.late import LateOffline
    from tui.adapters.providers.address import normalise
    from tui.adapters.providers.catalog import PROVIDERS
    from tui.adapters.providers.environment import with_environment
    from tui.adapters.secrets import Secrets
    from tui.adapters.storage.chats import SqliteChats
    from tui.adapters.storage.images import ImageFiles
    from tui.adapters.storage.picture_files import PictureFolder

    settings = SettingsService(ConfigStore(paths, environ, flags))
    offline = LateOffline(paths.models)
    secrets = Secrets(paths.keys, environ)
    endpoints = Endpoints(with_environment(PROVIDERS, environ), secrets, normalise, offline)
    connector = LateConnector(paths)
    connections = ConnectionService(settings, endpoints, offline, connector, _sample)
    store = SqliteChats(paths.chats)
    images = ImageFiles(paths.images)
    worker = LateWorker(settings)

    def chats() -> ChatService:
        from tui.services.chatting import ChatService

        return ChatService(settings, connections, images)

    def captions() -> CaptionService:
        from tui.services.caption_sources import SourceService
        from tui.services.captioning import CaptionService

        sources = SourceService(settings, connections, Sources(settings, worker, connector, paths))
        return CaptionService(settings, sources, Reader(settings), images, store, services.chats)

    people = YamlCharacters(paths.characters, paths.personas, paths.parsed)
    library = Library(store, people, settings)
    services = Services(
        settings=settings,
        connections=connections,
        chats=chats,
        library=library,
        captions=captions,
        secrets=secrets,
        offline=offline,
        store=store,
        worker=worker,
        intake=lambda: _intake(settings, images, environ),
        exports=lambda: _exports(settings, store, images),
        quick_replies=lambda: _quick_replies(settings, paths),
        imagers=LateImagers(connector, paths),
        images=images,
        reader=Reader(settings),
        files=PictureFolder(),
        upkeep=LateUpkeep(paths),
    )
    return services


def _intake(
    settings: SettingsService, images: ImageFiles, environ: Mapping[str, str]
) -> IntakeService:
    from tui.adapters.clipboard import SystemClipboard
    from tui.adapters.folder_watch import FolderWatch
    from tui.adapters.picture_url import PictureUrls
    from tui.services.intake import IntakeService

    outside = (SystemClipboard(environ), PictureUrls(), FolderWatch())
    return IntakeService(settings, Reader(settings), images, *outside)


def _exports(settings: SettingsService, store: SqliteChats, images: ImageFiles) -> ExportService:
    from tui.adapters.storage.exports import ExportFolder
    from tui.services.exporting import ExportService

    return ExportService(settings, store, images, ExportFolder())


def _quick_replies(settings: SettingsService, paths: Paths) -> QuickReplies:
    from tui.adapters.quick_replies import YamlQuickReplies
    from tui.adapters.quick_reply_memory import QuickReplyFile
    from tui.services.quick_replies import QuickReplies

    store = YamlQuickReplies(paths.quick_replies, paths.parsed)
    return QuickReplies(store, QuickReplyFile(paths.quick_reply_memory), settings)


def _sample() -> Sample:
    from tui.adapters.sample_picture import SAMPLE_WORDS, sample_picture

    return sample_picture(), SAMPLE_WORDS


def foreign_settings(path: Path) -> Imported:
    """What SillyTavern's settings amount to here. Raises ConfigError."""
    from tui.adapters.sillytavern import read_settings

    return read_settings(path)


def providers() -> Mapping[str, Provider]:
    """The catalogue, for those who only list it."""
    from tui.adapters.providers.catalog import PROVIDERS

    return PROVIDERS
