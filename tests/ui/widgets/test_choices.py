from __future__ import annotations

from tests.ui.widgets.harness import UNSET, Harness
from tui.ui.widgets.choice_list import Choice, ChoiceList
from tui.ui.widgets.confirm import Confirm

CHOICES = [Choice("a", "Alder", "tree"), Choice("b", "Birch", "tree"), Choice("r", "Rose [/]")]


async def test_enter_gives_the_id_of_what_fits_best() -> None:
    app = Harness(ChoiceList("Plants", CHOICES))
    async with app.run_test() as pilot:
        await pilot.press(*"bir", "enter")
        await pilot.pause()

    assert app.result == "b"


async def test_the_cursor_starts_on_the_present_one() -> None:
    app = Harness(ChoiceList("Plants", CHOICES, current="b"))
    async with app.run_test() as pilot:
        await pilot.press("enter")
        await pilot.pause()

    assert app.result == "b"


async def test_some_choices_stay_whatever_is_typed() -> None:
    app = Harness(ChoiceList("Plants", [*CHOICES, Choice("new", "Add…", always=True)]))
    async with app.run_test() as pilot:
        await pilot.press(*"zzz", "enter")
        await pilot.pause()

    assert app.result == "new"


async def test_what_stays_is_found_by_its_own_words_before_what_fits_by_chance() -> None:
    adder = Choice("o", "Ollama, found", "1 model")
    app = Harness(ChoiceList("Plants", [adder, Choice("new", "Add…", always=True)]))
    async with app.run_test() as pilot:
        await pilot.press(*"add", "enter")
        await pilot.pause()

    assert app.result == "new"


async def test_nothing_fitting_chooses_nothing() -> None:
    app = Harness(ChoiceList("Plants", CHOICES))
    async with app.run_test() as pilot:
        await pilot.press(*"zzz", "enter")
        await pilot.pause()

    assert app.result is UNSET


async def test_moving_the_cursor_tells_of_it() -> None:
    seen: list[str] = []
    app = Harness(ChoiceList("Plants", CHOICES, current="a", highlighted=seen.append))
    async with app.run_test() as pilot:
        await pilot.press("down", "down")
        await pilot.pause()

    assert seen[-2:] == ["b", "r"]
    assert seen[0] == "a"


async def test_f1_says_what_can_be_done() -> None:
    app = Harness(ChoiceList("Plants", CHOICES))
    async with app.run_test() as pilot:
        await pilot.press("f1")
        await pilot.pause()

        assert [note.message for note in app._notifications] == [ChoiceList.HELP]


async def test_escape_gives_none() -> None:
    app = Harness(ChoiceList("Plants", CHOICES))
    async with app.run_test() as pilot:
        await pilot.press("escape")
        await pilot.pause()

    assert app.result is None


async def test_only_a_clear_yes_confirms() -> None:
    results = []
    for key in ("y", "n", "escape", "enter"):
        app = Harness(Confirm("Delete [/] this?"))
        async with app.run_test() as pilot:
            await pilot.press(key)
            await pilot.pause()
        results.append(app.result)

    assert results == [True, False, False, False]
