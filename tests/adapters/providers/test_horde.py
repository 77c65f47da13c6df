from __future__ import annotations

from contextlib import aclosing
from dataclasses import replace
from typing import Any

import pytest

from tests.adapters.providers.horde_tries import DONE, PAGE, STATUS, Tried, at
from tests.adapters.providers.support import (
    CHAT,
    HELLO,
    KEY,
    PICTURE,
    end_of,
    notes_of,
    offline_http,
    text_of,
    thought_of,
)
from tests.fakes.horde import JOB, methods, text_status
from tests.fakes.servers import Reply, as_json
from tui.adapters.providers import horde_prompt, listing
from tui.adapters.providers.horde import build
from tui.adapters.providers.horde_job import POLL_SECONDS
from tui.adapters.providers.turns import OPENING
from tui.domain.connection import Model
from tui.domain.errors import (
    Filtered,
    ImageRejected,
    Overloaded,
    ProtocolError,
)
from tui.domain.generation import (
    Finished,
    GenerationRequest,
    Progress,
    Sampling,
    Started,
    TextDelta,
    Turn,
)

STOPS = ["\n### Instruction:", "\n### Response:"]
TEXTS = GenerationRequest(tuple(replace(turn, images=()) for turn in CHAT.turns), CHAT.sampling)


# -- what is sent


async def test_a_chat_becomes_one_text_in_instruct_form() -> None:
    tried = Tried(DONE)
    await tried.run(TEXTS)
    submitted, asked = tried.requests
    assert (submitted.method, submitted.path) == ("POST", "/api/v2/generate/text/async")
    assert submitted.json == {
        "prompt": (
            "Be brief.\n\n### Instruction:\nLook\n\n### Response:\nA cat."
            "\n\n### Instruction:\nSure?\n\n### Response:\n"
        ),
        "params": {
            "n": 1,
            "max_length": 50,
            "max_context_length": 2048,
            "temperature": 0.7,
            "top_p": 0.9,
            "stop_sequence": [*STOPS, "You:"],
        },
        "models": ["m"],
        "trusted_workers": False,
        "slow_workers": True,
    }
    assert (asked.method, asked.path, asked.body) == ("GET", STATUS, b"")


async def test_every_request_says_who_asks() -> None:
    for key, shown in ((KEY, KEY), ("", "0000000000")):
        tried = Tried(text_status(), key=key)
        async with aclosing(tried.model.generate(HELLO)) as events:
            async for event in events:
                if "waiting" in getattr(event, "label", ""):
                    break
        await tried.http.aclose()
        assert methods(tried.requests) == ["POST", "GET", "DELETE"]
        assert {request.headers["apikey"] for request in tried.requests} == {shown}
        agents = {request.headers["client-agent"] for request in tried.requests}
        assert len(agents) == 1
        assert next(iter(agents)).startswith("salon:")
        assert not any("authorization" in request.headers for request in tried.requests)


def test_without_a_model_any_will_do() -> None:
    assert build(at(model=""), HELLO)["models"] == []


@pytest.mark.parametrize(
    ("turns", "prompt"),
    [
        ([("user", " Hello ")], "### Instruction:\nHello\n\n### Response:\n"),
        (
            [("system", "A."), ("system", "B."), ("user", "C")],
            "A.\n\nB.\n\n### Instruction:\nC\n\n### Response:\n",
        ),
        (
            [("assistant", "Welcome."), ("user", "Hello")],
            f"### Instruction:\n{OPENING}\n\n### Response:\nWelcome."
            "\n\n### Instruction:\nHello\n\n### Response:\n",
        ),
        (
            [("user", "A"), ("user", "B"), ("system", "C")],
            "### Instruction:\nA\n\nB\n\nC\n\n### Response:\n",
        ),
        (
            [("user", "Hello"), ("assistant", "Once upon "), ("user", " ")],
            "### Instruction:\nHello\n\n### Response:\nOnce upon",
        ),
        ([], f"### Instruction:\n{OPENING}\n\n### Response:\n"),
    ],
)
def test_every_shape_of_chat_ends_where_the_reply_goes_on(
    turns: list[tuple[Any, str]], prompt: str
) -> None:
    request = GenerationRequest(tuple(Turn(role, text) for role, text in turns))
    assert build(at(), request)["prompt"] == prompt


