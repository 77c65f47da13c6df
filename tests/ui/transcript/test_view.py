from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from textual.geometry import Region
from textual.pilot import Pilot
from textual.strip import Strip

from tests.ui.transcript.chat_source import (
    Messages,
    TranscriptApp,
    attachment,
    message,
    numbered,
    picture,
)
from tui.domain.chat import Message
from tui.ui.transcript import Transcript
from tui.ui.transcript.layout import Look
from tui.ui.transcript.lines import Line
from tui.ui.transcript.stream import MarkdownStream


@asynccontextmanager
async def running(
    source: Messages, size: tuple[int, int] = (60, 20)
) -> AsyncIterator[tuple[TranscriptApp, Transcript, Pilot[None]]]:
    app = TranscriptApp(source)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield app, app.transcript, pilot


async def stream(pilot: Pilot[None], view: Transcript, reply: Message, text: str) -> None:
    reply.text += text
    reply.touch()
    view.stream_changed()
    await settle(pilot, view)


async def settle(pilot: Pilot[None], view: Transcript) -> None:
    """Wait until the frame that was asked for is drawn."""
    while view.frame_due:
        await pilot.pause(0.01)
    await pilot.pause()


async def test_a_chat_opens_at_its_end() -> None:
    async with running(numbered(50)) as (app, _, _):
        assert "text of 49" in app.rows()[-2]


async def test_opening_ten_thousand_messages_lays_out_one_screenful() -> None:
    source = numbered(10_000)
    async with running(source) as (app, _, _):
        assert "text of 9999" in app.rows()[-2]
        assert len(source.loaded) < 20


async def test_no_frame_is_laid_out_for_another_width_than_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drawn: list[tuple[int, int]] = []
    render_lines = Transcript.render_lines

    def rendering(view: Transcript, crop: Region) -> list[Strip]:
        drawn.append((view.size.width, view.document.look.room))
        return render_lines(view, crop)

    monkeypatch.setattr(Transcript, "render_lines", rendering)
    source = Messages([message(number, f"begin{number} " + "word " * 40) for number in range(100)])
    async with running(source, (100, 20)) as (app, view, pilot):
        assert "word" in app.rows()[-2]
        view.scroll_to_message(50)
        await pilot.pause()
        for width in (60, 61, 110):
            await pilot.resize_terminal(width, 24)
            assert app.rows()[0].startswith("  #50 ")

    looks = {width: Look(width).room for width in (60, 61, 100, 110)}
    assert {width for width, _ in drawn} == set(looks)
    assert all(room == looks[width] for width, room in drawn)


async def test_far_jumps_arrive_exactly() -> None:
    source = numbered(10_000)
    for number in range(0, 10_000, 3):
        source.messages[number].text += "\n\n- more\n- and more" * (number % 5)
    async with running(source) as (app, view, pilot):
        for target in (5000, 17, 9000, 0):
            view.scroll_to_message(target)
            await pilot.pause()
            assert app.rows()[0].startswith(f"  #{target} ")
            assert len(source.loaded) < 300


async def test_scrolling_up_through_guessed_heights_never_jumps() -> None:
    source = numbered(300)
    for number in range(0, 300, 2):
        source.messages[number].text = "- a\n\n- b\n\n" * (number % 4) + f"text of {number}"
    async with running(source) as (app, view, _):
        before = app.rows()
        for _ in range(200):
            view.action_scroll_up()
            now = app.rows()
            assert now[1:] == before[:-1]
            before = now


async def test_the_view_follows_a_reply_only_while_the_end_is_in_view() -> None:
    source = numbered(30)
    async with running(source) as (app, view, pilot):
        reply = source.add("", status="streaming")
        view.sync()
        view.begin_reply(30)
        await stream(pilot, view, reply, "one\n\n" * 30 + "seen")
        assert "seen" in app.rows()[-2]

        await pilot.press("pageup")
        before = app.rows()
        await stream(pilot, view, reply, "\n\nmore" * 5)
        assert app.rows()[:-1] == before[:-1] or app.rows() == before
        assert app.unseen[-1] == 10

        view.action_scroll_end()
        await pilot.pause()
        assert "more" in app.rows()[-2]
        assert app.unseen[-1] == 0


async def test_the_scroll_mark_moves_as_the_chat_grows_below() -> None:
    source = numbered(30)
    async with running(source) as (_, view, pilot):
        reply = source.add("", status="streaming")
        view.sync()
        view.begin_reply(30)
        await pilot.pause()
        view.scroll_to_message(20)
        await pilot.pause()
        painted = screen_marks(pilot)
        await stream(pilot, view, reply, "one\n\n" * 100)

        assert screen_marks(pilot) != painted
        assert screen_marks(pilot) == [
            row
            for row, strip in enumerate(view.render_lines(view.size.region))
            if strip.text.endswith("▐")
        ]


