from __future__ import annotations

from tests.ui.app.stage import connected, opened
from tui.domain.chat import Message


async def test_a_toast_is_read_whole_on_a_small_screen() -> None:
    async with opened(size=(40, 12)) as stage:
        await stage.enter("/cpation my secret.png")
        await stage.until(lambda: bool(stage.notices))
        await stage.quiet()

        words = " ".join(" ".join(row.strip("▌ ") for row in stage.rows).split())
        assert stage.notices[-1] in words


async def test_a_chat_that_ended_in_failures_opens_at_its_end() -> None:
    house = await connected()
    session = await house.services.library.resume()
    why = "nobody answers at http://127.0.0.1:9/v1 · start the server, or choose another (/connect)"
    for number in range(6):
        sent = Message(f"m{number}", "user", "You", f"hello {number}", 1.0)
        sent.status, sent.error = "failed", why
        await session.append(sent)

    async with opened(house, size=(80, 24)) as stage:
        assert stage.app.chat.transcript.follow
        assert "hello 5" in stage.screen

        stage.app.chat.transcript.add_note("a note of ours")
        await stage.quiet()

        assert "a note of ours" in stage.screen
