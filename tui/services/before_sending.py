"""Captioning the pictures of a message before it goes out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
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
        known: dict[str, Caption] = {}
        wanting: list[Attachment] = []
        for picture in pictures:
            if not self._fates.holds_up(picture, session):
                continue
            made = await self._background.wait(picture.digest)
            if made is None:
                wanting.append(picture)
            elif self._settings.current.captioning.edit_before_saving:
                wanting.append(captioned_by(picture, made))
            else:
                known[picture.digest] = made
                self._took(picture.digest, made)
        batch = await self._captions.caption_all(
            [_request(picture) for picture in wanting], self._interaction, session
        )
        for picture, done in zip(wanting, batch.done, strict=True):
            if done is not None:
                known[picture.digest] = done.caption
                self._took(picture.digest, done.caption)
        if batch.failed:
            raise batch.failed[0]
        if batch.cancelled:
            return None
        skipped = {each.digest for each in wanting} - known.keys()
        return tuple(_leaving(picture, known, skipped) for picture in pictures)


def _request(picture: Attachment) -> CaptionRequest:
    """What is asked for: a look at the caption that was made meanwhile, or a caption."""
    return CaptionRequest(
        digest=picture.digest, delivery=Beside(), revise=bool(picture.caption), waiting=picture
    )


def _leaving(
    picture: Attachment, known: Mapping[str, Caption], skipped: Collection[str]
) -> Attachment:
    """A picture as it goes out; one that was skipped has no caption."""
    if picture.digest in skipped:
        return replace(picture, caption="", unchecked=False)
    caption = known.get(picture.digest)
    return captioned_by(picture, caption) if caption is not None else picture