def screen_marks(pilot: Pilot[None]) -> list[int]:
    """Rows of the screen that show the scroll mark."""
    rows = pilot.app.screen._compositor.render_strips()
    return [row for row, strip in enumerate(rows) if strip.text.endswith("▐")]


async def test_a_finished_reply_shows_its_mark_and_reason() -> None:
    source = numbered(2)
    async with running(source) as (app, view, pilot):
        reply = source.add("", status="streaming")
        view.begin_reply(2)
        await stream(pilot, view, reply, "half a")
        reply.status, reply.error = "partial", "the server closed the connection"
        reply.touch()
        view.end_reply()
        await pilot.pause()

        assert any("Ada · cut off" in row for row in app.rows())
        assert any("cut off: the server closed" in row for row in app.rows())


async def test_a_message_without_answer_says_how_to_ask_again() -> None:
    source = numbered(1)
    source.message(0).status, source.message(0).error = "failed", "no answer"
    async with running(source) as (app, _view, _pilot):
        assert any("not answered: no answer · /retry asks again" in row for row in app.rows())


async def test_a_reply_cut_at_the_limit_says_how_to_go_on() -> None:
    source = numbered(2)
    source.message(1).error = "cut at the token limit; /continue goes on"
    async with running(source) as (app, _view, _pilot):
        assert any("cut at the token limit" in row for row in app.rows())


async def test_streaming_shows_what_one_shot_shows() -> None:
    text = "# T\n\n- a\n- b\n\n```python\nx = 1\n```\n\n| a | b |\n|-|-|\n| 1 | 2 |\n\nend"
    source = Messages()
    async with running(source, (60, 30)) as (app, view, pilot):
        reply = source.add("", status="streaming")
        view.begin_reply(0)
        for at in range(0, len(text), 5):
            await stream(pilot, view, reply, text[at : at + 5])
        reply.status = "complete"
        reply.touch()
        view.end_reply()
        await pilot.pause()
        streamed = app.rows()

        view.show(Messages([message(0, text)]))
        await pilot.pause()
        assert app.rows() == streamed


async def test_edits_and_removals_are_followed() -> None:
    source = numbered(5)
    async with running(source) as (app, view, _):
        source.messages[1].text = "edited"
        source.messages[1].touch()
        source.remove(0)
        view.sync()

        rows = "\n".join(app.rows())
        assert "#0 Ada\n  edited" in rows
        assert "text of 0" not in rows


async def test_the_reading_place_stays_when_messages_come_and_go() -> None:
    source = numbered(100)
    async with running(source) as (app, view, pilot):
        view.scroll_to_message(50)
        await pilot.pause()
        source.remove(3)
        source.add("new\n" * 10, id="new")
        view.sync()
        await pilot.pause()

        assert app.rows()[1].strip() == "text of 50"
        assert app.unseen[-1] == 12


async def test_the_reading_place_stays_when_the_width_changes() -> None:
    source = numbered(400)
    for each in source.messages[1:]:
        each.text = f"start {each.text} " + "word " * 60
    source.messages[200].text = "word " * 80 + "marker " + "word " * 80
    source.messages[200].touch()
    async with running(source, (60, 20)) as (app, view, pilot):
        view.scroll_to_message(200)
        view.scroll_to(y=view.scroll_y + app.row_of("marker"), animate=False)
        await pilot.resize_terminal(100, 20)
        await pilot.pause()
        assert app.row_of("marker") <= 1
        await pilot.resize_terminal(40, 20)
        await pilot.pause()
        assert app.row_of("marker") <= 2
        assert view.size == view.content_region.size


async def test_alt_up_and_down_move_the_focus() -> None:
    async with running(numbered(5)) as (app, view, pilot):
        view.focus()
        await pilot.press("alt+up", "alt+up")
        assert view.focused_index == 3
        assert app.rows()[app.row_of("text of 3")].startswith("▎")
        await pilot.press("alt+down", "alt+down")
        assert view.focused_index is None
        assert app.focused_messages == [4, 3, 4, None]


async def test_the_focus_stays_with_its_message() -> None:
    source = numbered(5)
    async with running(source) as (app, view, pilot):
        view.focus_message(3)
        source.remove(0)
        view.sync()
        assert view.focused_index == 2
        source.remove(2)
        view.sync()
        await pilot.pause()
        assert view.focused_index is None
        assert app.focused_messages[-1] is None


