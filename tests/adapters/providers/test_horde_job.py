from __future__ import annotations

import asyncio
import time
from contextlib import aclosing, suppress
from typing import Any

import httpx
import pytest

from tests.adapters.providers.horde_tries import DONE, PAGE, STATUS, Tried, at
from tests.adapters.providers.support import (
    HELLO,
    KEY,
    Naps,
    collect,
    end_of,
    notes_of,
    offline_http,
    text_of,
)
from tests.fakes.horde import GONE, JOB, FakeHorde, methods, refused, text_status
from tests.fakes.servers import FakeServer, Recorded, Reply, as_json
from tui.adapters.http import Http
from tui.adapters.providers.horde import HordeChatModel
from tui.adapters.providers.horde_job import MOST_FAILURES, POLL_SECONDS
from tui.domain.errors import (
    AuthError,
    BadRequest,
    Filtered,
    NetworkError,
    Overloaded,
    ProtocolError,
    ProviderError,
    QuotaError,
    RateLimited,
)
from tui.domain.generation import (
    Progress,
)

# -- when nobody can do it


async def test_where_no_machine_can_do_it_the_wait_has_an_end() -> None:
    tried = Tried(text_status(is_possible=False))
    error = await tried.fails(Overloaded, "no machine of AI Horde can do this")
    assert "chat.context_tokens" in error.hint
    assert 60 < sum(tried.naps.seconds) < 70
    assert tried.horde.deleted == [STATUS]


async def test_a_machine_that_came_meanwhile_is_waited_for() -> None:
    no, yes = text_status(is_possible=False), text_status()
    tried = Tried(*[no] * 20, yes, *[no] * 20, text_status(processing=1, is_possible=False), DONE)
    assert text_of(await tried.run()) == "Hi."


@pytest.mark.parametrize(
    "gone", [GONE, refused(410, "RequestExpired", "Prompt Request Expired"), as_json({}, 410)]
)
async def test_a_request_that_expired_is_told(gone: Reply) -> None:
    tried = Tried(text_status(), gone)
    error = await tried.fails(Overloaded, "no longer has the request")
    assert "try again" in error.hint
    assert tried.horde.deleted == []


# -- calling off


async def until_deleted(server: FakeServer) -> Recorded:
    async with asyncio.timeout(2):
        while server.requests[-1].method != "DELETE":
            await asyncio.sleep(0.002)
    return server.requests[-1]


async def test_closing_in_mid_wait_calls_the_work_off_at_once() -> None:
    http = Http()
    async with FakeServer(answer=FakeHorde(text_status())) as server:
        model = HordeChatModel(at(server.url), http)
        async with aclosing(model.generate(HELLO)) as events:
            assert await anext(events) == Progress("handed in at AI Horde")
            started = time.monotonic()
        assert time.monotonic() - started < 0.1
        sent = await until_deleted(server)
        await http.aclose()
    assert (sent.path, sent.headers["apikey"], sent.body) == (STATUS, KEY, b"")
    assert methods(server.requests) == ["POST", "DELETE"]


@pytest.mark.parametrize("sleeping", [True, False])
async def test_a_cancelled_task_calls_off_and_closing_the_client_waits_for_it(
    sleeping: bool,
) -> None:
    asked = asyncio.Event()
    horde = FakeHorde(text_status())

    def answer(request: Recorded) -> Reply:
        if request.method == "GET":
            asked.set()
            return Reply(hold=True)
        return horde(request)

    async def sleep(_: float) -> None:
        if sleeping:
            asked.set()
            await asyncio.Event().wait()

    http = Http()
    async with FakeServer(answer=answer) as server:
        model = HordeChatModel(at(server.url), http, sleep)
        task = asyncio.create_task(collect(model))
        async with asyncio.timeout(2):
            await asked.wait()
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await http.aclose()
    assert task.cancelled()
    assert horde.deleted == [STATUS]


async def test_what_was_never_taken_in_is_not_called_off() -> None:
    tried = Tried(DONE, submit=as_json({"message": "x"}, 400))
    await tried.fails(BadRequest, "did not accept")
    assert methods(tried.requests) == ["POST"]


# -- failures


@pytest.mark.parametrize(
    "trouble",
    [
        httpx.ConnectError("no"),
        httpx.ReadTimeout("slow"),
        httpx.RemoteProtocolError("torn"),
        as_json({"message": "x"}, 503),
        as_json({"message": "x"}, 500),
        as_json({"message": "60 per 1 minute"}, 429),
        PAGE,
        Reply([b"{"]),
        Reply([]),
    ],
)
async def test_a_question_that_fails_is_asked_again(trouble: object) -> None:
    tried = Tried(*[trouble] * MOST_FAILURES, text_status(), *[trouble] * MOST_FAILURES, DONE)
    events = await tried.run()
    assert text_of(events) == "Hi."
    assert "AI Horde does not answer: asking again" in notes_of(events)
    assert tried.naps.seconds[0] == tried.naps.seconds[6] == POLL_SECONDS
    assert tried.naps.seconds[1:6] == sorted(tried.naps.seconds[1:6])


