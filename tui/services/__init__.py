"""What happens: the use cases, written against the ports in `ports.py`."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AsyncExitStack
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.services.captioning import CaptionService
    from tui.services.chat_store import ChatStore, Upkeep
    from tui.services.chatting import ChatService
    from tui.services.configuring import SettingsService
    from tui.services.connecting import ConnectionService
    from tui.services.exporting import ExportService
    from tui.services.image_ports import ImageGenerators, PictureFiles
    from tui.services.imagining import ImagineService
    from tui.services.intake import IntakeService
    from tui.services.library import Library
    from tui.services.picture_list import PictureList
    from tui.services.ports import (
        ImageReader,
        ImageStore,
        OfflineInstaller,
        SecretStore,
        Worker,
    )
    from tui.services.quick_replies import QuickReplies
    from tui.services.quiet_generation import QuietGeneration


class Services:
    """Everything a front end holds.

    Args:
        settings: The settings in force.
        connections: Which models there are and how they are reached.
        chats: Makes the service that sends and replies, when it is first needed.
        library: Chats, characters and personas.
        captions: Makes the service that captions, when it is first needed.
        secrets: Keys.
        offline: The tiny chat model.
        store: Where chats are kept; closed at the end.
        worker: The process that runs the captioning model; stopped at the end.
        intake: Makes the service that takes pictures in, when it is first needed.
        exports: Makes the service that exports, when it is first needed.
        quick_replies: Makes the service that knows quick replies, when it is first needed.
        imagers: Who makes pictures.
        images: Where pictures are kept.
        reader: Opens pictures.
        files: Writes pictures where the person wants them.
        upkeep: Backs up and tidies.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - one parameter for each thing it holds
        self,
        settings: SettingsService,
        connections: ConnectionService,
        chats: Callable[[], ChatService],
        library: Library,
        captions: Callable[[], CaptionService],
        secrets: SecretStore,
        offline: OfflineInstaller,
        store: ChatStore,
        worker: Worker,
        intake: Callable[[], IntakeService],
        exports: Callable[[], ExportService],
        quick_replies: Callable[[], QuickReplies],
        imagers: ImageGenerators,
        images: ImageStore,
        reader: ImageReader,
        files: PictureFiles,
        upkeep: Upkeep,
    ) -> None:
        self.settings = settings
        self.connections = connections
        self.library = library
        self.secrets = secrets
        self.offline = offline
        self.store = store
        self.worker = worker
        self.imagers = imagers
        self.upkeep = upkeep
        self._chats = chats
        self._captions = captions
        self._intake = intake
        self._exports = exports
        self._quick_replies = quick_replies
        self._images = images
        self._reader = reader
        self._files = files

    @cached_property
    def chats(self) -> ChatService:
        """Sending and replying; a chat is on the screen before this is loaded."""
        return self._chats()

    @cached_property
    def captions(self) -> CaptionService:
        """Captions; loaded when first needed."""
        return self._captions()

    @cached_property
    def pictures(self) -> PictureList:
        """The pictures that were sent; loaded when first looked at."""
        from tui.services.picture_list import PictureList  # noqa: PLC0415 - rarely needed

        return PictureList(self.store)

    @cached_property
    def intake(self) -> IntakeService:
        """Pictures from elsewhere than a chosen file; loaded when first needed."""
        return self._intake()

    @cached_property
    def exports(self) -> ExportService:
        """Chats as files; loaded when first needed."""
        return self._exports()

    @cached_property
    def quick_replies(self) -> QuickReplies:
        """Named scripts and texts; loaded when first needed."""
        return self._quick_replies()

    @cached_property
    def quiet(self) -> QuietGeneration:
        """Asking the model that chats beside the chat; loaded when first needed."""
        from tui.services.quiet_generation import QuietGeneration  # noqa: PLC0415 - rarely needed

        return QuietGeneration(self.settings, self.connections, self.chats, self._images)

    @cached_property
    def imagining(self) -> ImagineService:
        """Making pictures; loaded when first needed."""
        from tui.services.imagine_delivery import ImagineDelivery  # noqa: PLC0415 - rarely needed
        from tui.services.imagine_prompts import PromptWriter  # noqa: PLC0415
        from tui.services.imagining import ImagineService  # noqa: PLC0415

        prompts = PromptWriter(self.settings, self.quiet)
        delivery = ImagineDelivery(self.settings, self._reader, self._images)
        makers = self.connections, self.imagers
        return ImagineService(self.settings, *makers, prompts, delivery, self._files)

    async def aclose(self) -> None:
        """End what was started: servers, worker processes, the database; each whatever befalls."""
        async with AsyncExitStack() as ending:
            for each in (self.store, self.worker, self.connections):
                ending.push_async_callback(each.aclose)
