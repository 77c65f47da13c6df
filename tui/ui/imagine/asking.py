"""The person at the screen, while a picture is made."""

from __future__ import annotations

from dataclasses import replace

from textual.app import App

from tui.domain.image import Image
from tui.domain.imagine_request import ImagineRequest
from tui.services import Services
from tui.ui.imagine.dialog import ImagineDialog, Painters
from tui.ui.imagine.draft import Draft, draft_of
from tui.ui.imagine.edit_prompt import EditPrompt
from tui.ui.imagine.preview import show_preview


class ScreenImagining:
    """The port `ImagineFront` with screens; must run inside a worker, which waits for answers."""

    def __init__(self, app: App[None], services: Services) -> None:
        self._app = app
        self._services = services
        self._before = Draft()
        """What stood in the dialog last."""

    async def ask(self, request: ImagineRequest) -> ImagineRequest | None:
        """Ask in a dialog; it begins with what was wanted last. Raises ConfigError."""
        service, settings = self._services.imagining, self._services.settings.current.imagine
        usual = service.maker()
        if request.connection:
            service.maker(request.connection)
        makers = service.makers()
        if self._before.connection not in makers:
            self._before = replace(self._before, connection="", model="")
        draft = draft_of(request, self._before, extend=settings.extend)
        painters = Painters(makers, usual, self._label, service.models)
        done = await self._app.push_screen_wait(ImagineDialog(draft, request, settings, painters))
        if done is None:
            return None
        self._before, wanted = done
        return wanted

    def _label(self, name: str) -> str:
        """What a connection is, without the list of all that its provider stands for."""
        label, _, more = self._services.connections.label(name).partition(" (")
        return label + more.partition(")")[2]

    async def edit(self, prompt: str) -> str | None:
        """Let a prompt be looked over."""
        return await self._app.push_screen_wait(EditPrompt(prompt))

    def preview(self, image: Image | None) -> None:
        """Show it above the prompt, where pictures are shown at all."""
        if image is None or self._services.settings.current.ui.images != "off":
            show_preview(self._app.screen_stack[0], image)