@pytest.mark.parametrize(
    ("asked", "own", "length"),
    [
        (None, None, 256),
        (50, None, 50),
        (1, None, 16),
        (4000, None, 512),
        (None, 900, 900),
        (50, 900, 900),
        (900, 40, 40),
    ],
)
def test_only_the_connection_asks_for_long_answers(
    asked: int | None, own: int | None, length: int
) -> None:
    place = at(sampling=Sampling(max_tokens=own))
    params: Any = build(place, replace(HELLO, sampling=Sampling(max_tokens=asked)))["params"]
    assert params["max_length"] == length


@pytest.mark.parametrize(
    ("characters", "size"), [(10, 2048), (4 * 1900, 4096), (4 * 9000, 16384), (4 * 99000, 32000)]
)
def test_as_much_context_is_asked_for_as_the_chat_needs(characters: int, size: int) -> None:
    params: Any = build(at(), GenerationRequest((Turn("user", "x" * characters),)))["params"]
    assert params["max_context_length"] == size


def test_values_stay_within_what_the_server_takes() -> None:
    wild = Sampling(
        temperature=9, top_p=0, top_k=500, min_p=0.1, repetition_penalty=0.5, seed=4, stop=("X",)
    )
    params: Any = build(at(sampling=wild), HELLO)["params"]
    assert params["temperature"] == 5.0
    assert (params["top_p"], params["top_k"], params["min_p"]) == (0.001, 100, 0.1)
    assert params["rep_pen"] == 1.0
    assert params["stop_sequence"] == [*STOPS, "X"]
    assert "seed" not in params


async def test_the_person_has_the_last_word_on_the_body() -> None:
    place: dict[str, Any] = {
        "add_body": {"workers": ["w"], "params": {"tfs": 0.9}},
        "drop_body": ("models",),
    }
    tried = Tried(DONE, **place)
    await tried.run()
    body = tried.requests[0].json
    assert (body["workers"], body["params"]["tfs"], body["params"]["n"]) == (["w"], 0.9, 1)
    assert "models" not in body
    tried = Tried(text_status("Hi.\n### Response:"), add_body={"params": 7})
    assert text_of(await tried.run()) == "Hi.\n### Response:"


async def test_pictures_are_not_sent_and_it_is_said_why() -> None:
    tried = Tried(DONE)
    with pytest.raises(ImageRejected, match="do not see pictures") as caught:
        await tried.run(GenerationRequest((Turn("user", "Look", (PICTURE,)),)))
    assert "captioning.send: caption" in caught.value.hint
    assert tried.requests == []


# -- what comes back


async def test_the_answer_comes_in_one_piece_with_its_model() -> None:
    tried = Tried(text_status(), DONE)
    assert await tried.run() == [
        Progress("handed in at AI Horde"),
        Progress("AI Horde: waiting for a machine"),
        Started(JOB, "koboldcpp/Stheno-8B"),
        TextDelta("Hi."),
        Finished("stop", "ok"),
    ]
    assert tried.naps.seconds == [POLL_SECONDS] * 2
    assert tried.horde.deleted == []


async def test_the_queue_is_told_and_nothing_twice() -> None:
    queue = text_status(queue_position=3, wait_time=40)
    tried = Tried(
        queue,
        queue,
        text_status(queue_position=2, wait_time=200),
        text_status(queue_position=1, wait_time=10**9),
        text_status(is_possible=False),
        text_status(processing=1, waiting=0, wait_time=12),
        DONE,
    )
    assert notes_of(await tried.run())[1:] == [
        "AI Horde: number 3 in the queue, about 40 s",
        "AI Horde: number 2 in the queue, about 3 min",
        "AI Horde: number 1 in the queue, about some hours",
        "AI Horde: no machine there that can do it",
        "AI Horde: a machine is at work, about 12 s",
    ]


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("\n Hello there. \n", "Hello there."),
        ("Hello.\n### Instruction:\nAnd you?", "Hello."),
        ("Hello.\n\n### Response:\nMore.", "Hello."),
        ("### Instruction:\nI am you now", ""),
        ("Write ### Instruction: first", "Write ### Instruction: first"),
        ("Hello. You: and I?", "Hello."),
        ("a\x1b[2J\u2028\x00b", "a\ufffd[2J\ufffd\ufffdb"),
    ],
)
async def test_the_reply_ends_where_the_model_speaks_for_the_other_side(
    written: str, text: str
) -> None:
    events = await Tried(text_status(written)).run(TEXTS)
    assert text_of(events) == text


