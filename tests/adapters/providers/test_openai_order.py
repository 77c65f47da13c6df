"""Models that take a chat in one order only, and say so in very different words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.adapters.providers.support import (
    PICTURE,
    collect,
    endpoint,
    notes_of,
    offline_http,
    text_of,
)
from tests.fakes.servers import Reply, as_json, as_sse, delta
from tui.adapters.providers.openai import OpenAIChatModel
from tui.adapters.providers.openai_order import adapted
from tui.adapters.providers.turns import GO_ON, OPENING
from tui.domain.errors import BadRequest
from tui.domain.generation import GenerationRequest, Turn

ANSWER = as_sse(delta("Hi", "stop"))
GREETED = (
    Turn("system", "Be brief."),
    Turn("system", "Stay in character."),
    Turn("assistant", "Welcome."),
    Turn("user", "One"),
    Turn("system", "[A note]"),
    Turn("user", "Look", (PICTURE,)),
)
IN_TURN = [
    ("user", OPENING),
    ("assistant", "Welcome."),
    ("user", "One|[A note]|Look|image_url"),
]
AT = "\n------------\nWhile executing CallExpression at line 189, column 32 in source:\n...== 0) %}"
JINJA = f"{AT}↵{' ' * 12}{{{{- raise_exception('Afte\n{' ' * 75}^\nError: Jinja Exception: "


def oa(message: str, status: int = 400) -> Reply:
    return as_json({"error": {"code": status, "message": message, "type": "x"}}, status)


def shape(messages: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Who says what, in one line each."""

    def words(content: Any) -> str:
        if isinstance(content, str):
            return content.replace("\n\n", "|")
        return "|".join(words(part.get("text", part["type"])) for part in content)

    return [(each["role"], words(each["content"])) for each in messages]


@pytest.mark.parametrize(
    "reply",
    [
        oa("Conversation roles must alternate user/assistant/user/... at row 19, column 27", 500),
        oa(f"{JINJA}Conversation roles must alternate user/assistant/user/assistant/...", 500),
        oa(
            f"{JINJA}After the optional system message, conversation roles must alternate user and"
            " assistant roles except for tool calls and results.",
            500,
        ),
        oa(
            "The first message (except the system message) of deepseek-reasoner must be a user"
            " message, but an assistant message detected."
        ),
        oa(
            "deepseek-reasoner does not support successive user or assistant messages (messages[1]"
            " and messages[2] in your input). You should interleave the user/assistant messages."
        ),
        oa(
            "After the (optional) system message(s), user and assistant roles should be"
            " alternating."
        ),
        as_json({"object": "error", "message": "Unexpected role 'system' after role 'user'"}, 400),
    ],
)
async def test_a_model_that_wants_both_sides_in_turn_gets_them_so(reply: Reply) -> None:
    http, requests = offline_http(reply, ANSWER)
    model = OpenAIChatModel(endpoint("llamacpp"), http)
    for most in (2, 1):  # the second time it is known
        requests.clear()
        events = await collect(model, GenerationRequest(GREETED))
        assert text_of(events) == "Hi"
        assert len(requests) == most
        ordered = shape(requests[-1].json["messages"])
        assert ordered == [("system", "Be brief.|Stay in character."), *IN_TURN]
        assert any("in turn" in note for note in notes_of(events)) == (most == 2)


@pytest.mark.parametrize(
    "reply",
    [
        oa(f"{JINJA}System role not supported", 500),
        oa("System role not supported"),
        oa("Only user and assistant roles are supported!"),
        oa("This model does not support the system role"),
    ],
)
async def test_a_model_without_a_place_for_the_system_text_gets_it_as_a_message(
    reply: Reply,
) -> None:
    http, requests = offline_http(reply, ANSWER)
    await collect(OpenAIChatModel(endpoint("vllm"), http), GenerationRequest(GREETED))
    assert shape(requests[1].json["messages"]) == [
        ("user", "Be brief.|Stay in character."),
        *IN_TURN[1:],
    ]