async def test_questions_wait_as_long_as_the_server_says() -> None:
    def busy(seconds: str) -> Reply:
        return as_json({}, 429, retry_after=seconds)

    tried = Tried(busy("7"), busy("0.1"), busy("5000"), DONE)
    await tried.run()
    assert tried.naps.seconds == [POLL_SECONDS, 7.0, POLL_SECONDS, 60.0]


@pytest.mark.parametrize(
    ("trouble", "kind"),
    [
        (httpx.ConnectError("no"), NetworkError),
        (as_json({"message": "x"}, 503), Overloaded),
        (as_json({}, 429), RateLimited),
        (PAGE, ProtocolError),
    ],
)
async def test_a_server_that_stays_away_is_given_up(
    trouble: object, kind: type[ProviderError]
) -> None:
    tried = Tried(text_status(), trouble)
    await tried.fails(kind)
    assert methods(tried.requests) == ["POST", "GET", *["GET"] * (MOST_FAILURES + 1), "DELETE"]


async def test_a_key_that_is_withdrawn_in_mid_wait_ends_it() -> None:
    tried = Tried(text_status(), refused(401, "InvalidAPIKey", "No user matching sent API Key."))
    await tried.fails(AuthError, "does not accept the key")
    assert methods(tried.requests) == ["POST", "GET", "GET", "DELETE"]


@pytest.mark.parametrize(
    ("status", "rc", "message", "kind"),
    [
        (401, "InvalidAPIKey", "No user matching sent API Key.", AuthError),
        (403, "AnonForbidden", "Anonymous user is forbidden", AuthError),
        (403, "KudosUpfront", "Due to heavy demand … already have the kudos.", QuotaError),
        (403, "TimeoutIP", "your IP address has been put into timeout", RateLimited),
        (429, "TooManyPrompts", "Parallel requests (3) exceeded user limit (2).", RateLimited),
        (400, "CorruptPrompt", "This prompt appears to violate our terms.", Filtered),
        (400, "MaintenanceMode", "has entered maintenance mode.", Overloaded),
        (400, "NoValidWorkers", "No active worker found", Overloaded),
        (400, "TooManyStopSequences", "Too many stop sequences specified", BadRequest),
    ],
)
async def test_a_refusal_has_its_right_name(
    status: int, rc: str, message: str, kind: type[ProviderError]
) -> None:
    tried = Tried(DONE, submit=refused(status, rc, message))
    error = await tried.fails(kind)
    assert error.provider == "AI Horde"
    assert set(methods(tried.requests)) == {"POST"}


async def test_without_a_key_a_refusal_asks_for_one() -> None:
    tried = Tried(DONE, submit=refused(401, "InvalidAPIKey", "No user."), key="")
    await tried.fails(AuthError, "wants a key")


async def test_a_full_queue_of_ones_own_is_waited_for() -> None:
    busy = refused(429, "TooManyPrompts", "Parallel requests exceeded", retry_after="3")
    http, requests = offline_http(busy, as_json({"id": JOB}, 202), as_json(DONE))
    events = await collect(HordeChatModel(at(), http, Naps()))
    assert text_of(events) == "Hi."
    assert methods(requests) == ["POST", "POST", "GET"]
    assert any("rate limit" in note for note in notes_of(events))


# -- hostile servers


@pytest.mark.parametrize(
    "submit",
    [
        PAGE,
        Reply([]),
        Reply([b"null"]),
        *map(as_json, ({}, [], [[]], "id", 7, {"id": None}, {"id": 7}, {"id": ""})),
        *(as_json({"id": name}) for name in ("../../x", "a/b", "a b", "a\nb", "é", "x" * 101)),
        as_json({"kudos": 12, "message": "dry run"}),
        as_json({"id": [JOB]}, 202),
    ],
)
async def test_without_a_proper_id_nothing_is_asked_after(submit: Reply) -> None:
    tried = Tried(DONE, submit=submit)
    await tried.fails(ProtocolError, "127.0.0.1:1")
    assert methods(tried.requests) == ["POST"]


@pytest.mark.parametrize(
    "status",
    [[], "done", None, 7, {}, {"done": "yes"}, {"done": 1}, {"done": None, "generations": [{}]}],
)
async def test_what_is_no_status_is_not_taken_for_one(status: object) -> None:
    tried = Tried(status)
    await tried.fails(ProtocolError, "127.0.0.1:1")
    assert tried.horde.deleted == [STATUS]


@pytest.mark.parametrize("junk", [None, True, -1, 1e300, "x", "\x1b[2J", [], {}, [[7]], {"a": []}])
async def test_wrong_types_do_no_harm(junk: object) -> None:
    names = ("wait_time", "queue_position", "is_possible", "kudos", "processing", "generations")
    odd: dict[str, Any] = dict.fromkeys(names, junk)
    waiting = text_status(**odd, faulted=junk if junk is not True else 0)
    said = dict.fromkeys(("text", "model", "state", "worker_name", "gen_metadata"), junk)
    tried = Tried(waiting, text_status("", generations=[junk, said]))
    events = await tried.run()
    assert end_of(events).reason == "stop"
    assert "\x1b" not in repr(events)
    tried = Tried(text_status("", generations=junk))
    with suppress(Overloaded):
        await tried.run()
