from __future__ import annotations

import sqlite3
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tui.adapters.storage import ordering, rows
from tui.adapters.storage.schema import MIGRATIONS, open_database
from tui.domain.chat import Chat, Message

STEPS = st.lists(st.tuples(st.sampled_from(["c1", "c2"]), st.integers(0, 20)), max_size=40)


def database(path: str | Path = ":memory:") -> sqlite3.Connection:
    if isinstance(path, Path):
        made = open_database(path)
    else:
        made = sqlite3.connect(path, isolation_level=None)
        for migrate in MIGRATIONS:
            migrate(made)
    for each in ("c1", "c2"):
        row = rows.from_chat(Chat(each, "", "", "", 1, 1))
        marks = ", ".join("?" * len(row))
        sql = f"INSERT INTO chats ({', '.join(row)}) VALUES ({marks})"
        made.execute(sql, tuple(row.values()))
    return made


def add(made: sqlite3.Connection, chat: str, id_: str, before: str = "") -> None:
    row = rows.from_message(Message(id_, "user", "You", "x", 1.0), 0)
    ordering.add(made, {**row, "chat": chat}, before)


def order(made: sqlite3.Connection, chat: str) -> list[str]:
    sql = "SELECT id FROM messages WHERE chat = ? AND hidden IS NULL ORDER BY position, place"
    return [str(row[0]) for row in made.execute(sql, (chat,))]


@settings(max_examples=60)
@given(STEPS)
def test_any_insertions_give_the_order_that_a_list_would(steps: list[tuple[str, int]]) -> None:
    made = database()
    expected: dict[str, list[str]] = {"c1": [], "c2": []}
    for number, (chat, at) in enumerate(steps):
        there = expected[chat]
        add(made, chat, f"m{number}", there[at] if at < len(there) else "")
        there.insert(at, f"m{number}")

    assert {chat: order(made, chat) for chat in expected} == expected
    made.close()


def test_where_numbers_run_out_there_is_room_again() -> None:
    made = database()
    add(made, "c2", "other")
    add(made, "c1", "first")
    add(made, "c1", "last")
    expected = ["first", "last"]
    for number in range(300):
        add(made, "c1", f"m{number}", "last")
        expected.insert(-1, f"m{number}")
    add(made, "c1", "end")

    assert order(made, "c1") == [*expected, "end"]
    assert order(made, "c2") == ["other"]
    made.close()


def test_a_place_among_many_is_found_in_the_index(tmp_path: Path) -> None:
    made = database(tmp_path / "chats.db")
    add(made, "c1", "m1")
    plan = made.execute(f"EXPLAIN QUERY PLAN {ordering._BEFORE}", ("c1", 1.0, 1)).fetchall()
    made.close()

    assert "USING COVERING INDEX messages_outline (chat=? AND " in plan[0][3]
    assert len(plan) == 1