@pytest.mark.parametrize(
    "words",
    [
        "Assistant response prefill is incompatible with enable_thinking.",
        "This model does not support assistant message prefill. The conversation must end with a"
        " user message.",
    ],
)
async def test_a_model_that_does_not_continue_its_own_words_is_asked_to(words: str) -> None:
    http, requests = offline_http(oa(words), ANSWER)
    turns = (Turn("user", "Tell"), Turn("assistant", "Once"))
    model = OpenAIChatModel(endpoint("openrouter"), http)
    await collect(model, GenerationRequest(turns))
    told = [("user", "Tell"), ("assistant", "Once"), ("user", GO_ON)]
    assert shape(requests[1].json["messages"]) == told
    await collect(model, GenerationRequest(turns[:1]))
    assert shape(requests[2].json["messages"]) == told[:1]


async def test_mistral_continues_what_is_marked_as_a_prefix() -> None:
    words = "Expected last role User or Tool (or Assistant with prefix True) for serving"
    http, requests = offline_http(
        as_json({"object": "error", "message": words, "param": None}, 400), ANSWER
    )
    turns = (Turn("user", "Tell"), Turn("assistant", "Once"))
    await collect(OpenAIChatModel(endpoint("mistral"), http), GenerationRequest(turns))
    assert requests[1].json["messages"] == [
        {"role": "user", "content": "Tell"},
        {"role": "assistant", "content": "Once", "prefix": True},
    ]


@pytest.mark.parametrize(
    "words",
    [
        "Conversation roles must alternate",
        "System role not supported",
        "Expected last role User or Tool (or Assistant with prefix True)",
        "prefill, and System role not supported, and roles must alternate, with prefix True",
    ],
)
async def test_a_server_that_goes_on_refusing_is_told_soon(words: str) -> None:
    http, requests = offline_http(oa(words))
    turns = (*GREETED, Turn("assistant", "And"))
    with pytest.raises(BadRequest):
        await collect(OpenAIChatModel(endpoint("custom"), http), GenerationRequest(turns))
    assert 2 <= len(requests) <= 5


async def test_what_is_in_order_or_not_about_it_is_not_sent_again() -> None:
    turns = (Turn("system", "Be brief."), Turn("user", "One"))
    for words in ("Conversation roles must alternate", "an alternative model is needed"):
        http, requests = offline_http(oa(words))
        with pytest.raises(BadRequest):
            await collect(OpenAIChatModel(endpoint("custom"), http), GenerationRequest(turns))
        assert len(requests) == 1


async def test_messages_of_ones_own_are_put_in_order_too() -> None:
    http, requests = offline_http(oa("roles must alternate"), ANSWER)
    own: list[Any] = [{"role": "user", "content": "a"}, None, {"role": "user", "content": None}]
    where = replace(endpoint("custom"), add_body={"messages": own})
    await collect(OpenAIChatModel(where, http))
    assert requests[1].json["messages"] == [
        {"role": "user", "content": [{"type": "text", "text": "a"}]}
    ]


ROLES = st.sampled_from(["system", "user", "assistant"])
CONTENTS = st.text("ab", max_size=3) | st.just([{"type": "text", "text": "x"}])
CHATS = st.lists(st.fixed_dictionaries({"role": ROLES, "content": CONTENTS}), max_size=8)


@given(CHATS, st.sampled_from(["roles must alternate", "System role not supported"]))
def test_the_order_is_strict_nothing_is_lost_and_once_is_enough(
    messages: list[dict[str, Any]], words: str
) -> None:
    ordered, _ = adapted(messages, words)
    if not any(each["role"] == "system" for each in messages) and "System" in words:
        assert ordered == messages
        return
    roles = [each["role"] for each in ordered]
    chat = roles[roles.count("system") :]
    assert roles.count("system") <= ("alternate" in words)
    assert chat == [("user", "assistant")[n % 2] for n in range(len(chat))]
    assert chat
    said = "".join("".join(words for _, words in shape([each])) for each in messages)
    assert sorted(said.replace("|", "")) == sorted(
        "".join(w for _, w in shape(list(map(dict, ordered)))).replace(OPENING, "").replace("|", "")
    )
    assert adapted(ordered, words)[1] == ""
