from __future__ import annotations

import asyncio
import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.adapters.quick_replies import YamlQuickReplies
from tui.adapters.quick_reply_memory import QuickReplyFile
from tui.domain.errors import AppError, ConfigError
from tui.domain.quick_reply import QuickReply, QuickReplySet
from tui.domain.safetext import clean, clean_line

TRAVEL = Path(__file__).parent.parent / "data" / "quick_replies" / "travel.json"


@pytest.fixture
def store(tmp_path: Path) -> YamlQuickReplies:
    return YamlQuickReplies(tmp_path / "quick-replies", tmp_path / "parsed")


def write(tmp_path: Path, name: str, text: str) -> Path:
    folder = tmp_path / "quick-replies"
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


async def test_without_a_folder_there_are_none(store: YamlQuickReplies) -> None:
    assert list(await store.sets()) == []


async def test_a_set_is_written_by_hand(store: YamlQuickReplies, tmp_path: Path) -> None:
    write(
        tmp_path,
        "day.yaml",
        "# mine\nname: Every day\nbar: true\nreplies:\n"
        "  - label: hello\n    title: Say hello\n"
        "    script: |\n      /send hello\n      | /trigger\n"
        "  - {label: 12:30, script: no, hidden: true, colour: blue}\n",
    )

    assert list(await store.sets()) == [
        QuickReplySet(
            "Every day",
            (
                QuickReply("hello", "/send hello\n| /trigger\n", "Say hello"),
                QuickReply("12:30", "no", hidden=True),
            ),
            bar=True,
            id="day",
        )
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("hello", "must hold `name: value` lines"),
        ("name: x", "replies must be a list"),
        ("replies: {a: b}", "line 1, column 10: replies must be a list"),
        ("replies: [x]", "must hold `label:`"),
        ("replies:\n  - script: /echo", "line 2, column 5: a quick reply needs a label"),
        ("replies: [{label: a, script: [b]}]", "script must be text"),
        ("replies: [{label: a, hidden: maybe}]", "hidden must be true or false"),
        ("replies: [{label: a}, {label: a}]", "the label 'a' is there twice"),
        ("replies: [", "not valid YAML"),
    ],
)
async def test_a_file_that_is_wrong_is_named_and_the_others_count(
    store: YamlQuickReplies, tmp_path: Path, text: str, problem: str
) -> None:
    write(tmp_path, "good.yaml", "replies: []")
    write(tmp_path, "bad.yaml", text)

    assert [each.name for each in await store.sets()] == ["good"]
    assert len(store.problems) == 1
    assert "bad.yaml" in store.problems[0].line()
    assert problem in store.problems[0].line()


async def test_a_change_on_the_disk_counts_at_once(store: YamlQuickReplies, tmp_path: Path) -> None:
    path = write(tmp_path, "a.yaml", "replies: [{label: one}]")
    await store.sets()
    path.write_text("replies: [{label: other}]", encoding="utf-8")
    os.utime(path, ns=(1, 1))

    assert [each.replies[0].label for each in await store.sets()] == ["other"]
    path.unlink()
    assert list(await store.sets()) == []


async def test_a_set_of_the_original_becomes_a_file_and_gives_all_of_it_back(
    store: YamlQuickReplies, tmp_path: Path
) -> None:
    given_set = await store.foreign(TRAVEL)
    kept = await store.save(given_set)
    (read_again,) = await store.sets()

    assert read_again == kept
    assert kept.id == "Travel-notes"
    assert [each.label for each in kept.replies] == ["where", "2", "where 3"]
    assert (kept.before_draft, kept.with_draft, kept.insert) == (True, False, False)
    assert kept.replies[1].hidden
    assert kept.replies[0].foreign["executeOnStartup"] is True
    written = (tmp_path / "quick-replies" / "Travel-notes.yaml").read_text(encoding="utf-8")
    assert "    script: |-\n      /send Where are we, {{char}}?\n      | /trigger\n" in written

    original = json.loads(TRAVEL.read_text(encoding="utf-8"))
    back = json.loads(store.to_foreign(read_again))
    for theirs, ours in zip(original["qrList"], back["qrList"], strict=True):
        assert {key: ours[key] for key in theirs} == theirs
    assert {**back, "qrList": ""} == {**original, "qrList": ""}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[1]", "is no set of quick replies"),
        ('{"qrList": {}}', "is no set of quick replies"),
        ('{"qrList": ["x"]}', "quick reply 1 is none"),
        ("{", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
    ],
)
async def test_what_is_no_set_is_refused_in_a_line(
    store: YamlQuickReplies, tmp_path: Path, text: str, problem: str
) -> None:
    (tmp_path / "x\x1b.json").write_text(text)

    with pytest.raises(ConfigError, match=problem) as caught:
        await store.foreign(tmp_path / "x\x1b.json")

    assert "\x1b" not in caught.value.line()
    with pytest.raises(ConfigError, match="is not there"):
        await store.foreign(tmp_path / "nothing.json")


