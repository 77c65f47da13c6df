"""However the program ends: the terminal as it was, a sentence, an exit code, nothing lost."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.crashes.faulty import KEY
from tests.crashes.session import Session, configure, connection, served
from tests.fakes.servers import Reply, delta, sse

Opener = Callable[..., Session]
F1 = b"\x1bOP"


@pytest.fixture
def salon(tmp_path: Path) -> Iterator[Opener]:
    opened: list[Session] = []

    def run(fault: str = "", settings: str = "", **terminal: Any) -> Session:
        opened.append(Session(tmp_path / "home", fault, settings, **terminal))
        return opened[-1]

    yield run
    for each in opened:
        each.close()


@pytest.mark.parametrize("fault", ["handler", "widget", "timer"])
def test_an_error_in_the_app_is_one_sentence_and_loses_nothing(fault: str, salon: Opener) -> None:
    session = salon(fault)
    session.ready("a draft")

    session.type(F1)

    assert session.wait() == 1
    assert session.is_restored
    assert session.afterwards.startswith("salon: unexpected: Planted")
    assert len(session.afterwards.splitlines()) == 1
    assert "details are in" in session.afterwards
    assert session.drafts == ["a draft"]
    assert "Traceback" in session.log
    assert "in fail" in session.log
    assert (session.home / "state" / "salon.log").stat().st_mode & 0o777 == 0o600
    everything = session.shown + session.log
    assert KEY not in everything
    assert "secret_local =" not in everything


def test_an_error_in_the_middle_of_a_reply_keeps_what_had_come(salon: Opener) -> None:
    with served(Reply(sse(delta("The first half"), done=False), hold=True)) as server:
        session = salon("handler", connection(server))
        session.ready("Tell me")
        session.type(b"\r")
        session.until("The first half")
        session.type(b"more later")
        session.until("more later")

        session.type(F1)

        assert session.wait() == 1
    assert session.rows("SELECT text, status FROM messages ORDER BY place")[-2:] == [
        ("Tell me", "complete"),
        ("The first half", "stopped"),
    ]
    assert session.drafts == ["more later"]


@pytest.mark.parametrize("fault", ["opening", "building"])
def test_an_error_before_the_first_message_gives_the_terminal_back(
    fault: str, salon: Opener
) -> None:
    session = salon(fault)

    assert session.wait() == 1
    assert session.is_restored
    assert "unexpected: Planted" in session.afterwards
    assert len(session.afterwards.splitlines()) == 1
    assert KEY not in session.shown + session.log
    assert "in fail" in session.log


def test_an_error_in_a_worker_is_said_and_the_app_goes_on(salon: Opener) -> None:
    session = salon("worker")
    session.ready("a draft")

    session.type(F1)
    session.until("Unexpected Planted")
    session.type(b" goes on")
    session.until("goes on")
    session.type(b"\x11")

    assert session.wait() == 0
    assert session.is_restored
    assert session.drafts == ["a draft goes on"]
    assert "in fail" in session.log
    assert KEY not in session.log


def test_an_error_in_the_parser_costs_a_key_and_no_more(salon: Opener) -> None:
    session = salon("parser")
    session.ready("a draft")

    session.type(b"\x1d")
    time.sleep(0.05)
    session.type(b" goes on")
    session.until("goes on")
    session.type(b"\x11")

    assert session.wait() == 0
    assert session.is_restored
    assert session.drafts == ["a draft goes on"]
    assert "in fail" in session.log
    assert KEY not in session.log


def test_a_disk_that_never_answers_does_not_keep_it_from_ending(salon: Opener) -> None:
    session = salon("disk")
    session.ready("a draft")
    session.type(F1)
    session.type(b", longer")
    session.until("longer")

    session.type(b"\x11")
    session.until("once more")
    session.type(b"\x11")

    assert session.wait() == 1
    assert session.is_restored
    assert session.afterwards.strip() == ("salon: the prompt is not kept, the disk does not answer")


def test_a_message_that_never_reaches_the_disk_is_told_of_at_the_end(salon: Opener) -> None:
    session = salon("disk")
    session.ready("hello there")
    session.type(F1)
    session.type(b"\r")
    session.until("waits")

    session.type(b"\x11")
    session.until("once more")
    session.type(b"\x11")

    assert session.wait() == 1
    assert session.is_restored
    assert "salon: a message that was sent is not kept" in session.afterwards


def test_a_signal_ends_it_though_the_disk_never_answers(salon: Opener) -> None:
    session = salon("disk")
    session.ready("a draft")
    session.type(F1)
    session.type(b", longer")
    session.until("longer")

    session.send(signal.SIGTERM)

    assert session.wait() == 128 + signal.SIGTERM
    assert session.is_restored


def test_a_signal_ends_it_though_the_disk_never_answered(salon: Opener) -> None:
    session = salon("stuck")
    session.until("/ for commands")

    session.send(signal.SIGTERM)

    assert session.wait() == 1
    assert session.is_restored
    assert "salon: the chats on disk: no answer" in session.afterwards


def test_an_error_at_the_start_ends_it_though_the_disk_never_answered(salon: Opener) -> None:
    session = salon("stuck, broken")

    assert session.wait() == 1
    assert session.is_restored
    assert session.afterwards.startswith("salon: unexpected: Planted")


@pytest.mark.parametrize(
    ("number", "again"), [(signal.SIGTERM, False), (signal.SIGHUP, True), (signal.SIGINT, True)]
)
def test_a_signal_saves_and_gives_the_terminal_back(
    number: int, again: bool, salon: Opener
) -> None:
    with served(Reply(sse(delta("The first half"), done=False), hold=True)) as server:
        session = salon("", connection(server))
        session.ready("Tell me")
        session.type(b"\r")
        session.until("The first half")
        session.type(b"more later")
        session.until("more later")

        session.send(number)
        while again and session.process.poll() is None:
            session.pump(0.001)
            session.send(number)

        assert session.wait() == 128 + number
    assert session.is_restored
    assert session.afterwards == ""
    assert session.drafts == ["more later"]
    assert session.rows("SELECT text, status FROM messages ORDER BY place")[-1] == (
        "The first half",
        "stopped",
    )


@pytest.mark.parametrize(
    ("number", "milliseconds"),
    [
        (signal.SIGTERM, 0),
        (signal.SIGTERM, 60),
        (signal.SIGTERM, 400),
        (signal.SIGHUP, 150),
        (signal.SIGINT, 200),
    ],
)
def test_a_signal_while_it_starts_gives_the_terminal_back(
    number: int, milliseconds: int, salon: Opener
) -> None:
    session = salon()
    session.started()
    end = time.monotonic() + milliseconds / 1000
    while time.monotonic() < end:
        session.pump(0.005)

    session.send(number)

    assert session.wait() == 128 + number
    assert session.is_restored
    assert session.afterwards == ""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT])
@pytest.mark.parametrize("when", ["starting", "working"])
def test_an_end_without_a_word_gives_the_terminal_back(
    number: int, when: str, salon: Opener
) -> None:
    session = salon()
    if when == "working":
        session.ready("a draft")
    else:
        session.started()
        session.pump(0.1)

    session.kill(number)

    assert session.wait() == -number
    session.until("nothing that was sent is lost")
    assert session.is_restored
    assert len(session.afterwards.splitlines()) == 1
    if when == "working" and number != signal.SIGKILL:
        said = (session.home / "state" / "stderr.log").read_text(encoding="utf-8")
        assert "Fatal Python error" in said


def test_keys_that_it_no_longer_read_are_not_the_shells(salon: Opener) -> None:
    session = salon()
    session.ready()
    session.send(signal.SIGSTOP)
    session.until_stopped()
    session.type(b"echo run by the shell\r")

    session.kill(signal.SIGKILL)

    assert session.wait() == -signal.SIGKILL
    session.until("nothing that was sent is lost")
    assert not session.is_unread


@pytest.mark.parametrize("told", [True, False], ids=["told", "untold"])
def test_a_closed_terminal_ends_it_with_all_saved(told: bool, salon: Opener) -> None:
    with served(Reply(sse(delta("The first half"), done=False), hold=True)) as server:
        session = salon("", connection(server), owned=told)
        session.ready("Tell me")
        session.type(b"\r")
        session.until("The first half")
        session.type(b"more later")
        session.until("more later")

        session.hang_up()

        assert session.wait() == 128 + signal.SIGHUP
    assert session.drafts == ["more later"]
    assert session.rows("SELECT text, status FROM messages ORDER BY place")[-1] == (
        "The first half",
        "stopped",
    )


def test_a_terminal_that_stops_reading_does_not_stop_the_app(salon: Opener) -> None:
    """A frozen connection, or a window killed whose other end somebody still holds."""
    words = [delta(f"word {number} " * 20) for number in range(400)]
    with served(Reply(sse(*words, done=False), hold=True)) as server:
        session = salon("", connection(server))
        session.ready("Tell me")
        session.type(b"\r")
        time.sleep(1.5)  # nobody reads

        session.send(signal.SIGTERM)

        assert session.wait(read=False) == 128 + signal.SIGTERM
    text, status = session.rows("SELECT text, status FROM messages ORDER BY place")[-1]
    assert "word 399" in text
    assert status == "stopped"


def test_a_terminal_that_reads_again_is_drawn_anew(salon: Opener) -> None:
    words = [delta(f"word {number} " * 20) for number in range(400)]
    with served(Reply(sse(*words, delta("THE END"), delta(finish="stop")))) as server:
        session = salon("", connection(server))
        session.ready("Tell me")
        session.type(b"\r")
        time.sleep(1.5)  # nobody reads
        session.until("THE END")
        session.type(b"still here")
        session.until("still here")
        session.type(b"\x11")

        assert session.wait() == 0
    assert session.is_restored
    assert session.drafts == ["still here"]


@pytest.mark.parametrize("number", [signal.SIGTSTP, signal.SIGSTOP])
def test_after_a_stop_all_is_drawn_again_and_one_thread_reads_keys(
    number: int, salon: Opener
) -> None:
    session = salon()
    session.ready("a draft")

    for _ in range(2):
        session.send(number)
        session.until_stopped()
        session.written = b""
        session.send(signal.SIGCONT)
        session.until("a draft")
        session.until("F1 knows every key")
    session.type(b" goes on and on")
    session.until("goes on and on")
    session.type(b"\x11")

    assert session.wait() == 0
    assert session.is_restored
    assert session.drafts == ["a draft goes on and on"]


@pytest.mark.parametrize("term", ["dumb", "unknown"])
def test_a_terminal_of_lines_is_told_so(term: str, salon: Opener) -> None:
    session = salon(term=term)

    assert session.wait() == 2
    assert b"\x1b" not in session.written
    assert session.shown.startswith("salon: this terminal shows lines of text only")


def test_pipes_in_place_of_its_own_files_are_not_waited_for(tmp_path: Path, salon: Opener) -> None:
    configure(tmp_path / "home")
    state = tmp_path / "home" / "state"
    state.mkdir(mode=0o700)
    for name in ("first-frame", "salon.log", "stderr.log", "config.last-good.yaml"):
        os.mkfifo(state / name)
    session = salon()
    session.ready("a draft")
    session.type(b"\x11")

    assert session.wait() == 0
    assert session.drafts == ["a draft"]


def test_a_process_that_it_started_may_die(salon: Opener) -> None:
    photo = Path(__file__).resolve().parents[1] / "data" / "photos" / "cat.jpg"
    session = salon("", "captioning: {source: describe}\n")
    session.ready(f"/caption {photo} ")
    session.type(b"\r")
    session.until("offline description")
    while not (children := _children(session.process.pid)):
        session.pump()
    for child in children:
        os.kill(child, signal.SIGKILL)
    session.type(b"\x07")  # Ctrl+G asks again, and a new one is started
    time.sleep(0.2)
    session.type(b"\x11")

    assert children
    assert session.wait() == 0
    assert session.is_restored


def _children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text().split()]