async def test_a_last_reply_goes_on_with_its_white_space() -> None:
    request = GenerationRequest((Turn("user", "Hi"), Turn("assistant", "Once")))
    assert text_of(await Tried(text_status(" upon a time. ")).run(request)) == " upon a time."


async def test_thinking_is_told_from_the_reply() -> None:
    events = await Tried(text_status("<think>Hm.</think>\n\nHello.")).run()
    assert (thought_of(events), text_of(events)) == ("Hm.", "Hello.")


async def test_an_empty_answer_is_an_answer() -> None:
    events = await Tried(text_status("")).run()
    assert (text_of(events), end_of(events).reason) == ("", "stop")


@pytest.mark.parametrize(
    "status",
    [
        text_status("x", state="censored"),
        text_status("x", state="csam"),
        text_status(
            "x", generations=[{"text": "x", "gen_metadata": [{"type": "censorship", "value": "?"}]}]
        ),
    ],
)
async def test_a_withheld_answer_is_told(status: object) -> None:
    tried = Tried(status)
    await tried.fails(Filtered, "safety filter of AI Horde")
    assert text_of(tried.events) == ""
    assert tried.horde.deleted == []


async def test_work_that_failed_there_is_over() -> None:
    tried = Tried(text_status(faulted=True, done=True))
    error = await tried.fails(Overloaded, "machines of AI Horde that tried this failed")
    assert "another model" in error.hint
    assert tried.horde.deleted == []
    await Tried(text_status(done=True)).fails(Overloaded, "without an answer")


# -- the list of models


def listed(*entries: object) -> Reply:
    return as_json(list(entries))


def entry(name: object, count: object = 1, **more: object) -> dict[str, object]:
    return {"name": name, "count": count, "type": "text", "eta": 0, **more}


async def test_the_models_that_most_machines_run_come_first() -> None:
    http, requests = offline_http(
        listed(
            entry("b/small", 1, queued=5.0, jobs=1.0, performance=20.1),
            entry("a/Large", 4, eta=90),
            entry("a/small"),
            entry("llava-13b", 2, eta=None),
            entry("sdxl", 9, type="image"),
        )
    )
    assert await listing.models(at(), http) == [
        Model("a/Large", "no", label="a/Large (4 machines, about 90 s)"),
        Model("llava-13b", "no", label="llava-13b (2 machines)"),
        Model("a/small", "no", label="a/small (1 machine)"),
        Model("b/small", "no", label="b/small (1 machine)"),
    ]
    assert requests[0].path == "/api/v2/status/models?type=text"
    assert requests[0].headers["client-agent"].startswith("salon:")


async def test_hostile_lists_do_no_harm() -> None:
    junk: tuple[object, ...] = (
        None,
        7,
        "x",
        [],
        {},
        {"name": 7},
        {"name": ""},
        entry("a", "many", eta=[]),
    )
    http, _ = offline_http(listed(*junk, entry("a\x1b[2J", -3), entry("a", 5)))
    models = await listing.models(at(), http)
    assert [model.id for model in models] == ["a", "a\ufffd[2J"]
    assert models[0].label == "a (0 machines)"
    http, _ = offline_http(listed())
    assert await listing.models(at(), http) == []


@pytest.mark.parametrize("reply", [PAGE, as_json({"models": []}), as_json("x"), Reply([])])
async def test_what_is_no_list_is_told(reply: Reply) -> None:
    http, _ = offline_http(reply)
    with pytest.raises(ProtocolError):
        await listing.models(at(), http)


async def test_a_model_does_not_speak_for_the_person() -> None:
    body: Any = build(at(), replace(HELLO, others=("You", "")))
    stops = body["params"]["stop_sequence"]

    assert stops == [*STOPS, "\nYou:"]
    assert horde_prompt.reply(" Hi!\nYou: and more", stops, continued=False) == "Hi!"