async def test_a_click_on_a_header_focuses() -> None:
    async with running(numbered(5)) as (app, view, pilot):
        await pilot.click(Transcript, offset=(4, app.row_of("#2 ")))
        assert view.focused_index == 2


async def test_a_click_on_a_link_only_tells_its_target() -> None:
    source = Messages([message(0, "see [this](https://a.bc/d) now")])
    async with running(source) as (app, _, pilot):
        row = app.row_of("see this")
        await pilot.click(Transcript, offset=(app.rows()[row].index("this") + 1, row))
        assert app.links == ["https://a.bc/d"]
        await pilot.click(Transcript, offset=(2, row))
        assert len(app.links) == 1


async def test_reasoning_folds_and_unfolds() -> None:
    source = numbered(1)
    source.messages[0].reasoning = "because of this"
    async with running(source) as (app, view, pilot):
        row = app.row_of("▸ thought for 3 words")
        await pilot.click(Transcript, offset=(5, row))
        assert app.row_of("because of this") == app.row_of("▾ thought") + 1
        view.focus_message(0)
        view.action_toggle_reasoning()
        assert not any("because" in shown for shown in app.rows())


async def test_notes_stay_behind_the_message_they_followed() -> None:
    source = numbered(1)
    async with running(source) as (app, view, pilot):
        view.add_note("connect a [b]model[/b] with /connect")
        source.add("later")
        view.sync()
        await pilot.pause()
        assert app.row_of("connect a [b]model[/b]") < app.row_of("later")

        view.show(source)
        assert not any("connect" in row for row in app.rows())


async def test_an_empty_chat_can_have_notes() -> None:
    async with running(Messages()) as (app, view, _):
        view.add_note("no model yet")
        assert app.rows()[0].strip() == "no model yet"


async def test_dragging_selects_what_stood_in_the_source() -> None:
    text = "- first item with many words that must be wrapped in so narrow a view\n- second"
    async with running(Messages([message(0, text)]), (40, 20)) as (app, _, pilot):
        row = app.row_of("first")
        await pilot.mouse_down(Transcript, offset=(4, row))
        await pilot.hover(Transcript, offset=(9, app.row_of("second")))
        await pilot.mouse_up(Transcript, offset=(9, app.row_of("second")))
        await pilot.pause()

        copied = app.screen.get_selected_text()
        assert copied == (
            "first item with many words that must be wrapped in so narrow a view\n• second"
        )


async def test_a_double_click_selects_a_word_and_a_triple_click_the_row() -> None:
    async with running(Messages([message(0, "some words, here")])) as (app, _, pilot):
        row = app.row_of("some words")
        await pilot.click(Transcript, offset=(9, row), times=2)
        assert app.screen.get_selected_text() == "words"
        await pilot.click(Transcript, offset=(9, row), times=3)
        assert app.screen.get_selected_text() == "some words, here"


async def test_selecting_everything_copies_the_source() -> None:
    source = Messages([message(0, "**a**"), message(1, "b")])
    async with running(source) as (app, view, _):
        view.text_select_all()
        assert app.screen.get_selected_text() == "**a**\n\nb"


async def test_pictures_keep_their_place_until_they_are_drawn() -> None:
    source = numbered(2)
    source.messages[0].attachments = (attachment(40, 20),)
    data = picture(40, 20, "#ff0000")

    async def load(digest: str) -> bytes | None:
        return data if digest == "d" else None

    async with running(source, (60, 40)) as (app, view, pilot):
        before = app.row_of("▣ cat.png · 40×20")
        view.set_image_loader(load)
        app.rows()
        await view.pictures_drawn()
        await pilot.pause()

        assert app.row_of("▣ cat.png") == before == 11
        assert set(app.rows()[5].strip()) == {"▄"}
        assert len(app.rows()[5].strip()) == 40


async def test_a_picture_that_is_gone_is_said_so() -> None:
    source = numbered(1)
    source.messages[0].attachments = (attachment(40, 20),)

    async def nothing(digest: str) -> bytes | None:
        del digest
        return None

    async with running(source, (60, 40)) as (app, view, pilot):
        view.set_image_loader(nothing)
        app.rows()
        await view.pictures_drawn()
        await pilot.pause()
        assert any("picture is gone" in row for row in app.rows())


async def test_a_picture_that_is_damaged_is_said_so_and_not_drawn_again_and_again() -> None:
    source = numbered(1)
    source.messages[0].attachments = (attachment(40, 20),)
    damaged = bytearray(picture(8, 8, "#ff0000"))
    damaged[36] = 0  # the length of the pixels: Pillow calls it a SyntaxError

    async def load(digest: str) -> bytes | None:
        del digest
        return bytes(damaged)

    async with running(source, (60, 40)) as (app, view, pilot):
        view.set_image_loader(load)
        app.rows()
        await view.pictures_drawn()
        await pilot.pause()
        assert any("picture is gone" in row for row in app.rows())


