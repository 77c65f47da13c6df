from __future__ import annotations

import asyncio

import pytest

from tests.fakes.house import House
from tui.domain.errors import ConfigError, NetworkError, ProviderError
from tui.domain.generation import Finished, Progress, ReasoningDelta, Restarted, TextDelta
from tui.services.quiet_generation import Asking
from tui.services.session import ChatSession


@pytest.fixture
async def house() -> House:
    made = House()
    await made.settings.change("chat.connection", "kitchen")
    return made


@pytest.fixture
async def session(house: House) -> ChatSession:
    made = await house.services.library.new()
    await house.services.chats.send(made, "What do you see?")
    return made


def turns(house: House) -> list[tuple[str, str]]:
    return [(turn.role, turn.text) for turn in house.connector.model.requests[-1].turns]


async def test_the_chat_is_asked_and_stays_as_it_was(house: House, session: ChatSession) -> None:
    house.connector.model.script = (
        Progress("loading"),
        ReasoningDelta("hm"),
        TextDelta("\n A fox. "),
        Finished("stop"),
    )
    told: list[Progress] = []

    answer = await house.services.quiet.ask(session, "Describe it.", tell=told.append)

    assert answer == "A fox."
    assert turns(house)[1:] == [
        ("assistant", "Welcome, You."),
        ("user", "What do you see?"),
        ("system", "Describe it."),
    ]
    assert len(session) == 2
    assert session.message(-1).status == "complete"
    assert [event.label for event in told] == ["loading", "the model writes"]


async def test_a_character_is_asked_by_the_person(house: House, session: ChatSession) -> None:
    await house.services.quiet.ask(session, "Who are you?", Asking("char"))

    assert turns(house)[-1] == ("user", "Who are you?")


async def test_without_the_chat_there_is_only_what_was_said(
    house: House, session: ChatSession
) -> None:
    how = Asking(with_chat=False, system="You count.", prefill="One,", length=7, stop=("four",))
    house.connector.model.script = (
        TextDelta("One, two, "),
        TextDelta("three, four, five"),
        TextDelta(" never read"),
    )

    answer = await house.services.quiet.ask(session, "Count!", how)

    assert answer == "two, three,"
    assert turns(house) == [("system", "You count."), ("user", "Count!"), ("assistant", "One,")]
    sampling = house.connector.model.requests[-1].sampling
    assert (sampling.max_tokens, sampling.stop) == (7, ("four",))
    assert house.connector.model.closed == 1


async def test_alone_an_instruction_is_the_persons(house: House) -> None:
    await house.services.quiet.ask(None, "Describe a fox.")

    assert turns(house) == [("user", "Describe a fox.")]


async def test_what_came_before_a_second_try_is_forgotten(
    house: House, session: ChatSession
) -> None:
    house.connector.model.script = (
        TextDelta("no"),
        Restarted("again"),
        TextDelta("yes"),
        Finished("stop"),
    )

    assert await house.services.quiet.ask(session, "?") == "yes"


@pytest.mark.parametrize(
    ("said", "how", "kept"),
    [
        ("Salon: A fox. And a", Asking(whole_sentences=True), "Salon: A fox."),
        ("Salon: A fox.", Asking(drop_name=True), "A fox."),
        ("no end", Asking(whole_sentences=True), "no end"),
        ("一只狐狸。还有", Asking(whole_sentences=True), "一只狐狸。"),
        ('He said "no." Then', Asking(whole_sentences=True), 'He said "no."'),
    ],
)
async def test_answers_are_cut_as_wanted(
    house: House, session: ChatSession, said: str, how: Asking, kept: str
) -> None:
    house.connector.model.script = (TextDelta(said), Finished("stop"))

    assert await house.services.quiet.ask(session, "?", how) == kept


@pytest.mark.parametrize(
    ("reason", "says"),
    [
        ("length", "ran out of tokens"),
        ("refusal", "refused"),
        ("incomplete", "broke off"),
        ("stop", "empty answer"),
    ],
)
async def test_no_answer_is_an_error(
    house: House, session: ChatSession, reason: str, says: str
) -> None:
    house.connector.model.script = (Finished(reason),)  # type: ignore[arg-type]

    with pytest.raises(ProviderError, match=says):
        await house.services.quiet.ask(session, "?")
    assert session.message(-1).status == "complete"


async def test_errors_of_the_server_are_passed_on(house: House, session: ChatSession) -> None:
    house.connector.model.script = (TextDelta("a"), NetworkError("gone"))

    with pytest.raises(NetworkError):
        await house.services.quiet.ask(session, "?")


async def test_nobody_is_asked_while_no_model_is_connected() -> None:
    with pytest.raises(ConfigError, match="no model is connected"):
        await House().services.quiet.ask(None, "?")


async def test_cancelling_closes_the_connection(house: House, session: ChatSession) -> None:
    house.connector.model.hold = True
    asking = asyncio.create_task(house.services.quiet.ask(session, "?"))
    while not house.connector.model.requests:
        await asyncio.sleep(0)

    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking

    assert house.connector.model.closed == 1
