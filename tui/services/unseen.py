"""Making pictures where nobody is asked and nothing is shown meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.domain.image import Image
    from tui.domain.imagine_request import ImagineRequest


class Unseen:
    """The port `ImagineFront` to nobody."""

    async def ask(self, request: ImagineRequest) -> ImagineRequest | None:
        """Want no picture but the one that was named."""
        return None

    async def edit(self, prompt: str) -> str | None:
        """Leave it as it is."""
        return prompt

    def preview(self, image: Image | None) -> None:
        """Show nothing."""