async def test_a_picture_shows_its_caption_with_the_focus_and_is_clicked() -> None:
    source = numbered(1)
    source.messages[0].attachments = (attachment(),)
    source.messages[0].templated = True
    async with running(source, (60, 40)) as (app, view, pilot):
        assert not any("a cat" in row or "text of 0" in row for row in app.rows())
        await pilot.click(Transcript, offset=(4, 3))
        assert app.pictures == [(0, "cat.png")]
        view.focus_message(0)
        rows = app.rows()
        assert any("offline description: a cat" in row for row in rows)
        assert any("text of 0" in row for row in rows)


async def test_without_pictures_the_caption_stands_for_them() -> None:
    source = numbered(1)
    source.messages[0].attachments = (attachment(),)
    async with running(source) as (app, view, pilot):
        view.images = "off"
        await pilot.pause()
        assert app.row_of("▣ cat.png") == 1
        assert app.row_of("a cat") == 2


async def test_a_pictures_line_says_who_captioned_it_and_what_the_model_gets() -> None:
    source = numbered(2)
    note = "local model answered; kitchen: no answer in 60 s, attic: the key was refused"
    source.messages[0].attachments = (
        replace(attachment(), source="local model", fate="caption", note=note),
    )
    async with running(source, (60, 40)) as (app, view, pilot):
        (row,) = [row.strip() for row in app.rows() if "▣" in row]
        assert row.startswith("▣ cat.png · 40×20 · model gets: caption · local model")
        assert row.endswith("…")

        view.focus_message(0)
        await pilot.pause()

        words = " ".join(" ".join(app.rows()).replace("▎", " ").split())
        assert "attic: the key was refused" in words
        assert "local model answered; kitchen" in view.screen_reader_text(0)


async def test_nothing_that_controls_a_terminal_comes_out() -> None:
    nasty = "\x1b]52;c;eA==\x07\x1b[2J\u202e\x9b5m\x00&#x1b;`\x1b`"
    source = Messages([message(0, f"{nasty}\n\n```\n{nasty}\n```\n\n| {nasty} |\n|-|\n| x |")])
    source.messages[0].name = nasty
    source.messages[0].error = nasty
    source.messages[0].status = "failed"
    source.messages[0].reasoning = nasty
    source.messages[0].attachments = (attachment(),)
    async with running(source, (60, 50)) as (app, view, _):
        view.add_note(nasty)
        view.focus_message(0)
        view.action_toggle_reasoning()
        for row in app.rows():
            assert row.isprintable() or row.replace("\xa0", "").isprintable()
            assert "\u202e" not in row


async def test_a_theme_switch_recolours_what_was_drawn() -> None:
    async with running(numbered(3)) as (app, view, pilot):
        app.theme = "textual-dark"
        await pilot.pause()
        before = {segment.style for segment in view.render_lines(view.size.region)[0]}
        app.theme = "textual-light"
        await pilot.pause()
        after = {segment.style for segment in view.render_lines(view.size.region)[0]}
        assert before.isdisjoint(after)


async def test_no_color_leaves_greys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with running(numbered(3)) as (_, view, _):
        for segment in view.render_lines(view.size.region)[0]:
            colour = segment.style.color if segment.style else None
            assert colour is None or colour.triplet is None or len(set(colour.triplet)) == 1


async def test_plain_and_spoken_text_leave_the_marks_out() -> None:
    source = Messages([message(0, "**bold** and\n\n- item")])
    source.messages[0].status = "stopped"
    async with running(source) as (_, view, _):
        assert view.plain_text(0) == "bold and\n\n• item"
        assert view.screen_reader_text(0) == "Message 0, Ada, stopped:\nbold and\n\n• item"
        assert view.plain_text(7) == ""


@pytest.mark.parametrize("size", [(80, 24), (40, 12), (10, 4), (3, 2)])
async def test_any_size_can_be_drawn(size: tuple[int, int]) -> None:
    source = numbered(3)
    source.messages[0].attachments = (attachment(400, 300),)
    source.messages[2].text = "# T\n\n| a | b |\n|-|-|\n| 1 | 2 |\n\n- x\n\n```\ncode\n```"
    async with running(source, size) as (_, view, _):
        for row in view.render_lines(view.size.region):
            assert row.cell_length >= 0
        assert view.size == view.content_region.size


