"""Where macros are put in, what they read of a chat, and what is left alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.fakes.house import House
from tests.fakes.interaction import FakeInteraction
from tests.fakes.models import picture
from tui.domain.caption import wrap
from tui.domain.character import Character, Persona
from tui.domain.chat import Attachment, Message
from tui.domain.generation import Finished, TextDelta
from tui.domain.macros import expand
from tui.services.caption_sources import CaptionRequest
from tui.services.library import new_id
from tui.services.macro_environment import as_typed, environment, written
from tui.services.session import ChatSession

CAT = Path("cat.png")
HOSTILE = (
    "a {{user}} sign",
    r"say \{hi\}",
    "{{trim}} x",
    "{{setvar::a::1}}{{getvar::a}}",
    "{{time}} <USER>",
    "{{// n}}x",
    "{{getglobalvar::secret}}{{lastMessage}}",
    "{{if 1}}x{{/if}}",
    "{{caption}} {{{{user}}}} }}",
    "\\{\\{user\\}\\} \\\\{",
)


@pytest.mark.parametrize("text", [*HOSTILE[:-1], "<USER> {a} }{", "a\\{b} {{", "\\{{user}}"])
async def test_a_text_typed_so_is_kept_as_it_was(house: House, text: str) -> None:
    settings = house.settings.current
    session = await house.services.library.new()

    assert written(session, settings, as_typed(settings, text)) == text


@pytest.fixture
async def house() -> House:
    house = House()
    await house.settings.change("chat.connection", "kitchen")
    return house


@pytest.fixture
async def session(house: House) -> ChatSession:
    session = await house.services.library.new()
    session.character = Character("Mira", "{{char}} paints.", id="mira", first_message="Hi!")
    session.persona = Persona("Ada", "{{user}} likes cats.")
    return session


def said(house: House, session: ChatSession, text: str) -> str:
    return expand(text, environment(session, house.settings.current))


async def test_macros_know_the_chat(house: House, session: ChatSession) -> None:
    chats = house.services.chats
    await chats.send(session, "first {{user}}")
    await chats.add(session, Message(new_id(), "assistant", "Mira", "answer", 0.0))
    await chats.note_draft(session, "half a word")

    assert said(house, session, "{{lastMessage}}|{{lastUserMessage}}|{{lastCharMessage}}") == (
        "answer|first {{user}}|answer"
    )
    assert said(house, session, "{{lastMessageId}} {{allChatRange}}") == "2 0-2"
    assert said(house, session, "{{input}}, {{model}}, {{maxPrompt}}") == (
        "half a word, tiny-vision, 8192"
    )
    assert said(house, session, "{{description}} {{persona}} {{greeting}}") == (
        "Mira paints. Ada likes cats. Hi!"
    )
    assert said(house, session, "{{idleDuration}}") == "a few seconds"
    assert said(house, session, "{{currentSwipeId}}") == ""
    last = session.message(-1)
    last.show((*last.versions, replace(last.versions[0], text="another")), 1)
    assert said(house, session, "{{currentSwipeId}} of {{lastSwipeId}}") == "2 of 2"


async def test_an_empty_chat_has_no_messages_to_speak_of(
    house: House, session: ChatSession
) -> None:
    await session.remove(0)

    text = "[{{lastMessage}}{{lastMessageId}}{{allChatRange}}{{currentSwipeId}}] {{idleDuration}}"
    assert said(house, session, text) == "[] just now"


async def test_a_typed_message_is_expanded_and_a_paste_is_not(
    house: House, session: ChatSession
) -> None:
    settings = house.settings.current
    pasted = "{{user}} pasted"

    whole = written(session, settings, f"I am {{{{user}}}}\n\n{pasted}", pasted)

    assert whole == "I am Ada\n\n{{user}} pasted"
    assert written(session, settings, pasted, pasted) == pasted
    assert written(session, settings, "{{// nothing}}") == "{{// nothing}}"
    off = replace(settings, chat=replace(settings.chat, macros=False))
    assert written(session, off, "{{user}}") == "{{user}}"


async def test_what_is_in_the_chat_is_not_expanded_for_the_model(
    house: House, session: ChatSession
) -> None:
    await house.settings.change("chat.system_prompt", "{{char}}: {{random::tea}} {{incvar::n}}")
    for text in HOSTILE:
        await house.services.chats.send(session, text)

    prompt = await house.services.chats.prompt(session)

    texts = [part.text for part in prompt.parts]
    assert texts[0] == "Mira: tea 1"
    assert texts[-len(HOSTILE) :] == list(HOSTILE)
    assert session.variables.names() == []


async def test_a_prompt_that_is_sent_keeps_what_its_macros_changed(
    house: House, session: ChatSession
) -> None:
    text = "{{incvar::n}}{{setglobalvar::g::all}}"
    await house.settings.change("chat.system_prompt", text)
    await house.services.chats.send(session, "hello")

    for _ in range(2):
        async for _event in house.services.chats.reply(session):
            pass

    again = await house.services.library.open(session.chat.id)
    assert again.variables.get("n") == 2
    assert await house.store.globals() == {"g": "all"}


async def test_a_characters_own_prompt_can_hold_the_usual_one(
    house: House, session: ChatSession
) -> None:
    await house.settings.change("chat.system_prompt", "Be {{char}}.")
    session.character = Character("Mira", system_prompt="{{original}} Be kind.", id="mira")

    prompt = await house.services.chats.prompt(session)

    assert prompt.parts[0].text == "Be Mira. Be kind."


@pytest.mark.parametrize("caption", HOSTILE)
async def test_a_caption_is_the_same_from_template_to_prompt(
    house: House, session: ChatSession, caption: str
) -> None:
    template = "[{{user}} shows: {{caption}}]"
    await house.settings.change("captioning.template", template)
    house.sources.local_source.script = (TextDelta(caption), Finished("stop"))

    done = await house.services.captions.caption(
        CaptionRequest(CAT, unattended=True), FakeInteraction(), session
    )

    assert done is not None
    message = session.message(-1)
    assert message.text == f"[Ada shows: {done.caption.text}]"
    assert done.caption.text == caption.strip()
    again = await house.services.library.open(session.chat.id)
    assert again.message(-1).text == message.text
    prompt = await house.services.chats.prompt(session)
    assert prompt.parts[-1].text == message.text
    assert session.variables.names() == []


async def test_a_caption_beside_words_is_the_same_in_the_prompt(
    house: House, session: ChatSession
) -> None:
    shown = picture()
    await house.images.put(shown)
    for caption in HOSTILE:
        attached = Attachment(shown.digest, "cat.png", "image/png", 4, 2, caption=caption)
        session.outline.clear()
        await house.services.chats.send(session, "look", (attached,))
        prompt = await house.services.chats.prompt(session)
        whole = wrap("{{caption}}", caption, environment(session, house.settings.current))

        assert whole == caption
        assert caption in prompt.parts[-1].text


async def test_a_template_counts_once_and_not_while_it_is_looked_at(
    house: House, session: ChatSession
) -> None:
    await house.settings.change("captioning.template", "No. {{incvar::n}}: {{caption}}")
    house.sources.local_source.script = (TextDelta("a cat"), Finished("stop"))
    interaction = FakeInteraction()

    for _ in range(2):
        await house.services.captions.caption(CaptionRequest(CAT), interaction, session)

    previewed = [each.message("a cat") for each in interaction.refinements[:1]]
    assert session.message(-1).text == "No. 2: a cat"
    assert previewed == ["No. 3: a cat"]
    assert session.variables.get("n") == 2


async def test_chance_in_a_template_is_what_the_preview_showed(
    house: House, session: ChatSession
) -> None:
    await house.settings.change("captioning.template", "{{roll::1d1000000}} {{caption}}")
    house.sources.local_source.script = (TextDelta("a cat"), Finished("stop"))
    interaction = FakeInteraction()

    await house.services.captions.caption(CaptionRequest(CAT), interaction, session)

    shown = interaction.refinements[0]
    assert shown.message("a cat") == shown.message("a cat") == session.message(-1).text


async def test_a_greeting_can_set_variables(house: House) -> None:
    greeting = "Hi {{user}}{{setvar::met::1}}!"
    house.people.cast = [Character("Mira", id="mira", first_message=greeting)]

    session = await house.services.library.new("mira")

    assert session.message(0).text == "Hi You!"
    assert (await house.services.library.open(session.chat.id)).variables.get("met") == 1
