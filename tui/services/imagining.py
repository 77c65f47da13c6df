"""Making pictures: who makes them, of what, and what becomes of them.

A prompt is text: `images.local_only` keeps pictures on this machine and does not stop it. What the
model that chats is asked goes out as any message does, pictures held back as ever.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path

from tui.domain.connection import Endpoint
from tui.domain.errors import AppError, ConfigError, ProviderError
from tui.domain.generation import Progress
from tui.domain.image import Image
from tui.domain.imagine_modes import Mode, mode_of
from tui.domain.imagine_request import (
    ImagineRequest,
    Recipe,
    read_recipe,
    recipe_of,
    wish_of,
)
from tui.domain.imagining import Made, Preview, Wish
from tui.domain.safetext import clean_line
from tui.services.configuring import SettingsService
from tui.services.connecting import ConnectionService
from tui.services.image_ports import ImageGenerators, PictureFiles
from tui.services.imagine_delivery import (
    Imagined,
    ImagineDelivery,
    caption_of,
    file_name,
    to_its_end,
)
from tui.services.imagine_prompts import PromptWriter
from tui.services.picture_ids import Found
from tui.services.ports import Interaction
from tui.services.session import ChatSession


@dataclass(frozen=True, slots=True)
class _Order:
    """A picture that is being made."""

    wish: Wish
    mode: Mode
    caption: str
    endpoint: Endpoint
    label: str


class ImagineService:
    """Makes pictures and puts them where they belong."""

    def __init__(
        self,
        settings: SettingsService,
        connections: ConnectionService,
        generators: ImageGenerators,
        prompts: PromptWriter,
        delivery: ImagineDelivery,
        files: PictureFiles,
    ) -> None:
        self._settings = settings
        self._connections = connections
        self._generators = generators
        self._prompts = prompts
        self._delivery = delivery
        self._files = files
        self.listed: dict[str, list[str]] = {}
        """Models that make pictures, by connection, as far as somebody asked for them."""

    # -- who makes them

    def makers(self) -> list[str]:
        """The connections that can make pictures, those that can nothing else first."""
        book = self._connections
        found = []
        for name in book.names():
            try:
                endpoint = book.endpoints.plain(name, book.describe(name), "")
            except ConfigError:
                continue
            if self._generators.makes_images(endpoint):
                found.append((endpoint.provider.chats, name))
        return [name for _, name in sorted(found, key=lambda each: each[0])]

    def maker(self, wanted: str = "") -> str:
        """The connection that makes pictures: the one wanted, that of the settings, the first.

        Raises:
            ConfigError: There is none, or it makes no pictures.
        """
        name, makers = wanted or self._settings.current.imagine.connection, self.makers()
        if name:
            self._connections.describe(name)
            if name not in makers:
                raise ConfigError(
                    f"connection {clean_line(name, 60)!r} makes no pictures",
                    hint=f"these do: {', '.join(makers)}" if makers else "/connect adds one",
                )
            return name
        if not makers:
            raise ConfigError(
                "no connection makes pictures",
                hint="/connect adds one: AUTOMATIC1111, ComfyUI, OpenAI, AI Horde and others",
            )
        return makers[0]

    async def models(self, name: str = "") -> list[str]:
        """Ids of the models that make pictures there. Raises AppError."""
        name = self.maker(name)
        endpoint = await self._connections.endpoint(name)
        self.listed[name] = [clean_line(each) for each in await self._generators.models(endpoint)]
        return self.listed[name]

    # -- making them

    async def imagine(
        self,
        request: ImagineRequest,
        interaction: Interaction,
        session: ChatSession | None = None,
    ) -> Imagined | None:
        """Make a picture.

        Args:
            request: What is wanted.
            interaction: Who is told how far it is, and may look over the prompt.
            session: The chat that it is for; it goes there, whatever is shown meanwhile. None:
                there is no chat, and all words are only words.

        Returns:
            None: there was nothing to make a picture of, or the prompt was not accepted.

        Raises:
            AppError: It could not be made or kept; nothing was put into the chat.
        """
        request.check()
        settings = self._settings.current.imagine
        extend = settings.extend if request.extend is None else request.extend
        mode = mode_of(request.text if session else "", extend=extend)
        if not request.text.strip():
            return None
        endpoint = await self._connections.endpoint(self.maker(request.connection))
        try:
            prompt = await self._prompts.write(request, mode, interaction, session)
            if not prompt:
                return None
            whole, negative = self._prompts.assembled(prompt, request.negative, mode, session)
            wish = replace(wish_of(request, mode, settings), prompt=whole, negative=negative)
            order = _Order(wish, mode, prompt, endpoint, _label(endpoint, wish.model))
            made, seconds = await self._made(order, interaction)
        finally:
            interaction.progress(None)
        return await to_its_end(self._keep(order, made, seconds, session, quiet=request.quiet))

    async def again(self, found: Found, session: ChatSession, interaction: Interaction) -> Imagined:
        """Make a picture once more, with another seed; it joins the message of the first.

        Args:
            found: A picture of the chat that was made here.
            session: The chat.
            interaction: Who is told how far it is.

        Raises:
            AppError: It was not made here, or it cannot be made again; the message stays.
        """
        recipe = read_recipe(found.picture.recipe)
        if recipe is None or found.index is None:
            raise AppError(
                f"{found.picture.ref or 'the picture'} was not made by /imagine",
                hint="/imagine makes one",
            )
        message = session.message(found.index)
        known = recipe.connection in self.makers()
        endpoint = await self._connections.endpoint(self.maker(recipe.connection if known else ""))
        wish = recipe.wish() if known else replace(recipe.wish(), model="")
        label = _label(endpoint, wish.model)
        order = _Order(wish, recipe.mode, found.picture.caption, endpoint, label)
        try:
            made, seconds = await self._made(order, interaction)
        finally:
            interaction.progress(None)

        async def kept() -> Imagined:
            done = await self._taken_in(order, made, seconds, session)
            return await self._delivery.add(session, message, done)

        return await to_its_end(kept())

    async def _made(self, order: _Order, interaction: Interaction) -> tuple[Made, float]:
        """Ask the service and wait. Raises AppError."""
        began = time.monotonic()
        interaction.progress(Progress(f"{order.label} makes a picture"))
        generator = self._generators.open(order.endpoint)
        try:
            async with aclosing(generator.imagine(order.wish)) as events:
                async for event in events:
                    match event:
                        case Made():
                            return event, time.monotonic() - began
                        case Preview(data):
                            image = await self._delivery.preview(data)
                            if image is not None:
                                interaction.imagining.preview(image)
                        case Progress():
                            interaction.progress(event)
        finally:
            interaction.imagining.preview(None)
        raise ProviderError(f"{order.label} ended without a picture", hint="try again")

    async def _keep(
        self,
        order: _Order,
        made: Made,
        seconds: float,
        session: ChatSession | None,
        *,
        quiet: bool,
    ) -> Imagined:
        done = await self._taken_in(order, made, seconds, session)
        if quiet or session is None:
            return done
        return await self._delivery.send(session, done)

    async def _taken_in(
        self, order: _Order, made: Made, seconds: float, session: ChatSession | None
    ) -> Imagined:
        name = file_name(session.character.name if session else "", time.time())
        image = await self._delivery.take_in(made, name)
        recipe: Recipe = recipe_of(order.wish, order.mode, order.endpoint.name, made.seed)
        caption = caption_of(made, order.caption)
        place = self._delivery.place(image)
        return Imagined(image, recipe, order.label, caption, seconds, place)

    async def save(self, image: Image, path: Path, *, force: bool = False) -> None:
        """Write a picture into a file of the person's. Raises StorageError."""
        await asyncio.to_thread(self._files.write, path, image.data, force=force)


def _label(endpoint: Endpoint, model: str) -> str:
    """Who makes it, for people; a model that only chats is not named."""
    row = endpoint.provider
    own = endpoint.model.lower()
    if not model and (not row.chats or any(fnmatchcase(own, each) for each in row.draws)):
        model = endpoint.model
    name = row.label.partition(" (")[0]
    return clean_line(f"{name}: {model}" if model else name, 120)