async def test_nothing_of_a_set_that_yaml_cannot_keep_is_written(store: YamlQuickReplies) -> None:
    wrong = QuickReplySet("big", (QuickReply("a", "x", foreign={"id": 10**30}),))

    with pytest.raises(AppError, match="cannot keep"):
        await store.save(wrong)

    assert list(await store.sets()) == []


async def test_names_that_are_no_file_names_get_one(store: YamlQuickReplies) -> None:
    for name in ("../../etc/passwd", "…", "Cats", "cats?", "Cats"):
        await store.save(QuickReplySet(name, (QuickReply("a", "/echo"),)))

    ids = {each.id for each in await store.sets()}
    assert ids == {"etc-passwd", "set", "Cats", "cats", "Cats-2"}
    for each in ids:
        await store.remove(each)
    await store.remove("nothing")
    assert list(await store.sets()) == []


async def test_a_name_means_one_set(store: YamlQuickReplies, tmp_path: Path) -> None:
    for file in ("a", "b"):
        write(tmp_path, f"{file}.yaml", f"name: Day\nreplies: [{{label: {file}}}]")

    assert [(each.name, each.id) for each in await store.sets()] == [("Day", "a"), ("Day (b)", "b")]


SCRIPTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=60).map(clean)


@given(SCRIPTS, st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
def test_every_script_is_read_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, script: str, title: str
) -> None:
    store = YamlQuickReplies(tmp_path_factory.mktemp("sets"))
    reply = QuickReply("a", script, clean_line(title).strip(), bar=True)

    asyncio.run(store.save(QuickReplySet("Set", (reply, replace(reply, label="b")))))
    (found,) = asyncio.run(store.sets())

    assert found.replies == (reply, replace(reply, label="b"))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["qrList", "name", "label", "message", "title", "isHidden", "id", "x"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(st.fixed_dictionaries({"qrList": st.lists(JSON, max_size=3), "name": JSON, "more": JSON}))
def test_whatever_a_file_holds_is_kept_or_refused(
    tmp_path_factory: pytest.TempPathFactory, data: object
) -> None:
    folder = tmp_path_factory.mktemp("sets")
    (folder / "set.json").write_text(json.dumps(data), encoding="utf-8")
    store = YamlQuickReplies(folder / "kept")

    try:
        given_set = asyncio.run(store.foreign(folder / "set.json"))
        kept = asyncio.run(store.save(given_set))
    except ConfigError:
        assert list(asyncio.run(store.sets())) == []
        return

    assert list(asyncio.run(store.sets())) == [kept]
    json.loads(store.to_foreign(kept))


async def test_what_was_said_is_for_the_owner_alone(tmp_path: Path) -> None:
    said = QuickReplyFile(tmp_path / "data" / "said.json")
    assert not await said.approved("a")

    await said.approve(["a", "b"])
    await said.turn("Set", on=True)
    await said.turn("Other", on=False)
    await said.turn("Set", None)

    again = QuickReplyFile(tmp_path / "data" / "said.json")
    assert await again.approved("b")
    assert not await again.approved("c")
    assert await again.bars() == {"Other": False}
    assert (tmp_path / "data" / "said.json").stat().st_mode & 0o777 == 0o600


async def test_what_is_said_at_once_is_all_kept(tmp_path: Path) -> None:
    said = QuickReplyFile(tmp_path / "said.json")

    await asyncio.gather(said.approve(["a"]), said.turn("Set", on=True), said.approve(["b"]))

    assert await said.approved("a")
    assert await said.approved("b")
    assert await said.bars() == {"Set": True}


@pytest.mark.parametrize("damage", ["{", "[]", '{"approved": 3, "bars": ["x"]}', ""])
async def test_what_is_damaged_was_never_said(tmp_path: Path, damage: str) -> None:
    (tmp_path / "said.json").write_text(damage)
    said = QuickReplyFile(tmp_path / "said.json")

    assert not await said.approved("a")
    assert await said.bars() == {}