@pytest.mark.parametrize("width", [60, 24])
async def test_the_head_line_tells_what_a_message_is(width: int) -> None:
    source = numbered(4)
    told, comment, hidden, reply = source.messages
    told.kind, comment.kind, hidden.hidden = "narrator", "comment", True
    reply.name = "Ada Lovelace " * 5
    reply.show((*reply.versions, *reply.versions), 1)
    reply.status = "stopped"
    async with running(source, (width, 20)) as (app, _, _):
        heads = [row for row in app.rows() if "#" in row]

    assert [row.partition(" · ")[2] for row in heads] == [
        *("narrator", "comment", "hidden", "2/2 · stopped"),
    ]
    assert max(map(len, heads)) <= width


async def test_what_is_not_sent_is_shown_without_colours() -> None:
    source = Messages([message(0, "# Title\n\nand `code`\n\n```py\nx = 1\n```")])
    async with running(source) as (app, view, pilot):
        coloured = [line for line in view.document.entry(1).laid.lines[1:] if line.text]
        source.messages[0].hidden = True
        source.messages[0].touch()
        view.sync()
        await pilot.pause()
        dimmed = [line for line in view.document.entry(1).laid.lines[1:] if line.text]
        rows = app.rows()

    assert [line.text for line in dimmed] == [line.text for line in coloured]
    assert {style.partition(":")[0] for line in dimmed for _, style, _ in line.runs} == {"dim"}
    assert any("x = 1" in row for row in rows)


async def test_spoken_text_tells_what_a_message_is() -> None:
    source = numbered(2)
    source.messages[0].kind = "comment"
    reply = source.messages[1]
    reply.show((*reply.versions, *reply.versions), 1)
    reply.hidden = True
    async with running(source) as (_, view, _):
        first, second = (view.screen_reader_text(at).splitlines()[0] for at in (0, 1))

    assert first == "Message 0, You, comment, not sent to the model:"
    assert second == "Message 1, Ada, version 2 of 2, not sent to the model:"


async def test_a_version_that_streams_in_takes_the_place_of_the_earlier_one() -> None:
    source = numbered(3)
    reply = source.messages[2]
    async with running(source) as (app, view, pilot):
        reply.show((*reply.versions, replace(reply.versions[0], text="New", status="streaming")), 1)
        reply.touch()
        view.sync()
        view.begin_reply(2)
        await stream(pilot, view, reply, " words")
        growing = app.rows()
        reply.status = "complete"
        view.end_reply()
        reply.show(reply.versions, 0)
        reply.touch()
        view.sync()
        await pilot.pause()

        assert [row.strip() for row in growing if "#2" in row or "New" in row] == [
            *("#2 You · 2/2", "New words"),
        ]
        assert [row.strip() for row in app.rows() if "#2" in row or "of 2" in row] == [
            *("#2 You · 1/2", "text of 2"),
        ]


async def test_a_message_put_between_others_moves_the_later_ones() -> None:
    source = numbered(30)
    async with running(source) as (app, view, pilot):
        view.scroll_to_message(10)
        await pilot.pause()
        before = app.rows()[:6]
        source.messages.insert(2, message(99, "put between"))
        source.revision += 1
        view.sync()
        await pilot.pause()
        after = app.rows()[:6]
        view.scroll_to_message(1)
        await pilot.pause()

        assert [row for row in after if "text of" in row] == [r for r in before if "text of" in r]
        assert "#2 Ada" in app.rows()[3]
        assert "put between" in app.rows()[4]


async def test_what_comes_within_a_frame_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    source = Messages([message(0, "")])
    async with running(source) as (app, view, pilot):
        reply = source.messages[0]
        view.begin_reply(0)
        await settle(pilot, view)
        read: list[str] = []
        real = MarkdownStream.update

        def counted(stream: MarkdownStream, text: str) -> list[Line]:
            read.append(text)
            return real(stream, text)

        monkeypatch.setattr(MarkdownStream, "update", counted)
        for _ in range(20):
            reply.text += "word "
            reply.touch()
            view.stream_changed()
        await settle(pilot, view)

        assert read == ["word " * 20]
        assert any("word word" in row for row in app.rows())


async def test_an_error_while_a_reply_is_drawn_ends_the_app_as_any_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source = Messages([message(0, "")])

    def broken(stream: MarkdownStream, text: str) -> list[Line]:
        raise ZeroDivisionError(text)

    with pytest.raises(ZeroDivisionError):
        async with running(source) as (_, view, pilot):
            view.begin_reply(0)
            monkeypatch.setattr(MarkdownStream, "update", broken)
            await stream(pilot, view, source.messages[0], "word")
