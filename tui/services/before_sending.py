"""Captioning the pictures of a message before it goes out."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tui.domain.caption import Beside, Caption, captioned_by
from tui.domain.chat import Attachment
from tui.services.caption_sources import CaptionRequest

if TYPE_CHECKING:
    from tui.services.background_captions import BackgroundCaptions
    from tui.services.captioning import CaptionService
    from tui.services.configuring import SettingsService
    from tui.services.picture_fates import PictureFates
    from tui.services.ports import Interaction
    from tui.services.session import ChatSession


class BeforeSending:
    """Captions what needs it: waits for what is under way, makes the rest, lets it be edited.

    Args:
        captions: Who captions.
        fates: Who says what needs a caption.
        settings: Say whether captions are edited.
        interaction: Is asked.
        background: Captions that may be under way.
        took: Is told each caption as it is accepted, with its picture's digest, so that it is
            there when the message comes back to the prompt.
    """

    def __init__(
        self,
        captions: CaptionService,
        fates: PictureFates,
        settings: SettingsService,
        interaction: Interaction,
        background: BackgroundCaptions,
        took: Callable[[str, Caption], None],
    ) -> None:
        self._captions = captions
        self._fates = fates
        self._settings = settings
        self._interaction = interaction
        self._background = background
        self._took = took

    async def caption_all(
        self, pictures: tuple[Attachment, ...], session: ChatSession
    ) -> tuple[Attachment, ...] | None:
        """Caption the pictures of a message that is being written; None: cancelled.

        Raises:
            AppError: One of them could not be captioned.
        """
        needing = [each.digest for each in pictures if self._fates.holds_up(each, session)]
        done: list[Attachment] = []
        for picture in pictures:
            caption = None
            if picture.digest in needing:
                position = (needing.index(picture.digest) + 1, len(needing))
                caption = await self._caption(picture, position, session)
                if caption is None:
                    return None
                self._took(picture.digest, caption)
                picture = captioned_by(picture, caption)  # noqa: PLW2901 - as it goes out
            done.append(picture)
        return tuple(done)

    async def _caption(
        self, picture: Attachment, position: tuple[int, int], session: ChatSession
    ) -> Caption | None:
        made = await self._background.wait(picture.digest)
        if made is not None and not self._settings.current.captioning.edit_before_saving:
            return made
        request = CaptionRequest(digest=picture.digest, delivery=Beside(), position=position)
        captioned = await self._captions.caption(request, self._interaction, session)
        return captioned.caption if captioned else None
