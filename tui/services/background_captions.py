"""Captions made while the person goes on typing: one after the other, and nobody is asked."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from tui.domain.caption import Beside, Caption
from tui.domain.errors import AppError, CaptionError
from tui.domain.generation import Progress
from tui.services.unseen import Unseen

if TYPE_CHECKING:
    from tui.services.captioning import CaptionService
    from tui.services.refinement import Refined, Refinement
    from tui.services.session import ChatSession

logger = logging.getLogger(__name__)


class Unattended:
    """The port to a person who is busy: nothing is asked, nothing is shown."""

    async def ask_prompt(self, default: str) -> str | None:
        """Take the default."""
        return default

    async def pick_image(self) -> Path | None:
        """Choose nothing."""
        return None

    async def pick_images(self) -> tuple[Path, ...]:
        """Choose nothing."""
        return ()

    async def refine(self, refinements: Sequence[Refinement]) -> Refined:
        """Refuse: an unattended request opens no editor."""
        raise CaptionError(f"{refinements[0].image.name} is captioned without an editor")

    def progress(self, event: Progress | None) -> None:
        """Keep still."""

    @property
    def imagining(self) -> Unseen:
        """Nothing about pictures that are to be made."""
        return Unseen()


class BackgroundCaptions:
    """Captions waiting pictures, each once at a time.

    Args:
        captions: Gives the service, which is loaded with the first caption.
        changed: Is told whose caption began, ended or failed.
        done: Is told a picture's caption.
        failed: Is told why there is none.
    """

    def __init__(
        self,
        captions: Callable[[], CaptionService],
        changed: Callable[[str], None],
        done: Callable[[str, Caption], None],
        failed: Callable[[str, AppError], None],
    ) -> None:
        self._captions = captions
        self._changed = changed
        self._done = done
        self._failed = failed
        self._one = asyncio.Lock()
        self._closed = False
        self._tasks: dict[str, asyncio.Task[Caption | None]] = {}
        self._began: dict[str, float] = {}
        self.failures: dict[str, str] = {}
        """Why the last try failed, one line for each digest."""

    def start(self, digest: str, session: ChatSession) -> None:
        """Begin to caption a picture, or do nothing when that is under way."""
        if digest not in self._tasks and not self._closed:
            self.failures.pop(digest, None)
            self._tasks[digest] = asyncio.create_task(self._run(digest, session))
            self._changed(digest)

    def is_running(self, digest: str) -> bool:
        """Whether a caption is being made, or waits for its turn."""
        return digest in self._tasks

    def seconds(self, digest: str) -> float | None:
        """How long it has taken until now; None while it waits for its turn."""
        began = self._began.get(digest)
        return None if began is None else monotonic() - began

    async def wait(self, digest: str) -> Caption | None:
        """Wait for a caption that is under way; None: there is none, or it came to nothing."""
        task = self._tasks.get(digest)
        if task is None:
            return None
        await asyncio.wait({task})
        return None if task.cancelled() else task.result()

    def cancel(self, digest: str) -> None:
        """Stop what is under way for a picture, and forget why it failed."""
        self.failures.pop(digest, None)
        task = self._tasks.pop(digest, None)
        if task is not None:
            task.cancel()

    async def aclose(self) -> None:
        """Stop all for good, and wait until their sources are closed."""
        self._closed = True
        running = list(self._tasks.values())
        for digest in list(self._tasks):
            self.cancel(digest)
        await asyncio.gather(*running, return_exceptions=True)

    async def _run(self, digest: str, session: ChatSession) -> Caption | None:
        me = asyncio.current_task()
        try:
            async with self._one:
                self._began[digest] = monotonic()
                self._changed(digest)
                caption = await self._make(digest, session)
            self._done(digest, caption)
            return caption
        except AppError as error:
            self.failures[digest] = error.line()
            self._failed(digest, error)
            return None
        finally:
            # After a cancel another task may already be there for the same picture.
            if self._tasks.get(digest) in (me, None):
                self._tasks.pop(digest, None)
                self._began.pop(digest, None)
            self._changed(digest)

    async def _make(self, digest: str, session: ChatSession) -> Caption:
        from tui.services.caption_sources import CaptionRequest  # noqa: PLC0415 - not at start

        request = CaptionRequest(digest=digest, delivery=Beside(), unattended=True)
        try:
            captioned = await self._captions().caption(request, Unattended(), session)
        except AppError:
            raise
        except Exception as error:
            logger.exception("a caption in the background failed")
            raise CaptionError(
                f"unexpected {type(error).__name__}", hint="details are in salon.log"
            ) from error
        if captioned is None:
            raise CaptionError("the caption is empty", hint="try another source")
        return captioned.caption
